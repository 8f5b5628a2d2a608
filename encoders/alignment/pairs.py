"""Pairs of a picture (or a sound) and the text that describes it: held out by group, and measured by
recall.

    N  pairs     V  parts of a text     T, M  widths of text and media vectors     D  width of the shared space

Knows nothing of items, nor of how heads are trained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from encoders.alignment.heads import Heads
from encoders.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """N pictures (or sounds), each with the text that describes it."""

    media: FloatArray
    """(N, M)"""
    text: FloatArray
    """(V, N, T): the text's parts; zeros where an item lacks one."""
    title: FloatArray
    """(N, T): what it is called, which is how people ask for it; zeros where it has no name."""
    group: IntArray
    """(N,) what belongs together and must not be split, such as the colours of one product."""

    def __len__(self) -> int:
        return len(self.media)

    def rows(self, places: IntArray) -> Pairs:
        """The same for some of the pairs, in the order given."""
        return Pairs(
            self.media[places], self.text[:, places], self.title[places], self.group[places]
        )


def split_groups(group: IntArray, share: float, seed: int) -> tuple[IntArray, IntArray]:
    """Places of the pairs that stay and of those held out: whole groups at random, as many as
    `share` has room for."""
    names, sizes = np.unique(group, return_counts=True)
    room = round(share * len(group))
    chosen = []
    for place in np.random.default_rng(seed).permutation(len(names)).tolist():
        if sizes[place] <= room:
            room -= int(sizes[place])
            chosen.append(names[place])
    held_out = np.isin(group, chosen)
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def recall(queries: FloatArray, answers: FloatArray, k: int = 10) -> float:
    """Share of queries (N, D) whose own answer, the row of `answers` at the same place, is among
    the k nearest.

    Of answers that are equally near the own one stands in the middle, so that equal vectors find
    nothing.

    >>> recall(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[[0, 2, 1]], k=1)
    0.3333333333333333
    >>> recall(np.ones((50, 2), np.float32), np.ones((50, 2), np.float32))
    0.0
    """
    return float((_ahead(queries, answers) < k).mean())


def reciprocal_rank(queries: FloatArray, answers: FloatArray) -> float:
    """The mean over queries (N, D) of 1 / the rank of their own answer: finer than recall where
    pairs are few.

    >>> reciprocal_rank(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32))
    1.0
    """
    return float((1.0 / (1.0 + _ahead(queries, answers))).mean())


def _ahead(queries: FloatArray, answers: FloatArray) -> NDArray[np.float64]:
    """(N,) how many answers are nearer than the own one."""
    scores = queries @ answers.T  # (N, N)
    own = np.diag(scores)[:, None]
    ahead: NDArray[np.float64] = (scores > own).sum(axis=1) + ((scores == own).sum(axis=1) - 1) / 2
    return ahead


def recalls(heads: Heads, pairs: Pairs, k: int = 10) -> tuple[float, float]:
    """Recall@k among these pairs: of media by text, and of texts by medium."""
    texts, media = heads.texts(pairs.text), heads.media(pairs.media)
    return recall(texts, media, k), recall(media, texts, k)
