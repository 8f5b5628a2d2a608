"""The simulated people: who begins, what one of them takes of a list, and when one leaves.

Choice is a multinomial logit over the list and an outside option, as in RecSim (Ie et al., 2019,
arXiv:1909.04847). The outside option is worth what the whole catalogue is at that moment, so that a
list competes with what the log says its reader would have taken by themselves. Leaving is a hazard that
rises with each round without a take, in the manner of the leave model of KuaiSim (Zhao et al., NeurIPS
2023). Knows no policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logsumexp

from service.errors import NoTrainedModel
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.simulation.assumptions import Assumptions
from service.simulation.fitting import Taste
from service.simulation.noise import LEAVING, NOTHING, gumbel, uniform
from service.simulation.person import Person
from service.simulation.traits import ItemTraits

MIN_EVENTS = 3
"""Of who is simulated."""
MIN_PEOPLE = 2
"""An interval needs as many."""
OUTSIDE_SAMPLE = 10_000
"""Items that stand for the catalogue in the outside option, where it has more."""
MOST_PULL = 50.0
"""Bound of the search for the pull of a list, in logits, either way."""


@dataclass(frozen=True, slots=True)
class Response:
    """What one person did with one list."""

    taken: int | None
    """The item, or None."""
    chance: float
    """That anything would be taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """How all of them behave."""

    traits: ItemTraits
    taste: Taste
    assumptions: Assumptions
    seed: int
    pull: float = 0.0
    """Logits that being shown adds to what an item is worth."""

    def calibrated(self, people: Sequence[Person], k: int) -> Crowd:
        """The same with the pull under which these people would, on average, take something of a
        first list of the k most popular items as often as is assumed. Who has met everything does
        not count."""
        gaps = np.array([self._gap(person, k) for person in people])
        gaps = gaps[np.isfinite(gaps)]
        if not len(gaps):
            return self

        def missing(pull: float) -> float:
            return float(expit(pull + gaps).mean()) - self.assumptions.take_rate

        return replace(self, pull=float(brentq(missing, -MOST_PULL, MOST_PULL)))

    def respond(self, person: Person, items: IntArray, round: int) -> Response:
        """To a list of items (k,), best first. The person is as before."""
        if not len(items):
            return Response(None, 0.0)
        worth, outside = self._worth_in_list(person, items) + self.pull, self.outside(person)
        chance = expit(logsumexp(worth) - outside)
        options = np.append(items, NOTHING)
        mood = gumbel(self.seed, person.number, round, options)
        chosen = int((np.append(worth, outside) + mood).argmax())
        return Response(int(items[chosen]) if chosen < len(items) else None, float(chance))

    def leaves(self, person: Person, round: int) -> bool:
        """Whether a person leaves for good after this round."""
        hazard = self.assumptions.leaving + self.assumptions.impatience * person.idle
        drawn = uniform(self.seed, person.number, round, np.array([LEAVING]))[0]
        return bool(drawn < 1 - np.exp(-hazard))

    def favourites(self, person: Person, k: int) -> IntArray:
        """(k,) what a person would most like of what they have not met, best first."""
        fresh = not_met(person, self.traits)
        worth = self.taste.utility(person, fresh, self.traits)
        return fresh[np.argsort(-worth, kind="stable")[:k]]

    def outside(self, person: Person) -> float:
        """The utility of taking nothing from a list, until the next take: of everything that the
        person has not met, of which there is something, by itself."""
        if person.outside is None:
            fresh = not_met(person, self.traits)
            some = fresh
            if len(fresh) > OUTSIDE_SAMPLE:
                some = np.random.default_rng(self.seed).choice(fresh, OUTSIDE_SAMPLE, replace=False)
            worth = logsumexp(self.taste.utility(person, some, self.traits))
            person.outside = float(worth + np.log(len(fresh) / len(some)))
        return person.outside

    def _gap(self, person: Person, k: int) -> float:
        """How much more a list of the most popular items is worth than what is outside."""
        fresh = not_met(person, self.traits)
        if not len(fresh):
            return -np.inf
        popular = fresh[np.argsort(-self.traits.counts[fresh], kind="stable")[:k]]
        return float(logsumexp(self._worth_in_list(person, popular))) - self.outside(person)

    def _worth_in_list(self, person: Person, items: IntArray) -> NDArray[np.float64]:
        """(k,) utility, with what its place and having been shown before do to it."""
        assumed, ranks = self.assumptions, np.arange(1, len(items) + 1)
        worth = self.taste.utility(person, items, self.traits)
        worth -= assumed.position_bias * np.log(ranks)
        worth -= assumed.fatigue * person.times_shown(items)
        return worth


def people_of(log: Interactions, crowd: Crowd, n: int, n_known: int) -> Sequence[Person]:
    """At most n people of the log, drawn at random, as they are at its end; `n_known` newest events
    are what the ranker reads. NoTrainedModel where there are not even two."""
    bounds = log.by_user()
    able = np.flatnonzero(np.diff(bounds) >= MIN_EVENTS)
    if len(able) < MIN_PEOPLE:
        raise NoTrainedModel(
            f"{len(able)} people of the log have {MIN_EVENTS} events or more; simulating takes "
            f"{MIN_PEOPLE}",
            "record more events",
        )
    rng = np.random.default_rng(crowd.seed)
    drawn = np.sort(rng.choice(able, min(n, len(able)), replace=False))
    return [
        _person(log, crowd, number, slice(bounds[user], bounds[user + 1]), n_known)
        for number, user in enumerate(drawn.tolist())
    ]


def _person(log: Interactions, crowd: Crowd, number: int, events: slice, n_known: int) -> Person:
    person = Person.new(crowd.traits, number)
    for item in log.item[events].tolist():
        person.take(item, crowd.traits, crowd.taste.memory)
    person.n_before = len(person.taken)
    person.history = History(
        items=log.item[events],
        event_types=log.event_type[events].astype(np.int64),
        times=log.timestamp[events],
        liked=log.liked[events],
    ).last(n_known)
    return person


def not_met(person: Person, traits: ItemTraits) -> IntArray:
    """Live items that the person has not taken, ascending."""
    fresh = traits.live.copy()
    fresh[person.taken] = False
    return np.flatnonzero(fresh)
