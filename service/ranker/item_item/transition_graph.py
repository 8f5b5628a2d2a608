"""The transition graph: what people met right after what, counted and not trained.

In the manner of the transition-graph heuristic TGH of arXiv 2605.07125, which walks a few hops from
the last one or two items over the graph of consecutive events. TGH ranks what it reaches by item
features and fills each hop's share of the list; here the counts alone rank, every item has a score,
and pairs a little further apart count less, by one over their distance, as in the sequential rules
of Ludewig and Jannach (arXiv 1803.09587). The constants are fixed and tuned on nothing.

Owns the counts and the walk. Knows no content, ids, times or users: only who came after whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import history_matrix

WINDOW = 3
"""Steps forward that count as a transition: the next event counts 1, the one after it 1/2, then
1/3."""
LAST = 5
"""Newest events of a history that the walk starts from."""
DECAY = 0.5
"""Weight of an event as a start, relative to the one after it."""
SECOND_HOP = 0.1
"""Weight of what is reached over another item, relative to what follows directly."""


def transitions(interactions: Interactions, *, window: int = WINDOW) -> sparse.csr_matrix:
    """P(next = j | i), (n_items, n_items) float32: row i sums to 1, or is empty where nothing came
    after i.

    P_ij = c_ij / sum_k c_ik, and c_ij is the sum over every user's events s < t of items i and j,
    at most `window` places apart, of 1 / (t - s). An item that follows itself does not count.

    >>> transitions(Interactions.build([0, 0, 1, 1], [0, 1, 0, 2])).toarray().tolist()
    [[0.0, 0.5, 0.5], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    shape = (interactions.n_items, interactions.n_items)
    counts = sparse.csr_matrix(shape, dtype=np.float64)
    for gap in range(1, window + 1):
        source, target = _pairs(interactions, gap)
        weights = np.full(len(source), 1.0 / gap)
        counts = counts + sparse.csr_matrix((weights, (source, target)), shape=shape)
    out_degree = counts.sum(axis=1).A1  # (n_items,)
    counts.data /= np.repeat(out_degree, np.diff(counts.indptr))
    return counts.astype(np.float32)


class TransitionGraph:
    """Scores by two steps over the graph: h P + SECOND_HOP h P P, h the decayed newest items.

    An item that nobody met after another scores 0, and so does everything after an empty history.
    """

    def __init__(self) -> None:
        self._next = sparse.csr_matrix((0, 0), dtype=np.float32)

    def fit(self, interactions: Interactions, vectors: FloatArray | None = None) -> Self:
        self._next = transitions(interactions)
        return self

    def scores(self, histories: Sequence[IntArray]) -> FloatArray:
        newest = [history[-LAST:] for history in histories]
        start = history_matrix(newest, self._next.shape[0], decay=DECAY)  # (B, n_items)
        scores: FloatArray = walk(start, self._next).toarray()
        return scores


def walk(start: sparse.csr_matrix, transitions: sparse.csr_matrix) -> sparse.csr_matrix:
    """(B, n_items) what is reached in two steps from weighted starts (B, n_items): h P +
    SECOND_HOP h P P."""
    first = start @ transitions
    return first + np.float32(SECOND_HOP) * (first @ transitions)


def _pairs(interactions: Interactions, gap: int) -> tuple[IntArray, IntArray]:
    """Items of one user's events that lie `gap` places apart, earlier and later; no item with
    itself."""
    source, target = interactions.item[:-gap], interactions.item[gap:]
    same_user = interactions.user[:-gap] == interactions.user[gap:]
    kept = same_user & (source != target)
    return source[kept], target[kept]
