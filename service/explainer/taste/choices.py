"""Choices: what one person did with items, and what people at large choose, as far as a taste can
be read from them.

It owns which values of an item may stand for a taste. It counts, and judges nothing.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.explainer.attribution.facts import SPONSORED, AttributeValue
from service.explainer.attribution.shared import elements, is_placeholder, value_key

Trait = tuple[str, str]
"""Attribute name, empty for a category, and a value in the spelling of `value_key`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One item that a person chose or turned down."""

    item_id: str
    day: int
    """Days since 1970, UTC."""
    weight: float
    """-1 to 1: turned down below 0, chosen above it, and how clearly."""
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


@dataclass(frozen=True, slots=True)
class Offer:
    """One item, and how often people chose it."""

    domain: str
    categories: Sequence[str]
    attributes: Mapping[str, AttributeValue]
    count: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """What people at large choose, domain by domain. Nobody in it can be told from anybody else."""

    n_people: int = 0
    choices: Mapping[str, int] = field(default_factory=dict)
    """How often people chose something, by domain."""
    having: Mapping[tuple[str, Trait], int] = field(default_factory=dict)
    """How often it had the trait, by domain and trait."""
    medians: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Median of a number over people's choices, by domain and attribute."""

    @classmethod
    def of(cls, offers: Iterable[Offer], n_people: int) -> Crowd:
        choices: Counter[str] = Counter()
        having: Counter[tuple[str, Trait]] = Counter()
        numbers: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for offer in offers:
            if offer.count <= 0:
                continue
            choices[offer.domain] += offer.count
            for trait in traits_of(offer.categories, offer.attributes):
                having[offer.domain, trait] += offer.count
            for name, number in numbers_of(offer.attributes).items():
                numbers[offer.domain, name].append((number, offer.count))
        return cls(
            n_people, choices, having, {key: _median(pairs) for key, pairs in numbers.items()}
        )

    def share(self, trait: Trait, domains: Mapping[str, float]) -> float:
        """Share of people's choices that have the trait, in a mix of domains that sums to 1.

        Never less than one choice, so that nothing is infinitely rare.
        """
        shares = [
            part * max(self.having.get((domain, trait), 0), 1) / self.choices[domain]
            for domain, part in domains.items()
            if self.choices.get(domain)
        ]
        return sum(shares)


def traits_of(
    categories: Sequence[str], attributes: Mapping[str, AttributeValue]
) -> dict[Trait, str]:
    """Categories and attribute values that are names: no prose, no numbers, nothing that says that
    nothing is known.

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
    """Attributes that are numbers, written as such or as digits.

    >>> numbers_of({"year": "1979", "minutes": 117.0, "colour": True, "director": "Ridley Scott"})
    {'year': 1979.0, 'minutes': 117.0}
    """
    numbers = {}
    for name, value in attributes.items():
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = float(value)
        if (
            name
            and isinstance(value, (int, float))
            and not isinstance(value, bool)
            and math.isfinite(value)
        ):
            numbers[name] = float(value)
    return numbers


def _median(pairs: Sequence[tuple[float, int]]) -> float:
    """Of numbers that come so many times each; the lower of two."""
    values, counts = zip(*sorted(pairs), strict=True)
    running = np.cumsum(counts)
    return float(values[int(np.searchsorted(running, running[-1] / 2))])
