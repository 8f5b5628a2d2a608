"""Concentration: on how few items what was served lies, each figure with what every person moves it
by.

    Gini coefficient     0 where every item has the same exposure, 1 where one has all of it (Gini 1912;
                         in recommending Fleder and Hosanagar 2009). Of few places it is larger than of
                         many, whatever is behind them: compare it between equal numbers of places.
    effective items      the number of equally exposed items at which places of two people hold the same
                         item as often: the inverse of Simpson's index (1949), Hill's number of order 2
                         (1973), by the pairs of places of different people, so that neither the number
                         of places nor what one person is shown again and again moves it
    share of a group     of the exposure, see `service.online.rate.share`

What a person moves a figure by is its derivative by the person's weight. Knows no log and no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from service.evaluation.metrics import gini
from service.online.rate import Floats, Rate, n_different, of_influences
from service.ranker.data.arrays import BoolArray, IntArray


def attention(position: IntArray) -> Floats:
    """(P,) what a place (1 is first) counts of the exposure: 1 / log2(1 + position), the position bias
    of DCG (Singh and Joachims, KDD 2018).

    >>> attention(np.array([1, 3])).tolist()
    [1.0, 0.5]
    """
    weights: Floats = 1.0 / np.log2(1.0 + position)
    return weights


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A figure of several people."""

    value: float
    influences: Floats
    """(people,) what each moves it by; they sum to 0."""
    n_people: int
    """Those who have any part in it."""

    def rate(self, low: float = -np.inf, high: float = np.inf) -> Rate | None:
        """With its 95 % interval, within these bounds; None where fewer than two people are counted."""
        found = of_influences(self.value, self.influences, self.n_people)
        return found and Rate(found.value, max(low, found.low), min(high, found.high))


# Not slotted, so that parts are worked out once.
@dataclass(frozen=True, eq=False)
class Exposure:
    """P places of a catalogue of N items."""

    item: IntArray
    """(P,) 0..N - 1."""
    person: IntArray
    """(P,) 0..people - 1."""
    weight: Floats
    """(P,) see `attention`."""
    n_items: int
    n_people: int
    """Of the numbers in `person`; some may have no place here."""

    def where(self, places: IntArray | BoolArray) -> Exposure:
        """Some of the places."""
        chosen = (self.item[places], self.person[places], self.weight[places])
        return Exposure(*chosen, self.n_items, self.n_people)

    @cached_property
    def of_items(self) -> NDArray[np.float64]:
        """(N,) exposure of each item."""
        return np.bincount(self.item, self.weight, self.n_items).astype(np.float64)

    @property
    def n_present(self) -> int:
        """People who have a place here."""
        return n_different(self.person)

    def gini(self) -> Estimate | None:
        """None where there is nothing."""
        total = float(self.of_items.sum())
        if not total:
            return None
        value = float(gini(self.of_items[np.newaxis], self.n_items)[0])
        # Items of one exposure share the mean of their ranks.
        _, group, size = np.unique(self.of_items, return_inverse=True, return_counts=True)
        rank = (np.cumsum(size) - (size - 1) / 2)[group]  # (N,) from 1
        slope = (2 * rank - self.n_items - 1) / self.n_items  # (N,)
        return self._estimate(value, (slope - value) / total)

    def share(self, members: BoolArray) -> Estimate | None:
        """Of the exposure, that of some items (N,); None where there is nothing."""
        total = float(self.of_items.sum())
        if not total:
            return None
        value = float(self.of_items[members].sum()) / total
        return self._estimate(value, (members - value) / total)

    def effective_items(self) -> Estimate | None:
        """None where no two people were served the same item."""
        shape = (self.n_people, self.n_items)
        of_person = sparse.csr_matrix((self.weight, (self.person, self.item)), shape=shape)
        totals = np.asarray(of_person.sum(axis=1), np.float64).reshape(-1)  # (people,)
        own = np.asarray(of_person.multiply(of_person).sum(axis=1), np.float64).reshape(-1)
        total = totals.sum()
        same = float(self.of_items @ self.of_items - own.sum())
        pairs = float(total**2 - totals @ totals)
        # Sums of squares of whole weights: what is left of rounding is no pair.
        if pairs <= 1e-9 or same <= 1e-9:
            return None
        simpson = same / pairs
        moves_same = 2 * (of_person @ self.of_items - own)
        moves_pairs = 2 * totals * (total - totals)
        moved = (simpson * moves_pairs - moves_same) / (pairs * simpson**2)
        return Estimate(1 / simpson, moved, self.n_present)

    def _estimate(self, value: float, slopes: Floats) -> Estimate:
        """`slopes` (N,): derivatives by the exposure of each item."""
        moved = np.bincount(self.person, self.weight * slopes[self.item], self.n_people)
        return Estimate(value, moved.astype(np.float64), self.n_present)
