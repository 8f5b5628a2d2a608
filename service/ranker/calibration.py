"""What happens to a ranked list before it is served: calibration. The list is to have categories in
certain shares.

Calibrated recommendations (Steck, RecSys 2018), but for one thing: the divergence counts for every item
of the list, as the scores do, so that it weighs as much in a long list as in a short one. There are two
distributions that a list may be to have, at once or alone:

    Interest     of what is new in the newest likes, so that what somebody has turned to lately gets its
                 share, also where it is unlike everything that was liked before; it counts the more,
                 the newer that is
    Goal.of_all  of all that was liked, as in the paper, where an operator's rule wants that

Array work; knows no people and no models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray

SESSION = 3
"""So many of the newest likes say what is wanted now."""
SMOOTHING = 0.01
"""Share of what is wanted that a list counts as having in any case, so that no logarithm is
infinite: alpha of the paper."""
ROUNDING = 1e-6
"""Surprise of no more than this is none."""
MOST_PLACES = 50
"""Places that calibration fills; all after them go by score, so that a list of a thousand is not
worked out place by place."""


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """Shares of G categories that a list is to have, and what C candidates have of them."""

    wanted: FloatArray
    """(G,) they sum to 1. Empty where nothing is wanted."""
    offered: FloatArray
    """(C, G) shares of each candidate; what a row lacks to 1 is of other categories."""
    weight: float
    """What a nat of divergence weighs for each item of the list, in units of the score."""

    @classmethod
    def of_all(
        cls,
        tags: sparse.csr_matrix,
        is_category: BoolArray,
        liked: IntArray,
        candidates: IntArray,
        weight: float,
    ) -> Goal:
        """The shares of all that was liked, every item alike; arguments as of `Interest.of`."""
        total = _Shares.of(tags, is_category, liked).total
        present = np.flatnonzero(total > 0)
        wanted = (total[present] / max(float(total.sum()), 1e-9)).astype(np.float32)
        return cls(wanted, _Shares.of(tags, is_category, candidates).of_columns(present), weight)

    def divergence(self, places: IntArray) -> float:
        """KL(wanted || a list of the candidates at these places), in nats, smoothed as below: Steck's
        miscalibration. 0 of an empty list, and where nothing is wanted."""
        if not len(places):
            return 0.0
        shares = self.offered[places].mean(axis=0, keepdims=True)
        return float(_divergence(self.wanted, shares)[0])


@dataclass(frozen=True, slots=True, eq=False)
class Interest:
    """The G categories that somebody has turned to, and what C candidates have of them."""

    wanted: FloatArray
    """(G,) shares of what is new in the newest likes; they sum to 1. Empty where that is nothing."""
    surprise: float
    """How new that is, in nats: the divergence of the newest likes from those before, as far as it
    comes of categories that have grown."""
    offered: FloatArray
    """(C, G) shares of each candidate; what a row lacks to 1 is of other categories."""

    @classmethod
    def of(
        cls, tags: sparse.csr_matrix, is_category: BoolArray, liked: IntArray, candidates: IntArray
    ) -> Interest:
        """tags (N, V) weighted, of which those are counted that are a category (V,); `liked` (L,)
        oldest first, `candidates` (C,)."""
        newest = _Shares.of(tags, is_category, liked[-SESSION:]).total
        before = _Shares.of(tags, is_category, liked[:-SESSION]).total
        now = newest / max(float(newest.sum()), 1e-9)  # (V,)
        # As if one like before had been as the newest are: what few likes lack is no surprise.
        usual = (before + now) / (before.sum() + 1)  # (V,)
        grown = np.flatnonzero(now > usual)
        new = now[grown] * np.log(now[grown] / usual[grown])  # (G,)
        surprise = float(new.sum())
        if surprise <= ROUNDING:
            return cls(np.zeros(0, np.float32), 0.0, np.zeros((len(candidates), 0), np.float32))
        offered = _Shares.of(tags, is_category, candidates).of_columns(grown)
        return cls((new / surprise).astype(np.float32), surprise, offered)

    def goal(self, strength: float) -> Goal:
        """What a list is to have of it. Surprise is squared so that who varies as everybody does is
        left alone."""
        return Goal(self.wanted, self.offered, strength * self.surprise**2)


def calibrated(scores: FloatArray, goals: Sequence[Goal], k: int) -> IntArray:
    """(C,) places of the candidates in serving order, of scores (C,): the first k calibrated, those
    after them by score.

    The n-th place goes to the candidate with the largest
    score - n * sum over goals of weight * KL(wanted || the list with it), which is greedy for the list
    of the largest sum of scores less n times that. What is chosen does not depend on k. Goals without a
    weight, or that want nothing, keep the order of the scores.
    """
    goals = [goal for goal in goals if goal.weight > 0 and len(goal.wanted)]
    n_filled = min(k, MOST_PLACES, len(scores)) if goals else 0
    left = scores.astype(np.float64)
    had = [np.zeros(len(goal.wanted), np.float32) for goal in goals]
    chosen = np.empty(n_filled, np.int64)
    for place in range(n_filled):
        n = place + 1
        worth = left.copy()
        for goal, has in zip(goals, had, strict=True):
            shares = (has + goal.offered) / np.float32(n)  # (C, G)
            worth -= goal.weight * n * _divergence(goal.wanted, shares)
        best = int(worth.argmax())
        chosen[place], left[best] = best, -np.inf
        for goal, has in zip(goals, had, strict=True):
            has += goal.offered[best]
    rest = np.argsort(-left, kind="stable")[: len(scores) - n_filled]
    return np.concatenate([chosen, rest])


def _divergence(wanted: FloatArray, shares: FloatArray) -> FloatArray:
    """KL(wanted || shares) of shares (C, G) smoothed towards what is wanted (G,): (C,). What has grown by
    less than float32 tells is wanted by 0, and 0 log 0 is 0."""
    some = wanted > 0
    wanted, shares = wanted[some], shares[:, some]
    smoothed = (1 - SMOOTHING) * shares + SMOOTHING * wanted
    divergence: FloatArray = np.log(wanted / smoothed) @ wanted
    return divergence


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """The categories of n items by E entries, as shares of each item."""

    n_items: int
    n_tags: int
    row: IntArray
    """(E,) which of the items."""
    tag: IntArray
    """(E,)"""
    share: FloatArray
    """(E,) sums to 1 over an item; 0 of tags that are no categories."""

    @classmethod
    def of(cls, tags: sparse.csr_matrix, is_category: BoolArray, items: IntArray) -> _Shares:
        """Of weighted tags (N, V)."""
        rows = tags[items]
        row = np.repeat(np.arange(len(items)), np.diff(rows.indptr))
        weight = rows.data * is_category[rows.indices]
        totals = np.bincount(row, weight, len(items))
        return cls(
            len(items), tags.shape[1], row, rows.indices, weight / np.maximum(totals, 1e-9)[row]
        )

    @property
    def total(self) -> FloatArray:
        """(V,) of all items; it sums to the number of those that have a category."""
        total: FloatArray = np.bincount(self.tag, self.share, self.n_tags).astype(np.float32)
        return total

    def of_columns(self, tags: IntArray) -> FloatArray:
        """(n, len(tags)) shares of these tags."""
        place = np.full(self.n_tags, -1)
        place[tags] = np.arange(len(tags))
        column = place[self.tag]
        kept = column >= 0
        shares = np.zeros((self.n_items, len(tags)), np.float32)
        shares[self.row[kept], column[kept]] = self.share[kept]
        return shares
