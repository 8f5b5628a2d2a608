"""The vectors of query texts: search texts, wishes and described tastes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from cachetools import LRUCache

from encoders.arrays import FloatArray
from service.telemetry.uses import Uses

REMEMBERED = 4096
"""Texts whose vectors are kept: the described tastes of stored profiles come again with every call."""


class QueryEncoder:
    """An encoder asked for few queries at a time, which remembers the latest. For several threads."""

    def __init__(self, encode: Callable[[Sequence[str]], FloatArray]) -> None:
        """`encode` gives (n, dim) unit rows of texts."""
        self._encode = encode
        self._remembered: LRUCache[str, FloatArray] = LRUCache(REMEMBERED)
        self._lock = threading.Lock()
        self.uses = Uses()

    def encode(self, text: str) -> FloatArray:
        """(dim,) float32, of unit length. Do not write to it."""
        with self._lock:
            vector = self._remembered.get(text)
            self.uses.count(hit=vector is not None)
        if vector is None:
            vector = self._encoded([text])[0]
        return vector

    def prepare(self, texts: Sequence[str]) -> None:
        """Encode these at once, which is quicker than one by one, so that `encode` has them."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        if new:
            self._encoded(new)

    def drop_cache(self) -> None:
        """Encode all texts anew when they are wanted next."""
        with self._lock:
            self._remembered.clear()

    def _encoded(self, texts: Sequence[str]) -> FloatArray:
        vectors: FloatArray = self._encode(texts)
        with self._lock:
            self._remembered.update(zip(texts, vectors, strict=True))
        return vectors
