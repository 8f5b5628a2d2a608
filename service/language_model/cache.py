"""Cache: what a model has answered is answered again, at no cost, to the same question."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from cachetools import LRUCache

from service.language_model.message import Message
from service.language_model.model import Completion, LanguageModel


class CachedModel:
    """A model whose latest answers are kept in memory, by a digest of messages and schema."""

    def __init__(self, model: LanguageModel, max_answers: int) -> None:
        self._model = model
        self.name, self.max_tokens = model.name, model.max_tokens
        self.takes_pictures = model.takes_pictures
        self._answers: LRUCache[bytes, Completion] = LRUCache(max_answers)
        self._lock = threading.Lock()

    def complete(
        self, messages: Sequence[Message], schema: Mapping[str, Any], *, purpose: str
    ) -> Completion:
        """See `LanguageModel.complete`. What is refused or fails is not kept."""
        key = hashlib.blake2b(orjson.dumps([messages, schema]), digest_size=16).digest()
        with self._lock:
            known = self._answers.get(key)
        if known is not None:
            return replace(known, input_tokens=0, output_tokens=0)
        answer = self._model.complete(messages, schema, purpose=purpose)
        with self._lock:
            self._answers[key] = answer
        return answer

    def close(self) -> None:
        self._model.close()
