"""Item groups: the catalogue by age, popularity, category and provider, as a report on exposure tells
it apart.

Owns what every item of the catalogue is. Knows no people and nothing that was served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.event import EventPolicy
from indexer.catalog.item import Item
from indexer.catalog.item_field import values_of
from indexer.log.event_log import EventRecords
from service.evaluation.popularity import popularity_groups
from service.ranker.data.arrays import BoolArray, IntArray

DAY_S = 86_400.0
AGES: Sequence[tuple[str, float]] = (
    ("under a day", 1.0),
    ("1 to 7 days", 7.0),
    ("7 to 30 days", 30.0),
    ("30 days to a year", 365.0),
    ("over a year", np.inf),
)
"""What an age is called, and the days that it ends at."""
NO_DATE = "no date"
NOTHING = "(none)"
"""Of items without a category, or whatever makes the group."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemGroups:
    """N items by index, with gaps where items were deleted."""

    live: BoolArray
    """(N,) in the catalogue and available."""
    created_at: NDArray[np.float64]
    """(N,) Unix seconds; NaN where that is not known."""
    members: Mapping[str, Mapping[str, IntArray]]
    """By field: the items of each of its values, ascending. An item with several is in each."""

    @classmethod
    def of(cls, items: Iterable[tuple[int, Item]], fields: Sequence[str], n_items: int) -> Self:
        """Of the catalogue, told apart by `fields`, see `indexer.catalog.item_field`. `n_items` is the
        least N."""
        index, created_at, live = [], [], []
        members: dict[str, dict[str, list[int]]] = {field: {} for field in fields}
        for item_index, item in items:
            index.append(item_index)
            created_at.append(np.nan if item.created_at is None else item.created_at)
            live.append(item.available)
            for field, by_value in members.items():
                for value in values_of(item, field) or (NOTHING,):
                    by_value.setdefault(value, []).append(item_index)
        n = max(n_items, max(index, default=-1) + 1)
        is_live, dates = np.zeros(n, bool), np.full(n, np.nan)
        is_live[index], dates[index] = live, created_at
        return cls(
            live=is_live,
            created_at=dates,
            members={
                field: {value: np.array(found) for value, found in by_value.items()}
                for field, by_value in members.items()
            },
        )

    def of_field(self, field: str) -> Iterator[tuple[str, BoolArray]]:
        """Values of a field and their items (N,), by name; the nameless ones last."""
        found = self.members[field]
        for value in sorted(found, key=lambda name: (name == NOTHING, name)):
            yield value, self._mask(found[value])

    def by_popularity(self, chosen: IntArray) -> Mapping[str, BoolArray]:
        """Head, middle and tail by how often each item was chosen, (N,), and those that never were,
        which are of the tail as well."""
        groups = popularity_groups(chosen, self.live)
        middle = self.live & ~groups["head"] & ~groups["tail"]
        return {
            "head (top tenth)": groups["head"],
            "middle": middle,
            "tail (lower half)": groups["tail"],
            "never chosen": groups["cold"],
        }

    def age(self, item: IntArray, at: NDArray[np.float64]) -> IntArray:
        """(P,) place in AGES of each item at a time, Unix seconds; one more where it has no date. What
        was not out yet is of the first."""
        days = (at - self.created_at[item]) / DAY_S
        ends = np.array([end for _, end in AGES])
        return np.where(np.isnan(days), len(AGES), np.searchsorted(ends, days, side="right"))

    def share_by_age(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """(ages + 1,) of the items that were there at these times, those of each age; the last has no
        date."""
        dates = np.sort(self.created_at[self.live & ~np.isnan(self.created_at)])
        undated = int((self.live & np.isnan(self.created_at)).sum())
        starts = np.array([0.0, *(end for _, end in AGES)]) * DAY_S
        there = np.stack([np.searchsorted(dates, at - start, side="right") for start in starts])
        counts = np.vstack([there[:-1] - there[1:], np.full(len(at), undated)])  # (ages + 1, T)
        totals = counts.sum(axis=0)
        shares: NDArray[np.float64] = (counts / np.maximum(totals, 1)).sum(axis=1) / max(len(at), 1)
        return shares

    def _mask(self, items: IntArray) -> BoolArray:
        mask = np.zeros(len(self.live), bool)
        mask[items] = True
        return mask


def chosen_before(log: EventRecords, policy: EventPolicy, before: float, n_items: int) -> IntArray:
    """(N,) how often each item was chosen before a time, Unix seconds: events that say that somebody
    turned to it."""
    counts = np.zeros(n_items, np.int64)
    for batch in log.read_events():
        kinds, kind = np.unique(batch.event_type.astype(str), return_inverse=True)
        is_choice = np.array([_is_choice(policy, str(name)) for name in kinds], dtype=bool)
        known = (batch.item_index >= 0) & (batch.item_index < n_items)
        items = batch.item_index[is_choice[kind] & known & (batch.timestamp < before)]
        counts += np.bincount(items, minlength=n_items)
    return counts


def _is_choice(policy: EventPolicy, event_type: str) -> bool:
    kind = policy.of_type(event_type)
    return kind.trains and kind.weight > 0
