"""The numbers of a catalogue by field: prices, dates, and attributes that are numbers or are written
like them; and the year that a title ends with, as in "Alien (1979)".

Knows no wishes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.item import Item
from service.ranker.data.arrays import BoolArray, IntArray

TITLE_YEAR = "title"
"""The field of a year that stands in titles. No filter can say it."""
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_YEAR = re.compile(r"\((\d{4})\)\s*$")
_USUAL = 0.5
"""Share of the texts of an attribute that must be numbers, for it to be a number."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One number of some items."""

    items: IntArray
    """(n,) ascending."""
    numbers: NDArray[np.float64]
    """(n,)"""


class Numbers:
    """Immutable."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        """By field, named as in a filter, or TITLE_YEAR."""
        self.columns = columns

    @classmethod
    def of(cls, items: Iterable[tuple[int, Item]]) -> Numbers:
        """Of every item and its index."""
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        others: dict[str, int] = defaultdict(int)
        for index, item in items:
            for field, number in _numbers_of(item):
                if number is None:
                    others[field] += 1
                else:
                    found[field].append((index, number))
        columns = {}
        for field, pairs in found.items():
            if len(pairs) >= _USUAL * (len(pairs) + others[field]):
                table = np.array(sorted(pairs), np.float64)
                columns[field] = Column(table[:, 0].astype(np.int64), table[:, 1])
        return cls(columns)


def within(
    numbers: NDArray[np.float64], low: float | None, high: float | None, is_strict: bool
) -> BoolArray:
    """(n,) which numbers lie between bounds, None for none; the bounds themselves do not where
    `is_strict`. NaN never does."""
    lies: BoolArray = np.isfinite(numbers)
    if low is not None:
        lies &= numbers > low if is_strict else numbers >= low
    if high is not None:
        lies &= numbers < high if is_strict else numbers <= high
    return lies


def _numbers_of(item: Item) -> Iterator[tuple[str, float | None]]:
    """Each field with its number, None where its text is none."""
    if item.price is not None:
        yield "price", item.price
    if item.created_at is not None:
        yield "created_at", item.created_at
    if year := _YEAR.search(item.title):
        yield TITLE_YEAR, float(year.group(1))
    for name, value in item.attributes.items():
        field = f"attributes.{name}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield field, float(value)
        elif isinstance(value, str):
            yield field, float(value) if _NUMBER.fullmatch(value.strip()) else None
