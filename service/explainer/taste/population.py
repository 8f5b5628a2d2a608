"""Population: what people at large choose, to compare one person's choices with.

It counts and does not judge. No person in it can be told from another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.explainer.attribution.facts import AttributeValue
from service.explainer.taste.choices import Trait, numbers_of, traits_of


@dataclass(frozen=True, slots=True)
class ItemCount:
    """One item, and how often people chose it."""

    domain: str
    categories: Sequence[str]
    attributes: Mapping[str, AttributeValue]
    count: int


@dataclass(frozen=True, slots=True)
class Population:
    """What people choose, domain by domain."""

    n_people: int = 0
    choices: Mapping[str, int] = field(default_factory=dict)
    """How often people chose something, by domain."""
    having: Mapping[tuple[str, Trait], int] = field(default_factory=dict)
    """How often it had the trait, by domain and trait."""
    medians: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Median of a number over people's choices, by domain and attribute."""

    @classmethod
    def of(cls, items: Iterable[ItemCount], n_people: int) -> Population:
        """Counted from all items of a catalogue."""
        choices: Counter[str] = Counter()
        having: Counter[tuple[str, Trait]] = Counter()
        numbers: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for item in items:
            if item.count <= 0:
                continue
            choices[item.domain] += item.count
            for trait in traits_of(item.categories, item.attributes):
                having[item.domain, trait] += item.count
            for name, number in numbers_of(item.attributes).items():
                numbers[item.domain, name].append((number, item.count))
        medians = {key: _median(pairs) for key, pairs in numbers.items()}
        return cls(n_people, choices, having, medians)

    def share(self, trait: Trait, domains: Mapping[str, float]) -> float:
        """Share of people's choices that have the trait, in a mix of domains that sums to 1.

        Never less than one choice, so that nothing is infinitely rare. 0 where nobody chose
        anything of these domains.
        """
        total = 0.0
        for domain, part in domains.items():
            n_choices = self.choices.get(domain, 0)
            if n_choices:
                n_having = max(self.having.get((domain, trait), 0), 1)
                total += part * n_having / n_choices
        return total


def _median(pairs: Sequence[tuple[float, int]]) -> float:
    """Of numbers that come so many times each; the lower of two."""
    values, counts = zip(*sorted(pairs), strict=True)
    running = np.cumsum(counts)
    middle = int(np.searchsorted(running, running[-1] / 2))
    return float(values[middle])
