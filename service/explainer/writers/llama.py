"""Llama: the likelihood of texts under a GGUF model, by llama.cpp in this process.

This module owns the reuse of what the model has read already. It does not know evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.explainer.writers.writer import WriterFailed
from service.language_model.errors import LanguageModelFailed
from service.language_model.gguf import load_gguf


class LlamaScorer:
    """Loads the model with the first text. One thread at a time: a context of llama.cpp has one
    state."""

    def __init__(self, model: Path, threads: int, context: int) -> None:
        self._model, self._threads, self._context = model, threads, context
        self._llama: Any = None

    def score(self, text: str, option: str) -> float:
        """Mean log-probability per token of the option after the text. Of a long text only the end
        is read."""
        if self._llama is None:
            self._llama = self._load()
        tail = self._tokens(option)[: self._context // 2]
        head = self._tokens(text)[len(tail) - self._context :]
        self._read(head + tail)
        start = len(head) - 1  # what follows a token is in its own row
        logits: NDArray[np.float32] = self._llama.scores[start : start + len(tail)]  # (T, V)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted[np.arange(len(tail)), tail] - np.log(np.exp(shifted).sum(axis=1))  # (T,)
        return float(log_p.mean())

    def _load(self) -> Any:
        try:
            return load_gguf(self._model, self._threads, self._context, scores=True)
        except LanguageModelFailed as error:
            raise WriterFailed(str(error)) from None

    def _tokens(self, text: str) -> list[int]:
        """`special=False`: a title that looks like a control token is read as the letters it is
        made of."""
        tokens: list[int] = self._llama.tokenize(
            text.encode("utf-8", "replace"), add_bos=False, special=False
        )
        return tokens

    def _read(self, tokens: Sequence[int]) -> None:
        """Brings the model's state to the end of these tokens, reading only what differs from its
        last text."""
        llama = self._llama
        n = min(llama.n_tokens, len(tokens))
        differs = np.flatnonzero(llama.input_ids[:n] != np.array(tokens[:n]))
        llama.n_tokens = int(differs[0]) if len(differs) else n
        llama.eval(tokens[llama.n_tokens :])
