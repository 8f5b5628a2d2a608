"""The vectors of query texts: search texts and described tastes."""

from __future__ import annotations

from functools import lru_cache

from encoders.arrays import FloatArray
from encoders.base import TextEncoder

REMEMBERED = 4096
"""Texts whose vectors are kept: the described tastes of stored profiles come again with every call."""


class QueryEncoder:
    """A text encoder asked for one query at a time, which remembers the latest. For several
    threads."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._encode)

    def encode(self, text: str) -> FloatArray:
        """(text dim,) float32, of unit length. Do not write to it."""
        return self._remembered(text)

    def _encode(self, text: str) -> FloatArray:
        vector: FloatArray = self._encoder.encode_queries([text])[0]
        return vector
