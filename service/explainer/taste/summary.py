"""Summary: from what a person chose and turned down to the facts that set them apart.

This module owns what is worth telling: what is more than chance, more than a trifle, and not the
same thing twice. It does not know words. Facts about other people are shares of all that people
choose, and there are none where there are few people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from service.explainer.evidence import HIGHER, LOWER, Evidence, EvidenceKind
from service.explainer.taste.change_points import MIN_SIDE, ChangePoint, change_points
from service.explainer.taste.choices import Choice, Trait, numbers_of
from service.explainer.taste.likelihood_ratio import g_of_difference, g_of_excess, p_value
from service.explainer.taste.population import Population


@dataclass(frozen=True, slots=True)
class TasteLimits:
    """What is told of a taste, and how much of it."""

    min_choices: int = 3
    """Fewer items behind something are no taste."""
    few_choices: int = 10
    """A person with fewer is told that little is known."""
    min_people: int = 5
    """With fewer people there is no population to compare with."""
    max_p_value: float = 0.01
    """Of one fact of a kind being there by chance, all traits together (Bonferroni)."""
    min_lift: float = 1.3
    """A preference must be this much more common than in the population."""
    min_refused: float = 1 / 3
    """An aversion is a value of which this share was turned down."""
    min_numbers: int = 8
    """Numbers of one attribute that make a range."""
    max_overlap: float = 0.6
    """Two traits whose items overlap more than this (Jaccard) are one and the same thing."""
    max_common: float = 0.8
    """A value of more of all that people choose says nothing about one of them."""
    min_frequent: float = 0.3
    """A value is frequent where this share of the choices has it."""
    max_preferences: int = 4
    max_aversions: int = 2
    max_ranges: int = 2
    max_values: int = 3
    """Frequent values are told up to so many, preferences included."""
    max_watched: int = 40
    """Traits that are watched for changes: the most frequent ones."""
    max_examples: int = 2


def taste_evidence(
    choices: Sequence[Choice],
    population: Population,
    taste: str = "",
    limits: TasteLimits = TasteLimits(),
) -> list[Evidence]:
    """Facts about a person's taste, each before its examples: preferences, changes, aversions,
    ranges, frequent values, domains.

    `choices` are one per item, oldest first; `taste` is what the person said they like.
    """
    facts = [Evidence(EvidenceKind.TASTE, 0.0, name=taste)] if taste else []
    if len(choices) >= limits.min_choices:
        facts += _Summary(choices, population, limits).evidence()
    if len(choices) < limits.few_choices:
        name = "short_history" if choices else "no_history"
        facts.append(Evidence(EvidenceKind.COLD_START, 0.0, name=name, count=len(choices)))
    return facts


class _Summary:
    """One person's choices, sorted by trait."""

    def __init__(
        self, choices: Sequence[Choice], population: Population, limits: TasteLimits
    ) -> None:
        self._population, self._limits = population, limits
        self._liked = [choice for choice in choices if choice.weight > 0]
        self._refused = [choice for choice in choices if choice.weight < 0]
        self._spelling: dict[Trait, str] = {}
        self._chosen = self._by_trait(self._liked)
        self._turned_down = self._by_trait(self._refused)
        self._told: set[Trait] = set()
        """Traits that the person is said to like."""
        self._averse: set[Trait] = set()
        """Traits that the person is said to turn down."""
        self._used: set[str] = set()
        """Items given as examples."""

    def evidence(self) -> list[Evidence]:
        return [
            *self._preferences(),
            *self._changes(),
            *self._aversions(),
            *self._ranges(),
            *self._frequent_values(),
            *self._domains(),
        ]

    def _preferences(self) -> Iterator[Evidence]:
        """What is chosen more often than in the population, the most significant first."""
        n = len(self._liked)
        if n < self._limits.min_choices or self._population.n_people < self._limits.min_people:
            return
        lifts = self._significant_preferences()
        for trait in self._distinct(lifts, self._limits.max_preferences):
            mine = self._chosen[trait]
            fact = self._about(EvidenceKind.PREFERENCE, trait)
            fact = replace(fact, count=len(mine), total=n, lift=lifts[trait])
            yield from self._with_examples(fact, mine)
            self._told.add(trait)

    def _significant_preferences(self) -> dict[Trait, float]:
        """Traits that are chosen significantly more often than in the population, and their lift;
        the most significant first."""
        limits, n = self._limits, len(self._liked)
        total_weight = sum(choice.weight for choice in self._liked)
        domains = self._domain_shares()
        frequent = self._frequent(self._chosen)
        found: list[tuple[float, Trait, float]] = []
        for trait, mine in frequent.items():
            share = self._population.share(trait, domains)
            weight = sum(choice.weight for choice in mine)  # a view is less than one choice
            g = g_of_excess(weight, total_weight, share)
            is_significant = p_value(g) * len(frequent) <= limits.max_p_value
            if share and is_significant and len(mine) >= limits.min_lift * share * n:
                found.append((-g, trait, len(mine) / n / share))
        return {trait: lift for _, trait, lift in sorted(found)}

    def _distinct(self, traits: Iterable[Trait], most: int) -> list[Trait]:
        """The first few that are not the same items under another name."""
        kept: list[Trait] = []
        for trait in traits:
            if len(kept) >= most:
                break
            if not any(self._overlap(trait, other) for other in kept):
                kept.append(trait)
        return kept

    def _overlap(self, trait: Trait, other: Trait) -> bool:
        """Whether two traits stand for nearly the same items."""
        items = {choice.item_id for choice in self._chosen[trait]}
        others = {choice.item_id for choice in self._chosen[other]}
        return len(items & others) > self._limits.max_overlap * len(items | others)

    def _changes(self) -> Iterator[Evidence]:
        """Rises and falls, oldest first."""
        liked = self._liked
        watched = self._watched()
        owners = [{choice.item_id for choice in self._chosen[trait]} for trait in watched]
        rows = [[choice.item_id in own for choice in liked] for own in owners]
        has = np.array(rows, bool).reshape(len(owners), len(liked)).T  # (N, V)
        days = np.array([choice.day for choice in liked], np.int64)
        months: set[tuple[int, str]] = set()
        for point in change_points(has, days):
            month = (point.trait, _date(liked[point.at].day)[:7])
            if month in months:  # away from something and back to it within the month that is told
                continue
            months.add(month)
            column = has[:, point.trait]
            fact = self._change(point, watched[point.trait], column)
            after = [liked[place] for place in range(point.at, point.stop) if column[place]]
            if point.rises:
                self._told.add(watched[point.trait])
            yield from self._with_examples(fact, after if point.rises else ())

    def _watched(self) -> list[Trait]:
        """The most frequent traits that are not those of every choice."""
        n = len(self._liked)
        often = [trait for trait, mine in self._chosen.items() if MIN_SIDE <= len(mine) < n]
        often.sort(key=lambda trait: (-len(self._chosen[trait]), trait))
        return often[: self._limits.max_watched]

    def _change(self, point: ChangePoint, trait: Trait, column: np.ndarray) -> Evidence:
        """The fact of a change point; `column` (N,) says which choices have the trait."""
        kind = EvidenceKind.RISE if point.rises else EvidenceKind.FALL
        return replace(
            self._about(kind, trait),
            count=int(column[point.at : point.stop].sum()),
            total=point.stop - point.at,
            earlier_count=int(column[point.start : point.at].sum()),
            earlier_total=point.at - point.start,
            since=_date(self._liked[point.at].day),
        )

    def _aversions(self) -> Iterator[Evidence]:
        """What is turned down more often than the rest of what the person met, the most significant
        first."""
        for trait, n_met in self._significant_aversions()[: self._limits.max_aversions]:
            self._averse.add(trait)
            refused = self._turned_down[trait]
            event_types = {choice.event_type for choice in refused}
            fact = replace(
                self._about(EvidenceKind.AVERSION, trait),
                count=len(refused),
                total=n_met,
                event_type=event_types.pop() if len(event_types) == 1 else "",
            )
            yield from self._with_examples(fact, refused)

    def _significant_aversions(self) -> list[tuple[Trait, int]]:
        """Traits that are turned down significantly more often than the rest, and how many items of
        each the person met; the most significant first."""
        limits = self._limits
        n_refused, n_met = len(self._refused), len(self._refused) + len(self._liked)
        frequent = self._frequent(self._turned_down)
        found: list[tuple[float, Trait, int]] = []
        for trait, refused in frequent.items():
            met = len(refused) + len(self._chosen.get(trait, ()))
            if trait in self._told or met == n_met:
                continue
            is_more = len(refused) * n_met > n_refused * met
            if not is_more or len(refused) < limits.min_refused * met:
                continue
            others_refused, others_met = n_refused - len(refused), n_met - met
            g = float(g_of_difference(len(refused), met, others_refused, others_met))
            if p_value(g) * len(frequent) <= limits.max_p_value:
                found.append((-g, trait, met))
        return [(trait, met) for _, trait, met in sorted(found)]

    def _ranges(self) -> list[Evidence]:
        """Numbers that lie above, or below, the population's median more often than not (sign
        test by G), the most significant first."""
        limits = self._limits
        if self._population.n_people < limits.min_people:
            return []
        numbers = {
            name: pairs
            for name, pairs in self._numbers().items()
            if len(pairs) >= limits.min_numbers
        }
        found: list[tuple[float, str]] = []
        for name, pairs in numbers.items():
            above, below = _sides(pairs)
            g = g_of_excess(max(above, below), above + below, 0.5)
            if 2 * p_value(g) * len(numbers) <= limits.max_p_value:
                found.append((-g, name))
        return [_range(name, numbers[name]) for _, name in sorted(found)[: limits.max_ranges]]

    def _numbers(self) -> dict[str, list[tuple[float, float]]]:
        """Attribute -> the person's numbers, each with the population's median in its domain."""
        numbers: dict[str, list[tuple[float, float]]] = {}
        for choice in self._liked:
            for name, number in numbers_of(choice.attributes).items():
                median = self._population.medians.get((choice.domain, name))
                if median is not None:
                    numbers.setdefault(name, []).append((number, median))
        return numbers

    def _frequent_values(self) -> Iterator[Evidence]:
        """What much of the choices has, the most frequent first, so that of a person who chooses as
        people do there is something to tell. It is no comparison, and says none."""
        n = len(self._liked)
        if n < self._limits.few_choices:
            return
        room = self._limits.max_values - len(self._told)
        for trait in self._distinct(self._not_told_yet(), room):
            mine = self._chosen[trait]
            self._told.add(trait)
            fact = replace(self._about(EvidenceKind.FREQUENT, trait), count=len(mine), total=n)
            yield from self._with_examples(fact, mine)

    def _not_told_yet(self) -> list[Trait]:
        """Frequent traits that say something and of which nothing is said yet, nor of the same items
        under another name."""
        n, domains = len(self._liked), self._domain_shares()
        often = [
            trait
            for trait, mine in self._chosen.items()
            if self._limits.min_frequent * n <= len(mine) < n
            and trait not in self._averse
            and self._population.share(trait, domains) <= self._limits.max_common
            and not any(trait == told or self._overlap(trait, told) for told in self._told)
        ]
        return sorted(often, key=lambda trait: (-len(self._chosen[trait]), trait))

    def _domain_shares(self) -> dict[str, float]:
        """How the choices are spread over the domains; sums to 1."""
        counts = Counter(choice.domain for choice in self._liked)
        return {domain: count / len(self._liked) for domain, count in counts.items()}

    def _domains(self) -> Iterator[Evidence]:
        """How the choices are spread, where there is more than one domain; the largest first."""
        counts = Counter(choice.domain for choice in self._liked)
        if len(counts) < 2:
            return
        n = len(self._liked)
        for domain, count in counts.most_common():
            if domain and count >= self._limits.min_choices:
                yield Evidence(EvidenceKind.DOMAIN, 0.0, value=domain, count=count, total=n)

    def _about(self, kind: EvidenceKind, trait: Trait) -> Evidence:
        return Evidence(kind, 0.0, name=trait[0], value=self._spelling[trait])

    def _with_examples(self, fact: Evidence, behind: Sequence[Choice]) -> Iterator[Evidence]:
        """The fact, and the newest of the good examples behind it, those first that were not given
        for anything else."""
        yield fact
        is_aversion = fact.kind is EvidenceKind.AVERSION
        good = [choice for choice in reversed(behind) if choice.liked or is_aversion]
        good.sort(key=lambda choice: choice.item_id in self._used)
        for choice in good[: self._limits.max_examples]:
            self._used.add(choice.item_id)
            yield _example(fact, choice)

    def _by_trait(self, choices: Sequence[Choice]) -> dict[Trait, list[Choice]]:
        """The choices with each trait, in order."""
        by_trait: dict[Trait, list[Choice]] = {}
        for choice in choices:
            for trait, spelling in choice.traits.items():
                self._spelling[trait] = spelling
                by_trait.setdefault(trait, []).append(choice)
        return by_trait

    def _frequent(self, by_trait: Mapping[Trait, list[Choice]]) -> dict[Trait, list[Choice]]:
        enough = self._limits.min_choices
        return {trait: choices for trait, choices in by_trait.items() if len(choices) >= enough}


def _example(fact: Evidence, choice: Choice) -> Evidence:
    return Evidence(
        EvidenceKind.EXAMPLE,
        0.0,
        item_id=choice.item_id,
        title=choice.title or choice.item_id,
        domain=choice.domain,
        event_type=choice.event_type,
        event_value=choice.value,
        name=fact.name,
        value=fact.value,
        since=fact.since,
    )


def _sides(pairs: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """How many numbers lie above the median that they come with, and how many below."""
    above = sum(number > median for number, median in pairs)
    below = sum(number < median for number, median in pairs)
    return above, below


def _range(name: str, pairs: Sequence[tuple[float, float]]) -> Evidence:
    """Where the middle half of the numbers lies; each comes with the population's median."""
    values = np.array([number for number, _ in pairs])
    low, high = (float(x) for x in np.quantile(values, (0.25, 0.75), method="inverted_cdf"))
    above, below = _sides(pairs)
    return Evidence(
        EvidenceKind.RANGE,
        0.0,
        name=name,
        value=HIGHER if above > below else LOWER,
        count=int(((values >= low) & (values <= high)).sum()),
        total=len(pairs),
        low=low,
        high=high,
    )


def _date(day: int) -> str:
    """A day since 1970 as 2017-03-14."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
