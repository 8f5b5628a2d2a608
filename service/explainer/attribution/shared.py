"""Shared values: categories and attribute values that the candidate has in common with what the
user chose.

This module owns when a shared value says anything. It does not where much of the catalogue has it,
or where it is no more common among the user's items than anywhere else. It does not know scores
beyond one number per history item, which decides the item to cite.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.explainer.attribution.facts import SPONSORED, AttributeValue, Citable, HistoryFact
from service.explainer.text import MAX_VALUE_CHARACTERS, MAX_VALUE_WORDS

UNKNOWN_SHARE = 0.05
"""Assumed where the catalogue's share of a value was not given."""
MIN_SHARE = 1e-6
_WHOLE_NUMBER = re.compile(r"^(-?\d+)\.0+$")
STRONGEST_IDF = math.log(1000)
"""One item in a thousand or fewer: as telling as it gets."""
COUNT_EXPONENT = 0.25
"""How much it tells that more of the history has the value; little, beside how rare it is."""


@dataclass(frozen=True, slots=True)
class SharedValue:
    """One category or attribute value in common."""

    name: str
    """Attribute name; empty for a category."""
    value: str
    count: int
    """Citable history items that have it."""
    cited: HistoryFact
    """The one of them that moved the score most."""
    strength: float
    """0 to 1: high where it is rare in the catalogue and frequent in the history."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One history item and the keys of its values."""

    one: Citable
    keys: frozenset[str]


def shared_categories(
    citable: Sequence[Citable],
    categories: Sequence[str],
    share: Mapping[str, float],
    max_share: float,
    min_lift: float,
) -> list[SharedValue]:
    """Categories in common that say something, the most telling first.

    `share` is category -> share of the catalogue that has it.
    """
    rows = [_Row(one, frozenset(map(value_key, one.fact.categories))) for one in citable]
    found = []
    for category in dict.fromkeys(categories):
        if category and not is_placeholder(category):
            frequency = share.get(category, UNKNOWN_SHARE)
            found.append(_shared_value("", category, rows, frequency, max_share, min_lift))
    return _most_telling_first(found)


def shared_attributes(
    citable: Sequence[Citable],
    attributes: Mapping[str, AttributeValue],
    share: Mapping[tuple[str, str], float],
    max_share: float,
    min_lift: float,
    mute: frozenset[str] = frozenset(),
) -> list[SharedValue]:
    """Attribute values in common that say something, the most telling first.

    Lists are compared element by element. `share` is (name, value) -> share of the catalogue; `mute`
    are attributes that are left out.
    """
    found = []
    for name, value in attributes.items():
        wanted = elements(value)
        if name == SPONSORED or name in mute or not wanted:
            continue
        if not any(name in one.fact.attributes for one in citable):
            continue
        rows = [_attribute_row(one, name) for one in citable]
        for element in wanted:
            frequency = share.get((name, element), UNKNOWN_SHARE)
            found.append(_shared_value(name, element, rows, frequency, max_share, min_lift))
    return _most_telling_first(found)


@lru_cache(maxsize=16_384)
def elements(value: AttributeValue) -> tuple[str, ...]:
    """Single values of an attribute: list members, the parts of a comma-separated text, a number.

    Empty for prose and for true and false ("both are on sale: yes" is no reason). A whole number
    that was written with decimals is written without.

    >>> elements("Tom Hanks, John Ratzenberger"), elements("113.0")
    (('Tom Hanks', 'John Ratzenberger'), ('113',))
    >>> elements(True)
    ()
    """
    if isinstance(value, bool):
        return ()
    if isinstance(value, (int, float)):
        return (f"{value:.10g}",) if math.isfinite(value) else ()
    members = value.split(",") if isinstance(value, str) else value
    tidied = (_WHOLE_NUMBER.sub(r"\1", " ".join(member.split())) for member in members)
    parts = [part for part in tidied if part]
    return tuple(dict.fromkeys(parts)) if all(map(_is_short, parts)) else ()


def value_key(value: str) -> str:
    """What two spellings of one value have in common.

    >>> value_key("Tom  HANKS")
    'tom hanks'
    """
    return " ".join(value.casefold().split())


def is_placeholder(category: str) -> bool:
    """Whether a category says that nothing is known, as `(no genres listed)` does."""
    return category.startswith("(") and category.endswith(")")


def _is_short(part: str) -> bool:
    return len(part) <= MAX_VALUE_CHARACTERS and len(part.split()) <= MAX_VALUE_WORDS


def _attribute_row(one: Citable, name: str) -> _Row:
    values = elements(one.fact.attributes.get(name, ""))
    return _Row(one, frozenset(map(value_key, values)))


def _shared_value(
    name: str,
    value: str,
    rows: Sequence[_Row],
    share: float,
    max_share: float,
    min_lift: float,
) -> SharedValue | None:
    """The value, if it says anything: None where no history item has it or where it is common."""
    key = value_key(value)
    owners = [row.one for row in rows if key in row.keys]
    if not owners:
        return None
    share = max(share, MIN_SHARE)
    share_of_history = len(owners) / len(rows)
    if share > max_share or share_of_history < min_lift * share:
        return None
    cited = max(owners, key=lambda one: one.drop).fact
    idf = min(1.0, -math.log(share) / STRONGEST_IDF)
    strength = idf * share_of_history**COUNT_EXPONENT
    return SharedValue(name, value, len(owners), cited, strength)


def _most_telling_first(found: Iterable[SharedValue | None]) -> list[SharedValue]:
    values = [value for value in found if value is not None]
    return sorted(values, key=lambda value: -value.strength)
