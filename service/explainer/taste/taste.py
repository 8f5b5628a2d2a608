"""Taste: from what a person chose and turned down to the facts that set them apart.

It owns what is worth telling: what is more than chance, more than a trifle, and not the same thing
twice. It knows no words. Facts about other people are shares of all that people choose, and none
where there are few people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from service.explainer.evidence import HIGHER, LOWER, Evidence, EvidenceKind
from service.explainer.taste.choices import Choice, Crowd, Trait, numbers_of
from service.explainer.taste.drift import MIN_SIDE, turns
from service.explainer.taste.surprise import chance, difference, excess


@dataclass(frozen=True, slots=True)
class TasteLimits:
    """What is told, and how much of it."""

    min_choices: int = 3
    """Fewer items behind something are no taste."""
    few_choices: int = 10
    """A person with fewer is told that little is known."""
    min_people: int = 5
    """With fewer people there is no "at large"."""
    max_chance: float = 0.01
    """Of one fact of a kind being there by chance, all traits together (Bonferroni)."""
    min_lift: float = 1.3
    """A preference must be this much more common than at large."""
    min_refused: float = 1 / 3
    """An aversion is a value of which this share was turned down."""
    min_numbers: int = 8
    """Numbers of one attribute that make a range."""
    max_overlap: float = 0.6
    """Two traits whose items overlap more than this (Jaccard) are one and the same thing."""
    max_preferences: int = 4
    max_aversions: int = 2
    max_ranges: int = 2
    max_drifting: int = 40
    """Traits that are watched for changes: the most frequent ones."""
    max_examples: int = 2


def taste_evidence(
    choices: Sequence[Choice], crowd: Crowd, taste: str = "", limits: TasteLimits = TasteLimits()
) -> list[Evidence]:
    """Facts about a person's taste, each before its examples: preferences, changes, aversions,
    ranges, domains.

    `choices` are one per item, oldest first; `taste` is what the person said they like.
    """
    told = [Evidence(EvidenceKind.TASTE, 0.0, name=taste)] if taste else []
    if len(choices) >= limits.min_choices:
        told += _Reading(choices, crowd, limits).evidence()
    if len(choices) < limits.few_choices:
        name = "short_history" if choices else "no_history"
        told.append(Evidence(EvidenceKind.COLD_START, 0.0, name=name, count=len(choices)))
    return told


class _Reading:
    """One person's choices, sorted by trait."""

    def __init__(self, choices: Sequence[Choice], crowd: Crowd, limits: TasteLimits) -> None:
        self._crowd, self._limits = crowd, limits
        self._liked = [choice for choice in choices if choice.weight > 0]
        self._refused = [choice for choice in choices if choice.weight < 0]
        self._spelling: dict[Trait, str] = {}
        self._chosen, self._turned_down = self._by_trait(self._liked), self._by_trait(self._refused)
        self._told: set[Trait] = set()
        """Traits that the person is said to like."""
        self._used: set[str] = set()
        """Items given as examples."""

    def evidence(self) -> list[Evidence]:
        return [
            *self._preferences(),
            *self._changes(),
            *self._aversions(),
            *self._ranges(),
            *self._domains(),
        ]

    def _preferences(self) -> Iterator[Evidence]:
        """What is chosen more often than at large, the most surprising first."""
        n, limits = len(self._liked), self._limits
        if n < limits.min_choices or self._crowd.n_people < limits.min_people:
            return
        weight = sum(choice.weight for choice in self._liked)
        domains = {
            domain: count / n
            for domain, count in Counter(choice.domain for choice in self._liked).items()
        }
        frequent = {
            trait: mine for trait, mine in self._chosen.items() if len(mine) >= limits.min_choices
        }
        found: list[tuple[float, Trait, float]] = []
        for trait, mine in frequent.items():
            share = self._crowd.share(trait, domains)
            g = excess(
                sum(choice.weight for choice in mine), weight, share
            )  # a view is less than one choice
            if (
                share
                and chance(g) * len(frequent) <= limits.max_chance
                and len(mine) >= limits.min_lift * share * n
            ):
                found.append((-g, trait, len(mine) / n / share))
        for trait, lift in self._distinct((trait, lift) for _, trait, lift in sorted(found)):
            fact = self._about(EvidenceKind.PREFERENCE, trait)
            mine = self._chosen[trait]
            yield from self._with_examples(replace(fact, count=len(mine), total=n, lift=lift), mine)
            self._told.add(trait)

    def _distinct(self, traits: Iterable[tuple[Trait, float]]) -> list[tuple[Trait, float]]:
        """The first few that are not the same items under another name."""
        kept: list[tuple[Trait, float]] = []
        for trait, lift in traits:
            if len(kept) == self._limits.max_preferences:
                break
            items = {choice.item_id for choice in self._chosen[trait]}
            others = [{choice.item_id for choice in self._chosen[other]} for other, _ in kept]
            if all(
                len(items & other) <= self._limits.max_overlap * len(items | other)
                for other in others
            ):
                kept.append((trait, lift))
        return kept

    def _changes(self) -> Iterator[Evidence]:
        """Rises and falls, oldest first."""
        liked = self._liked
        often = [
            trait for trait, mine in self._chosen.items() if MIN_SIDE <= len(mine) < len(liked)
        ]
        often = sorted(often, key=lambda trait: (-len(self._chosen[trait]), trait))[
            : self._limits.max_drifting
        ]
        owners = [{choice.item_id for choice in self._chosen[trait]} for trait in often]
        has = np.array([[choice.item_id in own for choice in liked] for own in owners], bool)
        has = has.reshape(len(owners), len(liked)).T
        months: set[tuple[int, str]] = set()
        for turn in turns(has, np.array([choice.day for choice in liked], np.int64)):
            month = (turn.trait, _date(liked[turn.at].day)[:7])
            if month in months:  # away from something and back to it within the month that is told
                continue
            months.add(month)
            column = has[:, turn.trait]
            after = [liked[place] for place in range(turn.at, turn.stop) if column[place]]
            fact = replace(
                self._about(
                    EvidenceKind.RISE if turn.rises else EvidenceKind.FALL, often[turn.trait]
                ),
                count=len(after),
                total=turn.stop - turn.at,
                earlier_count=int(column[turn.start : turn.at].sum()),
                earlier_total=turn.at - turn.start,
                since=_date(liked[turn.at].day),
            )
            if turn.rises:
                self._told.add(often[turn.trait])
            yield from self._with_examples(fact, after if turn.rises else ())

    def _aversions(self) -> Iterator[Evidence]:
        """What is turned down more often than the rest of what the person met, the most surprising
        first."""
        limits = self._limits
        n_refused, n_met = len(self._refused), len(self._refused) + len(self._liked)
        frequent = {
            trait: bad for trait, bad in self._turned_down.items() if len(bad) >= limits.min_choices
        }
        found: list[tuple[float, Trait, int]] = []
        for trait, bad in frequent.items():
            met = len(bad) + len(self._chosen.get(trait, ()))
            is_more = len(bad) * n_met > n_refused * met and len(bad) >= limits.min_refused * met
            if trait in self._told or met == n_met or not is_more:
                continue
            g = float(difference(len(bad), met, n_refused - len(bad), n_met - met))
            if chance(g) * len(frequent) <= limits.max_chance:
                found.append((-g, trait, met))
        for _, trait, met in sorted(found)[: limits.max_aversions]:
            bad = self._turned_down[trait]
            kinds = {choice.event_type for choice in bad}
            kind = kinds.pop() if len(kinds) == 1 else ""
            fact = replace(
                self._about(EvidenceKind.AVERSION, trait),
                count=len(bad),
                total=met,
                event_type=kind,
            )
            yield from self._with_examples(fact, bad)

    def _ranges(self) -> list[Evidence]:
        """Numbers that lie above, or below, the median of people's choices more often than not."""
        limits = self._limits
        if self._crowd.n_people < limits.min_people:
            return []
        numbers: dict[str, list[tuple[float, float]]] = {}
        for choice in self._liked:
            for name, number in numbers_of(choice.attributes).items():
                if (median := self._crowd.medians.get((choice.domain, name))) is not None:
                    numbers.setdefault(name, []).append((number, median))
        enough = {
            name: pairs for name, pairs in numbers.items() if len(pairs) >= limits.min_numbers
        }
        found: list[tuple[float, str]] = []
        for name, pairs in enough.items():
            above, below = (
                sum(x > median for x, median in pairs),
                sum(x < median for x, median in pairs),
            )
            g = excess(max(above, below), above + below, 0.5)
            if 2 * chance(g) * len(enough) <= limits.max_chance:
                found.append((-g, name))
        return [_range(name, enough[name]) for _, name in sorted(found)[: limits.max_ranges]]

    def _domains(self) -> Iterator[Evidence]:
        """How the choices are spread, where there is more than one domain; the largest first."""
        counts = Counter(choice.domain for choice in self._liked)
        for domain, count in counts.most_common() if len(counts) > 1 else ():
            if domain and count >= self._limits.min_choices:
                yield Evidence(
                    EvidenceKind.DOMAIN, 0.0, value=domain, count=count, total=len(self._liked)
                )

    def _about(self, kind: EvidenceKind, trait: Trait) -> Evidence:
        return Evidence(kind, 0.0, name=trait[0], value=self._spelling[trait])

    def _with_examples(self, fact: Evidence, behind: Sequence[Choice]) -> Iterator[Evidence]:
        """The fact, and the newest of the good examples behind it, those first that stand for
        nothing else yet."""
        yield fact
        good = [
            choice
            for choice in reversed(behind)
            if choice.liked or fact.kind is EvidenceKind.AVERSION
        ]
        for choice in sorted(good, key=lambda choice: choice.item_id in self._used)[
            : self._limits.max_examples
        ]:
            self._used.add(choice.item_id)
            yield Evidence(
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

    def _by_trait(self, choices: Sequence[Choice]) -> dict[Trait, list[Choice]]:
        """Who has which, in order."""
        by_trait: dict[Trait, list[Choice]] = {}
        for choice in choices:
            for trait, spelling in choice.traits.items():
                self._spelling[trait] = spelling
                by_trait.setdefault(trait, []).append(choice)
        return by_trait


def _range(name: str, pairs: Sequence[tuple[float, float]]) -> Evidence:
    """Where the middle half of the numbers lies; each comes with the median of people's choices."""
    values = np.array([number for number, _ in pairs])
    low, high = (float(x) for x in np.quantile(values, (0.25, 0.75), method="inverted_cdf"))
    inside = int(((values >= low) & (values <= high)).sum())
    above = sum(number > median for number, median in pairs) > sum(
        number < median for number, median in pairs
    )
    return Evidence(
        EvidenceKind.RANGE,
        0.0,
        name=name,
        value=HIGHER if above else LOWER,
        count=inside,
        total=len(pairs),
        low=low,
        high=high,
    )


def _date(day: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
