"""Shared: categories and attribute values that the candidate has in common with what the user
chose.

It owns when something shared says anything: a value that much of the catalogue has, or that is no
more common among the user's items than anywhere else, does not. It knows nothing of scores beyond
one number per history item, used to choose which item to cite.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.explainer.attribution.facts import SPONSORED, AttributeValue, HistoryFact

MAX_VALUE_CHARACTERS = 40
MAX_VALUE_WORDS = 5
UNKNOWN_SHARE = 0.05
"""Assumed where the catalogue's share of a value was not given."""
STRONGEST_IDF = math.log(1000)
"""One item in a thousand or rarer: as telling as it gets."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One category or attribute value in common."""

    name: str
    """Attribute name; empty for a category."""
    value: str
    count: int
    """Liked history items that have it."""
    cited: HistoryFact
    """The one of them that moved the score most."""
    strength: float
    """0..1: rare in the catalogue, frequent in the history."""


def shared_categories(
    usable: Sequence[tuple[HistoryFact, float]],
    categories: Sequence[str],
    share: Mapping[str, float],
    max_share: float,
    min_lift: float,
) -> list[Shared]:
    """Discriminative categories in common, the most telling first."""
    wanted = [c for c in dict.fromkeys(categories) if c and not is_placeholder(c)]
    rows = [(fact, drop, {value_key(c) for c in fact.categories}) for fact, drop in usable]
    found = (_share("", c, rows, share.get(c, UNKNOWN_SHARE), max_share, min_lift) for c in wanted)
    return _ordered(found)


def shared_attributes(
    usable: Sequence[tuple[HistoryFact, float]],
    attributes: Mapping[str, AttributeValue],
    share: Mapping[tuple[str, str], float],
    max_share: float,
    min_lift: float,
) -> list[Shared]:
    """Discriminative attribute values in common, the most telling first; lists are compared element
    by element."""
    found = []
    for name, value in attributes.items():
        wanted = elements(value) if name != SPONSORED else ()
        if wanted and any(name in fact.attributes for fact, _ in usable):
            rows = [
                (fact, drop, {value_key(v) for v in elements(fact.attributes.get(name, ""))})
                for fact, drop in usable
            ]
            for element in wanted:
                frequency = share.get((name, element), UNKNOWN_SHARE)
                found.append(_share(name, element, rows, frequency, max_share, min_lift))
    return _ordered(found)


@lru_cache(maxsize=16_384)
def elements(value: AttributeValue) -> tuple[str, ...]:
    """Single values of an attribute: list members, the parts of a comma-separated text, a number;
    nothing of prose.

    >>> elements("Tom Hanks, John Ratzenberger")
    ('Tom Hanks', 'John Ratzenberger')
    >>> elements(True)
    ()
    """
    if isinstance(value, bool):  # "both are on sale: yes" is no reason
        return ()
    if isinstance(value, (int, float)):
        return (f"{value:g}",) if math.isfinite(value) else ()
    members = value.split(",") if isinstance(value, str) else value
    parts = [" ".join(member.split()) for member in members]
    short = [
        p
        for p in parts
        if p and len(p) <= MAX_VALUE_CHARACTERS and len(p.split()) <= MAX_VALUE_WORDS
    ]
    return tuple(dict.fromkeys(short)) if len(short) == len([p for p in parts if p]) else ()


def _share(
    name: str,
    value: str,
    rows: Sequence[tuple[HistoryFact, float, set[str]]],
    share: float,
    max_share: float,
    min_lift: float,
) -> Shared | None:
    key = value_key(value)
    owners = [(fact, drop) for fact, drop, keys in rows if key in keys]
    share = max(share, 1e-6)
    if not owners or share > max_share or len(owners) / len(rows) < min_lift * share:
        return None
    cited = max(owners, key=lambda pair: pair[1])[0]
    idf = min(1.0, -math.log(share) / STRONGEST_IDF)
    return Shared(name, value, len(owners), cited, idf * (len(owners) / len(rows)) ** 0.25)


def _ordered(found: Iterable[Shared | None]) -> list[Shared]:
    return sorted((s for s in found if s is not None), key=lambda s: -s.strength)


def value_key(value: str) -> str:
    """What two spellings of one value have in common."""
    return " ".join(value.casefold().split())


def is_placeholder(category: str) -> bool:
    """`(no genres listed)` and the like say that nothing is known."""
    return category.startswith("(") and category.endswith(")")
