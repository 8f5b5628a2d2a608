"""Columns: which attributes of a catalogue have values that are a reason when two items share one.

A director is; a runtime, a release day, a stock number and a flag are not. It is read off the values
of the whole catalogue and never off the name of an attribute:

- measures: nine in ten values are made of digits for the most part, or of numbers with units
- identities: nearly every item has a value of its own
- flags: there are hardly any different values, or one that nearly every item has

It does not know which items are compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.explainer.attribution.facts import AttributeValue
from service.explainer.attribution.shared import elements, value_key

MEASURES = 0.9
"""Share of an attribute's values."""
MIN_ITEMS = 20
"""With fewer items that have it, nobody can tell an identity or a flag from a name."""
IDENTITIES = 0.98
"""Different values per item, where each has one."""
FEW_VALUES = 3
NEARLY_ALL = 0.8
_WITH_UNITS = re.compile(r"\W*(?:\d[\d.,:]*\s?[^\W\d_]{1,4}\W*)+")


def mute_attributes(items: Iterable[Mapping[str, AttributeValue]]) -> frozenset[str]:
    """Names of the attributes whose values say nothing where two items share one.

    >>> films = [{"director": f"director {n % 9} of it", "runtime": 90.0 + n % 9} for n in range(30)]
    >>> sorted(mute_attributes(films))
    ['runtime']
    """
    columns: dict[str, _Column] = {}
    for attributes in items:
        for name, value in attributes.items():
            columns.setdefault(name, _Column()).add(value)
    return frozenset(name for name, column in columns.items() if column.is_mute)


def is_measure(value: str) -> bool:
    """Whether at least half of its letters and digits are digits, or it is numbers with units.

    >>> [is_measure(value) for value in ("113.0", "1h 53min", "2014-05-21", "SKU-00417", "12 Monkeys")]
    [True, True, True, True, False]
    """
    known = [character for character in value if character.isalnum()]
    if _WITH_UNITS.fullmatch(value):
        return True
    return bool(known) and 2 * sum(character.isdigit() for character in known) >= len(known)


@dataclass(slots=True)
class _Column:
    """The values of one attribute."""

    n_items: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Items by value."""

    def add(self, value: AttributeValue) -> None:
        self.n_items += 1
        self.counts.update({value_key(element) for element in elements(value)})

    @property
    def is_mute(self) -> bool:
        n_values = self.counts.total()
        if not n_values:
            return False  # prose and true or false: nothing is ever shared
        measures = sum(count for value, count in self.counts.items() if is_measure(value))
        if measures >= MEASURES * n_values:
            return True
        if self.n_items < MIN_ITEMS:
            return False
        has_one_each = n_values <= self.n_items
        is_identity = has_one_each and len(self.counts) >= IDENTITIES * n_values
        is_flag = (
            len(self.counts) <= FEW_VALUES or max(self.counts.values()) >= NEARLY_ALL * n_values
        )
        return is_identity or is_flag
