"""What the second stage learns from: the candidates of one case, and which of them were chosen.

Owns the list and what a ranking of it gains. Knows no ranker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.second_stage.blend import Blend, NetScores
from service.ranker.second_stage.scale import Scale


@dataclass(frozen=True, slots=True, eq=False)
class TrainingList:
    """The signals of the C candidates of one case, the scale of its query, and which of them were
    chosen."""

    signals: FloatArray
    """(C, F)"""
    scale: Scale
    chosen: IntArray
    """(P,) places of the candidates that were chosen, in that order, at least one."""
    event_types: IntArray
    """(P,) how they were chosen, by code."""
    missed: int = 0
    """Items that were chosen too, but are no candidates."""
    has_next: bool = True
    """Whether the first of them is what was chosen next."""

    nets: NetScores | None = None
    """What networks say of the candidates that have not learned from this list; None where no
    network has."""

    def scores(self, blend: Blend) -> FloatArray:
        """(C,) as `blend` would have them."""
        return blend.combined(self._nets(blend), self.signals, self.scale)

    def unboosted(self, blend: Blend) -> FloatArray:
        """(C,) the same without the boost of cold items."""
        return blend.unboosted(self._nets(blend), self.signals, self.scale)

    def _nets(self, blend: Blend) -> NetScores:
        return self.nets or blend.net_scores(self.signals, self.scale)

    def thinned(self, n: int, rng: np.random.Generator) -> TrainingList:
        """The chosen candidates and at most n others, at random."""
        others = np.delete(np.arange(len(self.signals)), self.chosen)
        if len(others) <= n:
            return self
        kept = np.concatenate([self.chosen, rng.choice(others, n, replace=False)])
        return replace(self, signals=self.signals[kept], chosen=np.arange(len(self.chosen)))

    def next_event(self) -> TrainingList:
        """The same list, of which only what came next was chosen; it must be a candidate."""
        assert self.has_next
        return replace(self, chosen=self.chosen[:1], event_types=self.event_types[:1], missed=0)

    def gain(self, scores: FloatArray, k: int) -> float:
        """NDCG@k of what was chosen when the candidates are ranked by `scores` (C,); of equal scores
        half count as above."""
        own = scores[self.chosen, None]
        level = (scores == own).sum(axis=1) - 1
        ranks = (scores > own).sum(axis=1) + level // 2
        return ndcg(ranks, len(self.chosen) + self.missed, k)

    def gain_in(self, order: IntArray, k: int) -> float:
        """The same when the candidates stand in this order, (C,) places."""
        ranks = np.flatnonzero(np.isin(order[:k], self.chosen))
        return ndcg(ranks, len(self.chosen) + self.missed, k)


def ndcg(ranks: IntArray, n_relevant: int, k: int) -> float:
    """NDCG@k of relevant items by their ranks, (P,), counted from 0, of which there are
    `n_relevant` in all.

    >>> ndcg(np.array([0, 1]), 2, 10), ndcg(np.array([10]), 1, 10)
    (1.0, 0.0)
    >>> round(ndcg(np.array([1]), 1, 10), 4)  # 1 / log2(3)
    0.6309
    """
    discounts = 1 / np.log2(np.arange(k) + 2.0)
    return float(discounts[ranks[ranks < k]].sum() / discounts[:n_relevant].sum())
