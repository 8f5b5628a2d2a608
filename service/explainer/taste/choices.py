"""Choices: what one person did with items, as far as a taste can be read from it.

This module owns which values of an item may stand for a taste. It does not count or compare.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.explainer.attribution.facts import SPONSORED, AttributeValue
from service.explainer.attribution.shared import elements, is_placeholder, value_key

_DIGITS = re.compile(r"[0-9]+(\.[0-9]+)?")
Trait = tuple[str, str]
"""Attribute name, empty for a category, and a value in the spelling of `value_key`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One item that a person chose or turned down."""

    item_id: str
    day: int
    """Days since 1970, UTC."""
    weight: float
    """-1 to 1: below 0 where it was turned down, above 0 where it was chosen, and how clearly."""
    title: str = ""
    domain: str = ""
    event_type: str = ""
    value: float | None = None
    """Value of the event, e.g. the rating."""
    liked: bool = True
    """Whether it is a good example of what was chosen; see `HistoryFact.liked`."""
    categories: Sequence[str] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)

    @property
    def traits(self) -> dict[Trait, str]:
        """Its traits, with their values as they are written."""
        return traits_of(self.categories, self.attributes)


def traits_of(
    categories: Sequence[str], attributes: Mapping[str, AttributeValue]
) -> dict[Trait, str]:
    """Categories and attribute values that are names, with their spelling.

    Prose, numbers and placeholders are left out.

    >>> traits_of(["Sci-Fi", "(none)"], {"director": "Ridley Scott", "year": 1979.0})
    {('', 'sci-fi'): 'Sci-Fi', ('director', 'ridley scott'): 'Ridley Scott'}
    """
    traits = {
        ("", value_key(category)): category
        for category in categories
        if category and not is_placeholder(category)
    }
    numeric = numbers_of(attributes)
    for name, value in attributes.items():
        if name and name != SPONSORED and name not in numeric:
            traits |= {(name, value_key(element)): element for element in elements(value)}
    return traits


def numbers_of(attributes: Mapping[str, AttributeValue]) -> dict[str, float]:
    """Attributes that are numbers, written as such or in digits.

    >>> numbers_of({"year": "1979", "minutes": "117.0", "colour": True, "director": "Ridley Scott"})
    {'year': 1979.0, 'minutes': 117.0}
    """
    numbers = {name: _number(value) for name, value in attributes.items() if name}
    return {name: number for name, number in numbers.items() if number is not None}


def _number(value: AttributeValue) -> float | None:
    """A finite number, or None."""
    if isinstance(value, str):
        return float(value) if _DIGITS.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None
