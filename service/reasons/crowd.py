"""Crowd: how many people chose which items, and disliked them not.

Owns the counts that evidence and tastes speak of. The ranker's own counts are of every event, since
that is what it predicts; whom a reason counts has to have liked what it says they did. Knows no
scores and no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.event import RATING
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.item_item.behaviour import RECENT_SHARE
from service.storage.liking import Liking
from service.storage.nobody import Everybody

MAX_DEEDS = 62
"""Event types that are told apart; all others are one."""
LIKE = "like"
NO_WEIGHT = 1e-9
"""Sums of weights that are not above this are no choice."""


@dataclass(frozen=True, slots=True)
class People:
    """Some people who chose."""

    count: int
    deed: str
    """The event type by which they all did; empty where there is none. Liking by hand and by rating
    is both `like`."""


@dataclass(frozen=True, slots=True)
class Following:
    """Who chose one item."""

    ever: People
    percentile: float
    """Share of the catalogue that fewer people chose, 0 to 1."""
    lately: People
    recent_percentile: float


NOBODY = People(0, "")


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Who chose each of N items: C choices, item by item, each a person once per item."""

    person: IntArray
    """(C,)"""
    deed: IntArray
    """(C,) one bit for the event type by which the person chose it."""
    is_recent: BoolArray
    """(C,) whether that was among the newest RECENT_SHARE of the log."""
    starts: IntArray
    """(N + 1,) where the choices of each item begin."""
    recent_counts: IntArray
    """(N,)"""
    deeds: Sequence[str]
    """Event type by bit."""
    n_people: int

    @classmethod
    def of(cls, log: Everybody, liking: Liking, n_items: int) -> Self:
        """Counted from the whole log, as `choice_of` does for one person: the newest event of each
        type counts, and the sum of their weights decides."""
        events = _Events.read(log)
        chosen = events.choices(events.weights(liking), n_items)
        chosen = chosen[np.argsort(events.item[chosen], kind="stable")]
        since = _start_of_recent(events.time)
        counts = np.bincount(events.item[chosen], minlength=n_items)
        is_recent = events.time[chosen] >= since
        recent = np.bincount(events.item[chosen[is_recent]], minlength=n_items)
        bits = np.minimum(events.type, MAX_DEEDS)[chosen]
        return cls(
            person=events.person[chosen],
            deed=np.left_shift(np.int64(1), bits),
            is_recent=is_recent,
            starts=np.concatenate([[0], np.cumsum(counts)]),
            recent_counts=recent,
            deeds=[*events.types[:MAX_DEEDS], ""],
            n_people=events.n_people,
        )

    @property
    def counts(self) -> IntArray:
        """(N,) people who chose each item."""
        return np.diff(self.starts)

    def of_item(self, item: int) -> People:
        """Who chose it ever."""
        return self._people(self.deed[self._choices(item)])

    def lately(self, item: int) -> People:
        """Who chose it among the newest events."""
        own = self._choices(item)
        return self._people(self.deed[own][self.is_recent[own]])

    def following(self, items: IntArray) -> list[Following]:
        """Of each of M items."""
        found = []
        for item in items.tolist():
            ever, lately = self.of_item(item), self.lately(item)
            percentile = float((self.counts < ever.count).mean())
            recent_percentile = float((self.recent_counts < lately.count).mean())
            found.append(Following(ever, percentile, lately, recent_percentile))
        return found

    def both(self, items: IntArray, others: IntArray) -> list[list[People]]:
        """Who chose both each of L items and each of M others: L lists of M."""
        places = [self._choices(item) for item in items.tolist()]
        lengths = np.array([place.stop - place.start for place in places], dtype=np.int64)
        found = [[NOBODY] * len(others) for _ in places]
        filled = np.flatnonzero(lengths)
        if not len(filled):
            return found
        people = np.concatenate([self.person[places[row]] for row in filled])
        deeds = np.concatenate([self.deed[places[row]] for row in filled])
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        done = np.zeros(self.n_people, np.int64)
        for column, other in enumerate(others.tolist()):
            own = self._choices(other)
            done[self.person[own]] = self.deed[own]
            theirs = done[people]
            done[self.person[own]] = 0
            met = theirs > 0
            counts = np.add.reduceat(met, starts, dtype=np.int64)
            bits = np.bitwise_or.reduceat(np.where(met, theirs | deeds, 0), starts)
            for row, count, deed in zip(filled, counts.tolist(), bits.tolist(), strict=True):
                found[row][column] = People(count, self._deed(deed))
        return found

    def _choices(self, item: int) -> slice:
        return slice(int(self.starts[item]), int(self.starts[item + 1]))

    def _people(self, deeds: IntArray) -> People:
        return People(len(deeds), self._deed(int(np.bitwise_or.reduce(deeds, initial=0))))

    def _deed(self, bits: int) -> str:
        """The event type of all these bits; empty where they are of several."""
        if bits and not bits & (bits - 1):
            return self.deeds[bits.bit_length() - 1]
        names = {self.deeds[bit] for bit in range(bits.bit_length()) if bits >> bit & 1}
        return LIKE if names == {LIKE, RATING} else ""


@dataclass(frozen=True, slots=True, eq=False)
class _Events:
    """The log as columns (E,), in the order of time of recording."""

    person: IntArray
    item: IntArray
    """UNKNOWN_ITEM where it is not in the catalogue."""
    type: IntArray
    value: NDArray[np.float64]
    time: NDArray[np.float64]
    types: Sequence[str]
    n_people: int

    @classmethod
    def read(cls, log: Everybody) -> Self:
        people: dict[str, int] = {}
        types: dict[str, int] = {}
        columns: list[tuple[IntArray, ...]] = [(np.zeros(0, np.int64),) * 3]
        numbers: list[tuple[NDArray[np.float64], ...]] = [(np.zeros(0),) * 2]
        for batch in log.read_events():
            persons = [people.setdefault(name, len(people)) for name in batch.user_id]
            kinds = [types.setdefault(name, len(types)) for name in batch.event_type]
            columns.append((np.array(persons), batch.item_index, np.array(kinds)))
            numbers.append((batch.value, batch.timestamp))
        person, item, kind = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        value, time = (np.concatenate(parts) for parts in zip(*numbers, strict=True))
        return cls(person, item, kind, value, time, list(types), len(people))

    def weights(self, liking: Liking) -> NDArray[np.float64]:
        """(E,) what each event says."""
        policy, habits = liking.policy, liking.habits
        usual = np.array([policy.of_type(name).weight for name in self.types])
        weights = usual[self.type] if len(usual) else np.zeros(0)
        if RATING not in self.types:
            return weights
        rated = np.flatnonzero((self.type == self.types.index(RATING)) & ~np.isnan(self.value))
        raters, values = self.person[rated], self.value[rated]
        n_own = np.bincount(raters, minlength=self.n_people).tolist()
        totals = np.bincount(raters, values, self.n_people).tolist()
        bounds = np.array(
            [
                (neutral.below, neutral.above)
                for neutral in (
                    policy.neutral(habits, n, s) for n, s in zip(n_own, totals, strict=True)
                )
            ]
        )
        is_low, is_high = values < bounds[raters, 0], values >= bounds[raters, 1]
        strength = weights[rated]
        weights[rated] = np.where(is_high, strength, np.where(is_low, -np.abs(strength), 0.0))
        return weights

    def choices(self, weights: NDArray[np.float64], n_items: int) -> IntArray:
        """Places of the events by which a person chose an item, one for each such pair."""
        known = np.flatnonzero((self.item >= 0) & (self.item < n_items))
        pair = self.person * n_items + self.item
        known = known[np.lexsort((self.time[known], self.type[known], pair[known]))]
        newest = known[_ends(pair[known], self.type[known])]
        newest = newest[np.lexsort((self.time[newest], weights[newest], pair[newest]))]
        ends = _ends(pair[newest])  # of each pair the weightiest, the newest of these
        if not len(newest):
            return newest
        starts = np.concatenate([[0], np.flatnonzero(ends)[:-1] + 1])
        sums = np.add.reduceat(weights[newest], starts)
        return newest[ends][sums > NO_WEIGHT]


def _ends(*keys: IntArray) -> BoolArray:
    """(E,) whether the next row has another key; the rows are sorted by the keys."""
    ends = np.ones(len(keys[0]), dtype=bool)
    ends[:-1] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return ends


def _start_of_recent(times: NDArray[np.float64]) -> float:
    """When the newest RECENT_SHARE of the log began."""
    n_recent = max(1, int(RECENT_SHARE * len(times)))
    return float(np.partition(times, -n_recent)[-n_recent]) if len(times) else 0.0
