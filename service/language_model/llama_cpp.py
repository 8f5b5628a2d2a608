"""A language model in this process: a GGUF file run by llama.cpp, held to the schema by a grammar."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from service.language_model.errors import AnswerRefused, LanguageModelFailed
from service.language_model.gguf import load_gguf
from service.language_model.message import Message
from service.language_model.model import Completion
from service.language_model.options import LlamaCppOptions


class LlamaCppModel:
    """Loads the file with the first question. Answers one at a time; the others wait."""

    takes_pictures = False

    def __init__(
        self, file: Path, options: LlamaCppOptions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self.max_tokens = file.stem, options.max_tokens
        self._file, self._options, self._clock = file, options, clock
        self._turn = threading.Lock()
        self._llama: Any = None

    def complete(
        self, messages: Sequence[Message], schema: Mapping[str, Any], *, purpose: str
    ) -> Completion:
        """See `LanguageModel.complete`. It waits for its turn as long as it takes."""
        with self._turn:
            if self._llama is None:
                self._llama = load_gguf(self._file, self._options.threads, self._options.context)
            return self._complete(messages, schema)

    def close(self) -> None:
        """Free the memory of the model."""
        with self._turn:
            if self._llama is not None:
                self._llama.close()
                self._llama = None

    def _complete(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Completion:
        pieces: list[str] = []
        finished = ""
        for choice in self._in_time(messages, schema):
            pieces.append(choice["delta"].get("content") or "")
            finished = choice.get("finish_reason") or finished
        output_tokens = sum(piece != "" for piece in pieces)
        input_tokens = max(self._llama.n_tokens - output_tokens, 0)
        if finished == "length":
            problem = "it is longer than the token limit allows"
            raise AnswerRefused([problem], input_tokens, output_tokens)
        return Completion("".join(pieces), input_tokens, output_tokens)

    def _in_time(
        self, messages: Sequence[Message], schema: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """The answer, piece by piece, until the time is over."""
        deadline = self._clock() + self._options.timeout_s
        try:
            for chunk in self._llama.create_chat_completion(
                messages=list(messages),
                response_format={"type": "json_object", "schema": dict(schema)},
                temperature=0.0,
                max_tokens=self.max_tokens,
                stream=True,
            ):
                yield chunk["choices"][0]
                if self._clock() >= deadline:
                    seconds = self._options.timeout_s
                    raise LanguageModelFailed(f"its model did not answer within {seconds:g} s")
        except ValueError:
            raise LanguageModelFailed("the question is longer than its context") from None
