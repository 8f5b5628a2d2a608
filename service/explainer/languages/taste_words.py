"""Taste words: what a language needs to speak of a person's taste, and the phrases made of numbers.

Part of a language (see `language.py`). Slots of the patterns:

- `value`: a category, a value or a domain, where it can stand by itself.
- `sg`, `pl`: what one item has, what several have ("are directed by X").
- `count`, `total`, `earlier_count`, `earlier_total`: numbers; `times`: how many times as often.
- `since`: a month; `titles`: the examples; `than`: how a range compares.
- `name`: the quoted words of the user.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from service.explainer.evidence import HIGHER, LOWER, Evidence, EvidenceKind
from service.explainer.text import number


@dataclass(frozen=True, slots=True)
class TasteWords:
    """The words about taste of one language."""

    patterns: Mapping[str, tuple[str, ...]]
    """Kind -> whole sentences; `aversion.rating` where all that was turned down was rated."""
    nothing: tuple[str, ...]
    """When nothing is known that sets a person apart."""
    binds: Mapping[EvidenceKind, str]
    """Regular expression of the only words by which a fact of that kind may be said of a value. In
    it `T` is the value, `N` a number, `SG` and `PL` any of the ways to say that one item, that
    several have the value."""
    times: str
    """Slot `n`."""
    month: str
    """Slots `year` and `month`."""
    months: tuple[str, ...]
    span: str
    """Slots `low` and `high`."""
    than: Mapping[str, tuple[str, str]]
    """Attribute -> higher, lower than usual; the empty name is the fallback."""

    def month_of(self, day: str) -> str:
        """The month of a day like 2017-03-14; empty for none."""
        if not day:
            return ""
        when = date.fromisoformat(day)
        return self.month.format(year=when.year, month=self.months[when.month - 1])

    def value_of(self, fact: Evidence) -> str:
        """What a fact is about: its value, or the numbers of a range."""
        if fact.kind is not EvidenceKind.RANGE:
            return fact.value
        low, high = number(fact.low), number(fact.high)
        return low if low == high else self.span.format(low=low, high=high)

    def comparison(self, fact: Evidence, attribute: str) -> str:
        """Where a range of that attribute lies against what is usual; empty for other facts."""
        if fact.kind is not EvidenceKind.RANGE:
            return ""
        higher, lower = self.than.get(attribute, self.than[""])
        return {HIGHER: higher, LOWER: lower}.get(fact.value, "")


def lift(times: float) -> str:
    """How many times as often, rounded down so that it is never more than it is; to a tenth below
    10.

    >>> lift(4.29), lift(2.0), lift(17.8)
    ('4.2', '2', '17')
    """
    if times >= 10:
        return str(math.floor(times))
    tenths = math.floor(times * 10 + 1e-9)
    return number(tenths / 10)
