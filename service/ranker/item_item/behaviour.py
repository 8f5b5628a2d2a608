"""What a crowd's log says without a neural network: co-engagement, popularity, and columns lent to
cold items.

Owns the arrays behind the behavioural signals; knows no person, id or file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import co_counts, co_probability, ease, item_knn

RECENT_SHARE = 0.05
"""Recent popularity counts the newest events: this share of the log."""
MIN_CO_ENGAGED = 5
"""Fewer people than this behind a pair are not spoken of."""


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """N items. Matrices are CSR (N, N): row = item in a history, column = item to score."""

    ease: sparse.csr_matrix
    knn: sparse.csr_matrix
    together: sparse.csr_matrix
    """Share of those who met the row's item who also met the column's; what serves a user known by
    few events."""
    co_counts: sparse.csr_matrix
    """How many people met both, where at least MIN_CO_ENGAGED did."""
    counts: IntArray
    """(N,) people's events per item."""
    recent: IntArray
    """(N,) of them among the newest RECENT_SHARE of the log."""
    neighbours: IntArray
    """(N, borrow_from) nearest warm items by text, PAD-free; empty (N, 0) where there is nothing to
    borrow."""
    n_events: int

    @property
    def n_items(self) -> int:
        return len(self.counts)

    @property
    def strongest(self) -> sparse.csr_matrix:
        """EASE where it was solved, else item-kNN."""
        return self.ease if self.ease.nnz else self.knn

    @classmethod
    def fit(
        cls, interactions: Interactions, text: FloatArray, config: RankerConfig, *, solve_ease: bool
    ) -> Behaviour:
        """From a log and the projected text vectors (N, D) of all its items."""
        n = interactions.n_items
        counts, recent = popularity(interactions)
        warm = np.flatnonzero(counts)
        if solve_ease and len(warm) <= config.ease_limit:
            linear = ease(interactions, top=config.neighbours, max_items=config.ease_limit)
        else:
            linear = sparse.csr_matrix((n, n), dtype=np.float32)
        neighbours = nearest(text, text, warm, config.borrow_from)
        return cls(
            ease=linear,
            knn=item_knn(interactions),
            together=co_probability(interactions, top=config.neighbours),
            co_counts=co_counts(interactions, min_people=MIN_CO_ENGAGED),
            counts=counts,
            recent=recent,
            neighbours=neighbours,
            n_events=len(interactions),
        )

    def grown(self, n_items: int) -> Behaviour:
        """The same with room for more items, all cold, with nothing to borrow from until `lend` is
        called."""
        more = n_items - self.n_items
        if more <= 0:
            return self
        return replace(
            self,
            ease=_resized(self.ease, n_items),
            knn=_resized(self.knn, n_items),
            together=_resized(self.together, n_items),
            co_counts=_resized(self.co_counts, n_items),
            counts=np.concatenate([self.counts, np.zeros(more, np.int64)]),
            recent=np.concatenate([self.recent, np.zeros(more, np.int64)]),
            neighbours=np.concatenate(
                [self.neighbours, np.zeros((more, self.neighbours.shape[1]), np.int64)]
            ),
        )

    def lend(self, items: IntArray, text: FloatArray) -> None:
        """Find the warm neighbours of new or changed items; text (N, D) covers the whole catalogue."""
        width = self.neighbours.shape[1]
        if width and len(items):
            self.neighbours[items] = nearest(
                text[items], text, np.flatnonzero(self.counts), width, skip=items
            )

    def recount(self, interactions: Interactions) -> Behaviour:
        """The same with the popularity of a newer log."""
        counts, recent = popularity(interactions)
        return replace(self, counts=counts, recent=recent, n_events=len(interactions))

    def observe(self, items: IntArray) -> None:
        """Count new events as they arrive. Co-engagement waits for the next training."""
        np.add.at(self.counts, items, 1)
        np.add.at(self.recent, items, 1)


def popularity(interactions: Interactions) -> tuple[IntArray, IntArray]:
    """Events per item, (N,), in the whole log and among its newest RECENT_SHARE."""
    newest = np.argsort(interactions.timestamp, kind="stable")[
        -max(1, int(RECENT_SHARE * len(interactions))) :
    ]
    recent = np.bincount(interactions.item[newest], minlength=interactions.n_items).astype(np.int64)
    return interactions.item_counts(), recent


def nearest(
    queries: FloatArray,
    text: FloatArray,
    pool: IntArray,
    k: int,
    *,
    skip: IntArray | None = None,
    chunk: int = 1024,
) -> IntArray:
    """The k items of `pool` with the largest dot product with each query, never the query's own
    item, (Q, k).

    Query q is item `skip[q]`, by default item q. Where the pool has no k others, (Q, 0).
    """
    k = min(k, len(pool) - 1)
    if k <= 0:
        return np.zeros((len(queries), 0), np.int64)
    place = np.full(len(text), -1, np.int64)
    place[pool] = np.arange(len(pool))
    own = place[np.arange(len(queries)) if skip is None else skip]
    out = np.empty((len(queries), k), np.int64)
    targets = text[pool].T  # (D, P)
    for start in range(0, len(queries), chunk):
        scores = queries[start : start + chunk] @ targets  # (c, P)
        mine = own[start : start + chunk]
        rows = np.flatnonzero(mine >= 0)
        scores[rows, mine[rows]] = -np.inf
        out[start : start + chunk] = pool[np.argpartition(-scores, k - 1, axis=1)[:, :k]]
    return out


def _resized(matrix: sparse.csr_matrix, n: int) -> sparse.csr_matrix:
    grown = matrix.copy()
    grown.resize((n, n))
    return grown
