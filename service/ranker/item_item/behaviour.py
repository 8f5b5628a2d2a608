"""What a crowd's log says without a neural network: co-engagement, popularity, and the content
neighbours that cold items back off to.

Owns the arrays behind the behavioural signals; knows no person, id or file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray, extended
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import co_counts, co_probability, ease, item_knn
from service.ranker.item_item.transition_graph import transitions
from service.ranker.item_item.views import Views

RECENT_SHARE = 0.05
"""Recent popularity counts the newest events: this share of the log."""
SHARPNESS = 0.15
"""How much nearer a neighbour must be to weigh e times as much, cosine."""
MOST_PAIRS = 10**9
"""Pairs of an item and one with events up to which all neighbours are looked for at once; of a larger
catalogue those of most items are when they are needed, so that no start grows with its square."""
MOST_ASKED = 5_000
"""Newest items without events that the source of new items considers. Their neighbours, and those of as
many of the most met, are looked for at once in any catalogue, since every list asks for them."""
MOST_NEIGHBOURS = 20_000
"""Items with events among which neighbours are looked for, the most met of them."""
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
    transitions: sparse.csr_matrix
    """Share of what came next, or soon, after the row's item that was the column's; see
    `service.ranker.item_item.transition_graph`. Empty in checkpoints from before there was one."""
    co_counts: sparse.csr_matrix
    """Integers: how many people met both, where at least MIN_CO_ENGAGED did."""
    counts: IntArray
    """(N,) people's events per item."""
    recent: IntArray
    """(N,) of them among the newest RECENT_SHARE of the log."""
    neighbours: IntArray
    """(N, K) the items with events whose content is nearest, K = `borrow_from`; (N, 0) where there
    are too few of them. A cold item's co-engagement backs off to theirs."""
    closeness: FloatArray
    """(N, K) how much each neighbour weighs in that; rows sum to 1."""
    is_found: BoolArray
    """(N,) whose neighbours have been looked for; of others there are none yet."""
    n_events: int
    """Events that were counted."""
    is_released: bool = False
    """Whether it is made of noised statistics (`service.ranker.private`): it stands still then, since
    an event that is counted as it comes would be told without noise."""

    @property
    def n_items(self) -> int:
        return len(self.counts)

    @property
    def strongest(self) -> sparse.csr_matrix:
        """EASE where it was solved, else item-kNN."""
        return self.ease if self.ease.nnz else self.knn

    @classmethod
    def fit(
        cls, interactions: Interactions, views: Views, config: RankerConfig, *, solve_ease: bool
    ) -> Behaviour:
        """From a log and the projected content of all its N items. EASE is solved where that is asked
        for and the items with events are at most `ease_limit`."""
        n_items = interactions.n_items
        counts, recent = popularity(interactions)
        warm = np.flatnonzero(counts)
        if solve_ease and len(warm) <= config.ease_limit:
            weights = ease(interactions, top=config.neighbours, max_items=config.ease_limit)
        else:
            weights = sparse.csr_matrix((n_items, n_items), dtype=np.float32)
        k = max(min(config.borrow_from, len(warm) - 1), 0)
        behaviour = cls(
            ease=weights,
            knn=item_knn(interactions),
            co_occurrence=co_probability(interactions, top=config.neighbours),
            transitions=transitions(interactions),
            co_counts=co_counts(interactions, min_people=MIN_CO_ENGAGED),
            counts=counts,
            recent=recent,
            neighbours=np.zeros((n_items, k), np.int64),
            closeness=np.zeros((n_items, k), np.float32),
            is_found=np.zeros(n_items, bool),
            n_events=len(interactions),
        )
        if solve_ease or n_items * len(warm) <= MOST_PAIRS:
            behaviour.find_neighbours(np.arange(n_items), views)
        else:
            behaviour.find_neighbours(behaviour._most_asked(), views)
        return behaviour

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
            transitions=_resized(self.transitions, n_items),
            co_counts=_resized(self.co_counts, n_items),
            counts=extended(self.counts, n_items),
            recent=extended(self.recent, n_items),
            neighbours=extended(self.neighbours, n_items),
            closeness=extended(self.closeness, n_items),
            is_found=extended(self.is_found, n_items),
        )

    def neighbours_of(self, items: IntArray, views: Views) -> tuple[IntArray, FloatArray]:
        """`neighbours` and `closeness` of some items, (C, K) each, found now where they were not; the
        views are of the whole catalogue."""
        unknown = items[~self.is_found[items]]
        if len(unknown):
            self.find_neighbours(np.unique(unknown), views)
        return self.neighbours[items], self.closeness[items]

    def find_neighbours(self, items: IntArray, views: Views) -> None:
        """Fill in `neighbours` and `closeness` of new or changed items; the views are of the whole
        catalogue. Where fewer than K items have events now, they are repeated."""
        k = self.neighbours.shape[1]
        if k and len(items):
            pool = self._most_met(MOST_NEIGHBOURS)
            found, similarity = views.rows(items).nearest(views, pool, k, items=items)
            if n_found := found.shape[1]:
                repeated = np.arange(k) % n_found
                self.neighbours[items] = found[:, repeated]
                self.closeness[items] = backoff_weights(similarity[:, repeated])
        self.is_found[items] = True  # last: others may be reading

    def _most_asked(self) -> IntArray:
        """Up to 2 MOST_ASKED items, ascending."""
        unmet = np.flatnonzero(self.counts == 0)[-MOST_ASKED:]
        return np.sort(np.concatenate([unmet, self._most_met(MOST_ASKED)]))

    def recount(self, interactions: Interactions) -> Behaviour:
        """The same with the popularity of a newer log."""
        if self.is_released:
            return self
        counts, recent = popularity(interactions)
        return replace(self, counts=counts, recent=recent, n_events=len(interactions))

    def _most_met(self, n: int) -> IntArray:
        """The items with events, ascending; of more than `n` the most met."""
        warm = np.flatnonzero(self.counts)
        if len(warm) <= n:
            return warm
        most = np.argsort(-self.counts[warm], kind="stable")[:n]
        return np.sort(warm[most])

    def observe(self, items: IntArray) -> None:
        """Count new events as they arrive. Co-engagement waits for the next training."""
        if self.is_released:
            return
        np.add.at(self.counts, items, 1)
        np.add.at(self.recent, items, 1)


def popularity(interactions: Interactions) -> tuple[IntArray, IntArray]:
    """Events per item, (N,), in the whole log and among its newest RECENT_SHARE."""
    n_recent = max(1, int(RECENT_SHARE * len(interactions)))
    newest = np.argsort(interactions.timestamp, kind="stable")[-n_recent:]
    recent = np.bincount(interactions.item[newest], minlength=interactions.n_items)
    return interactions.item_counts(), recent.astype(np.int64)


def backoff_weights(similarity: FloatArray) -> FloatArray:
    """(N, K) similarities of neighbours as weights that sum to 1: softmax(similarity / SHARPNESS).

    >>> backoff_weights(np.array([[0.5, 0.5]], np.float32)).tolist()
    [[0.5, 0.5]]
    """
    nearer = similarity - similarity.max(axis=1, keepdims=True, initial=-1.0)
    weights = np.exp(nearer / np.float32(SHARPNESS))
    shares: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _resized(matrix: sparse.csr_matrix, n: int) -> sparse.csr_matrix:
    grown = matrix.copy()
    grown.resize((n, n))
    return grown
