"""Heads: linear maps that put the vectors of a text encoder and of one other encoder into a shared
space.

    N  rows     V  parts of a text     T, M  widths of text and media vectors     D  width of the shared space

"Media" are pictures, sounds, or whatever else the other encoder reads. Knows nothing of files and of
how heads are trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.arrays import FloatArray
from encoders.base import unit_rows


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """The maps. An item's text has several parts, each with a map of its own; what is missing adds
    nothing. A query is a text of any kind, short or long, and has a map that was fitted on all
    kinds."""

    text_mean: FloatArray
    """(V, T)"""
    text: FloatArray
    """(V, T, D)"""
    medium_mean: FloatArray
    """(M,)"""
    medium: FloatArray
    """(M, D)"""
    query_mean: FloatArray
    """(T,)"""
    query: FloatArray
    """(T, D)"""

    @property
    def dim(self) -> int:
        """Width of the shared space."""
        return int(self.medium.shape[1])

    def texts(self, parts: FloatArray) -> FloatArray:
        """Texts of items (V, N, T) -> (N, D), rows of length 1. A row of zeros is a part that is
        missing."""
        mapped = np.matmul(centred(parts, self.text_mean), self.text)  # (V, N, D)
        return _units(mapped.sum(axis=0))

    def media(self, vectors: FloatArray) -> FloatArray:
        """(N, M) -> (N, D), rows of length 1."""
        return _units((vectors - self.medium_mean) @ self.medium)

    def queries(self, vectors: FloatArray) -> FloatArray:
        """What is searched for in words, (N, T) -> (N, D), rows of length 1."""
        return _units((vectors - self.query_mean) @ self.query)


def centred(parts: FloatArray, mean: FloatArray) -> FloatArray:
    """(V, N, T) less (V, T); missing rows, which are zeros, stay zeros."""
    there = parts.any(axis=2, keepdims=True)  # (V, N, 1)
    return np.where(there, parts - mean[:, None], np.float32(0.0))


def _units(vectors: NDArray[Any]) -> FloatArray:
    """A vector that is exactly the mean has no direction; it is given one that favours nothing."""
    rows = vectors.astype(np.float32)
    rows[~rows.any(axis=1)] = 1.0
    return unit_rows(rows, name="alignment")
