"""What a crowd's log says without a neural network: co-engagement, popularity, and the content
neighbours that cold items back off to.

Owns the arrays behind the behavioural signals; knows no person, id or file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray, IntArray, extended
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import co_counts, co_probability, ease, item_knn

RECENT_SHARE = 0.05
"""Recent popularity counts the newest events: this share of the log."""
MIN_CO_ENGAGED = 5
"""Pairs of items that fewer people met both of are not counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """N items. Matrices are CSR (N, N) float32: row = item in a history, column = item to score."""

    ease: sparse.csr_matrix
    """Weights of EASE; empty where it was not solved."""
    knn: sparse.csr_matrix
    """Similarities of item-kNN."""
    co_occurrence: sparse.csr_matrix
    """Share of those who met the row's item who also met the column's; what serves a user known by
    few events."""
    co_counts: sparse.csr_matrix
    """Integers: how many people met both, where at least MIN_CO_ENGAGED did."""
    counts: IntArray
    """(N,) people's events per item."""
    recent: IntArray
    """(N,) of them among the newest RECENT_SHARE of the log."""
    neighbours: IntArray
    """(N, K) the nearest items with events by text, K = `borrow_from`; (N, 0) where there are too
    few of them. A cold item's co-engagement backs off to the mean of theirs."""
    n_events: int
    """Events that were counted."""

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
        """From a log and the projected text vectors (N, Dt) of all its items. EASE is solved where
        that is asked for and the items with events are at most `ease_limit`."""
        n_items = interactions.n_items
        counts, recent = popularity(interactions)
        warm = np.flatnonzero(counts)
        if solve_ease and len(warm) <= config.ease_limit:
            weights = ease(interactions, top=config.neighbours, max_items=config.ease_limit)
        else:
            weights = sparse.csr_matrix((n_items, n_items), dtype=np.float32)
        return cls(
            ease=weights,
            knn=item_knn(interactions),
            co_occurrence=co_probability(interactions, top=config.neighbours),
            co_counts=co_counts(interactions, min_people=MIN_CO_ENGAGED),
            counts=counts,
            recent=recent,
            neighbours=nearest(text, text, warm, config.borrow_from),
            n_events=len(interactions),
        )

    def grown(self, n_items: int) -> Behaviour:
        """The same with room for more items, all cold, without neighbours until `find_neighbours`
        is called."""
        if n_items <= self.n_items:
            return self
        return replace(
            self,
            ease=_resized(self.ease, n_items),
            knn=_resized(self.knn, n_items),
            co_occurrence=_resized(self.co_occurrence, n_items),
            co_counts=_resized(self.co_counts, n_items),
            counts=extended(self.counts, n_items),
            recent=extended(self.recent, n_items),
            neighbours=extended(self.neighbours, n_items),
        )

    def find_neighbours(self, items: IntArray, text: FloatArray) -> None:
        """Fill in `neighbours` of new or changed items; text (N, Dt) covers the whole catalogue.
        Where fewer than K items have events now, they are repeated."""
        k = self.neighbours.shape[1]
        if not k or not len(items):
            return
        found = nearest(text[items], text, np.flatnonzero(self.counts), k, skip=items)
        n_found = found.shape[1]
        if n_found:
            self.neighbours[items] = found[:, np.arange(k) % n_found]

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
    n_recent = max(1, int(RECENT_SHARE * len(interactions)))
    newest = np.argsort(interactions.timestamp, kind="stable")[-n_recent:]
    recent = np.bincount(interactions.item[newest], minlength=interactions.n_items)
    return interactions.item_counts(), recent.astype(np.int64)


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
    place_in_pool = np.full(len(text), -1, np.int64)
    place_in_pool[pool] = np.arange(len(pool))
    own = place_in_pool[np.arange(len(queries)) if skip is None else skip]
    found = np.empty((len(queries), k), np.int64)
    targets = text[pool].T  # (Dt, P)
    for start in range(0, len(queries), chunk):
        part = slice(start, start + chunk)
        scores = queries[part] @ targets  # (chunk, P)
        rows = np.flatnonzero(own[part] >= 0)
        scores[rows, own[part][rows]] = -np.inf
        found[part] = pool[np.argpartition(-scores, k - 1, axis=1)[:, :k]]
    return found


def _resized(matrix: sparse.csr_matrix, n: int) -> sparse.csr_matrix:
    grown = matrix.copy()
    grown.resize((n, n))
    return grown
