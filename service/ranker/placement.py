"""Placement: what an operator's rules do to a list: boost, bury and calibration by score; pins, floors and
caps by place.

Legend: N items of the catalogue, C candidates. The order is settled place by place, as DetGreedy does
(Geyik, Ambler and Kenthapadi, KDD 2019, arXiv 1905.01989): a place goes to the best candidate whose
caps have room, unless only members of a floor can still make its least. Floors and caps hold on every
stretch of `within` places, so that each page has its share, and the first n places are the same however
many are asked for. Where they cannot be held, the next best stands there. Knows no filters, requests or
times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray, extended


@dataclass(frozen=True, slots=True, eq=False)
class Boost:
    """Its members stand higher, or lower."""

    name: str
    members: BoolArray
    """(N,)"""
    strength: float
    """What is added to their scores, in deviations of the scores of this query's candidates; negative
    buries."""


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """The best of its members stands at one place."""

    name: str
    members: BoolArray
    """(N,)"""
    place: int
    """1 is first."""


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """Of every `within` places its members have at least so many."""

    name: str
    members: BoolArray
    """(N,)"""
    least: int
    within: int


@dataclass(frozen=True, slots=True, eq=False)
class Cap:
    """Of every `within` places items of one group have at most so many."""

    name: str
    members: BoolArray
    """(N,)"""
    most: int
    within: int
    groups: Callable[[IntArray], IntArray]
    """(C,) items -> (C,) code of the group of each; -1 for one that is in none."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A list has categories in the shares of all that its reader has liked."""

    name: str
    strength: float
    """What a nat of divergence weighs for each item, in deviations of the scores of this query's
    candidates."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """The rules that hold for one request."""

    boosts: Sequence[Boost] = ()
    pins: Sequence[Pin] = ()
    floors: Sequence[Floor] = ()
    caps: Sequence[Cap] = ()
    calibrations: Sequence[Calibration] = ()
    """See `service.ranker.calibration`; before places are settled."""

    @property
    def calibration(self) -> float:
        """The strength of all of them together."""
        return sum(one.strength for one in self.calibrations)

    def added(self, items: IntArray, scores: FloatArray) -> FloatArray:
        """(C,) what comes to the scores (C,) of these items (C,)."""
        deviation = (
            scores.std() if len(scores) else 0
        ) or 1.0  # where nothing is known they are alike
        total = np.zeros(len(items), np.float32)
        for boost in self.boosts:
            total += np.float32(boost.strength * deviation) * _has(boost.members, items)
        return total

    def wanted(self, n_items: int) -> Iterator[BoolArray]:
        """(N,) items of which some are to be among the candidates."""
        for members in [*(pin.members for pin in self.pins), *(one.members for one in self.floors)]:
            yield extended(members, n_items)

    def arranged(self, items: IntArray, order: IntArray, n: int) -> IntArray:
        """`order` (C,) of the places of these items (C,), best first, where the first n are settled."""
        if not (self.pins or self.floors or self.caps) or not len(order):
            return order
        return _Arrangement(self, items, order).settled(n)

    @property
    def raises(self) -> bool:
        """Whether some rule may bring items onto a list."""
        return bool(self._raising or self.calibrations)

    def responsible(self, item: int) -> str:
        """The rule that wants this item high; empty where none does."""
        wanting = (rule.name for rule in self._raising if extended(rule.members, item + 1)[item])
        return next(wanting, "")

    @property
    def _raising(self) -> Sequence[Pin | Floor | Boost]:
        return (*self.pins, *self.floors, *(one for one in self.boosts if one.strength > 0))


@dataclass(slots=True, eq=False)
class _Arrangement:
    """One list on its way."""

    placement: Placement
    items: IntArray
    order: IntArray
    _left: list[int] = field(init=False)
    """Places of candidates, best first."""
    _done: list[int] = field(default_factory=list)
    _pinned: dict[int, int] = field(init=False)
    """Candidates by the place, from 0, that is kept for them."""
    _floors: list[BoolArray] = field(init=False)
    """(C,) members of each floor."""
    _caps: list[IntArray] = field(init=False)
    """(C,) groups of each cap, -1 for none."""

    def __post_init__(self) -> None:
        self._left = self.order.tolist()
        self._floors = [_has(floor.members, self.items) for floor in self.placement.floors]
        self._caps = [
            np.where(_has(cap.members, self.items), cap.groups(self.items), -1)
            for cap in self.placement.caps
        ]
        self._pinned = {}
        for pin in self.placement.pins:
            members = _has(pin.members, self.items)
            kept = set(self._pinned.values())
            best = next((one for one in self._left if members[one] and one not in kept), None)
            if best is not None and pin.place - 1 not in self._pinned:
                self._pinned[pin.place - 1] = best

    def settled(self, n: int) -> IntArray:
        kept = set(self._pinned.values())
        while self._left and len(self._done) < n:
            place = self._pinned.get(len(self._done))
            if place is None:
                free = [one for one in self._left if one not in kept]
                place = self._best(free) if free else self._left[0]
            self._left.remove(place)
            self._done.append(place)
        return np.array([*self._done, *self._left], dtype=np.int64)

    def _best(self, free: Sequence[int]) -> int:
        """Of those that are free for the next place."""
        full = [
            self._full(cap, groups)
            for cap, groups in zip(self.placement.caps, self._caps, strict=True)
        ]

        def has_room(one: int) -> bool:
            return not any(
                groups[one] in group for groups, group in zip(self._caps, full, strict=True)
            )

        for floor, members in zip(self.placement.floors, self._floors, strict=True):
            stretch = self._stretch(floor.within)
            missing = floor.least - int(members[stretch].sum())
            if missing >= floor.within - len(stretch):
                able = [one for one in free if members[one]]
                best = next(filter(has_room, able), able[0] if able else None)
                if best is not None:
                    return best
        return next(filter(has_room, free), free[0])

    def _full(self, cap: Cap, groups: IntArray) -> set[int]:
        """The groups that have no more room where the next place is."""
        codes, counts = np.unique(groups[self._stretch(cap.within)], return_counts=True)
        return set(codes[(counts >= cap.most) & (codes >= 0)].tolist())

    def _stretch(self, within: int) -> list[int]:
        """What is settled already of the stretch of places that the next one is in."""
        begun = len(self._done) % within
        return self._done[len(self._done) - begun :]


def _has(members: BoolArray, items: IntArray) -> BoolArray:
    """(C,) which of these items are members; those that came later are none."""
    n_items = int(items.max(initial=-1)) + 1
    return extended(members, n_items)[items]
