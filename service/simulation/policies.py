"""Policies: whatever decides which list a person is shown. Owns their names.

    greedy              Palate's list as it serves
    exploration-0.1     the same asked for with that much exploration, from 0 to 1
    diversity-0.3       the same asked for with that much diversity, from 0 to 1
    thompson, linucb    bandits over Palate's list
    popularity, random  without Palate
    favourites          what the simulated person likes best, which no service knows: a ceiling for
                        what the next take can be, though not for what comes of it

Knows no people's tastes but for the last.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from service.errors import InvalidInput
from service.ranker.data.arrays import IntArray
from service.simulation.bandits import POOL, Bandit, optimistic, sampled
from service.simulation.crowd import Crowd, not_met
from service.simulation.palate_list import PalateLists, Served
from service.simulation.person import Person
from service.simulation.traits import ItemTraits

GREEDY = "greedy"
ASKED_WITH = ("exploration", "diversity")
"""What a request may ask for, by the first part of a name."""
PLAIN = (GREEDY, "thompson", "linucb", "popularity", "random", "favourites")
DEFAULT_POLICIES = (
    GREEDY,
    "exploration-0.05",
    "exploration-0.1",
    "exploration-0.25",
    "diversity-0.3",
    "thompson",
    "linucb",
    "popularity",
    "random",
    "favourites",
)


class Policy(Protocol):
    """Decides what is shown."""

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        """At most k items for each of these people, best first."""

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        """What became of the lists of a round."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Palate's list, asked for in one way."""

    lists_of: PalateLists

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        return [ranked.items for ranked in self.lists_of.of(people)]

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        """Takes count towards popularity."""
        self.lists_of.record(np.array([item for item in taken if item is not None], np.int64))


@dataclass(slots=True, eq=False)
class Popularity:
    """What was taken most, in the log and since, of what a person has not met."""

    traits: ItemTraits
    k: int
    counts: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self.counts = self.traits.counts.copy()

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        found = []
        for person in people:
            fresh = not_met(person, self.traits)
            found.append(fresh[np.argsort(-self.counts[fresh], kind="stable")[: self.k]])
        return found

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        """Takes count."""
        for item in taken:
            if item is not None:
                self.counts[item] += 1


@dataclass(frozen=True, slots=True, eq=False)
class Random:
    """Anything a person has not met."""

    traits: ItemTraits
    k: int
    rng: np.random.Generator

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        found = []
        for person in people:
            fresh = not_met(person, self.traits)
            found.append(self.rng.choice(fresh, min(self.k, len(fresh)), replace=False))
        return found

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        """Nothing."""


@dataclass(slots=True, eq=False)
class Favourites:
    """What the simulated person likes best of what they have not met."""

    crowd: Crowd
    k: int
    _kept: dict[int, tuple[int, IntArray]] = field(default_factory=dict)

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        for person in people:
            known = self._kept.get(person.number)
            if known is None or known[0] != len(person.taken):
                favourites = self.crowd.favourites(person, self.k)
                self._kept[person.number] = (len(person.taken), favourites)
        return [self._kept[person.number][1] for person in people]

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        """Nothing: it is known already."""


def require_policy(name: str) -> None:
    """InvalidInput where there is no policy of this name."""
    if name not in PLAIN:
        _asked_with(name)


def policy_of(name: str, served: Served, crowd: Crowd, k: int) -> Policy:
    """A policy that has learned nothing yet. The same name and seed of the crowd, the same lists."""
    traits = crowd.traits
    rng = np.random.default_rng([crowd.seed, zlib.crc32(name.encode())])
    makers: dict[str, Callable[[], Policy]] = {
        GREEDY: lambda: Asked(PalateLists(served, k)),
        "thompson": lambda: Bandit(PalateLists(served, max(POOL, k)), traits, sampled, k, rng),
        "linucb": lambda: Bandit(PalateLists(served, max(POOL, k)), traits, optimistic, k, rng),
        "popularity": lambda: Popularity(traits, k),
        "random": lambda: Random(traits, k, rng),
        "favourites": lambda: Favourites(crowd, k),
    }
    if name in makers:
        return makers[name]()
    what, value = _asked_with(name)
    if what == "exploration":
        return Asked(PalateLists(served, k, exploration=value))
    return Asked(PalateLists(served, k, diversity=value))


def _asked_with(name: str) -> tuple[str, float]:
    """`exploration-0.1` as its parts."""
    what, _, text = name.partition("-")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if what not in ASKED_WITH or not 0 <= value <= 1:
        ways = [f"{what}-X with X from 0 to 1" for what in ASKED_WITH]
        raise InvalidInput("policy", name, f"it must be one of {', '.join((*PLAIN, *ways))}")
    return what, value
