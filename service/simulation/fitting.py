"""The fit: what each trait of an item is worth, by what people of the log took next.

The newest quarter of everybody's events is held out. Factors and counts are those of the rest; each
case is a first meeting with an item among the held-out events, against items drawn at random that
the person had not met. Knows no ranker and no policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.errors import NoTrainedModel
from service.ranker.data.arrays import IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.simulation.assumptions import Assumptions
from service.simulation.logit import Floats, Logit, fit_logit, log_likelihood
from service.simulation.person import TRAITS, Person, traits_of
from service.simulation.traits import ItemTraits

HELD_OUT = 0.25
MAX_CASES = 4_000
MIN_CASES = 50
ALTERNATIVES = 80
MEMORIES = (0.3, 0.5, 0.7, 0.8)
"""Tried for how long the last few takes matter; the most likely is kept."""
CHECKED = 0.2
"""Share of the people on whom the fit is checked."""
POPULARITY = TRAITS.index("popularity")


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """How people choose: everything that is estimated."""

    weights: Floats
    """(F,) logits per unit of each of TRAITS."""
    errors: Floats
    """(F,) standard errors; 0 for what was set."""
    memory: float
    """What is left of the last few takes after a further one."""
    n_cases: int
    n_people: int
    """Whose cases these are."""
    explained: float
    """McFadden's pseudo R2 on people who were left out of a fit: 0 is chance, 1 is certainty."""
    explained_by_popularity: float
    """The same of popularity alone."""
    was_set: Sequence[str] = field(default=())
    """Traits whose weight is an assumption."""

    def utility(self, person: Person, items: IntArray, traits: ItemTraits) -> Floats:
        """(n,) what items are worth to a person, in logits."""
        worth: Floats = traits_of(person, items, traits) @ self.weights
        return worth


def fit_taste(
    log: Interactions, items: ItemFeatures, assumptions: Assumptions, seed: int = 0
) -> Taste:
    """NoTrainedModel where the log has too few events to tell."""
    held_out = _held_out(log)
    traits = ItemTraits.of(log.select(~held_out), items, seed)
    places = _cases(log, held_out, traits, seed)
    if len(places) < MIN_CASES:
        raise NoTrainedModel(
            f"{len(log):,} events of {log.n_users:,} people hold {len(places)} choices that people "
            f"can be simulated from, of at least {MIN_CASES}",
            "record more events",
        )
    user, columns = log.user[places], _columns(log, places, traits, seed)
    memory, columns = _likeliest(columns)
    whole = fit_logit(columns)
    explained, by_popularity = _check(columns, user, seed)
    weights, errors, was_set = _set(whole, assumptions)
    return Taste(
        weights=weights,
        errors=errors,
        memory=memory,
        n_cases=len(places),
        n_people=len(np.unique(user)),
        explained=explained,
        explained_by_popularity=by_popularity,
        was_set=was_set,
    )


def _held_out(log: Interactions) -> NDArray[np.bool_]:
    """(E,) the newest quarter of everybody's events."""
    n_events = np.diff(log.by_user())[log.user]
    newest: NDArray[np.bool_] = log.positions_from_end() < np.floor(HELD_OUT * n_events)
    return newest


def _cases(
    log: Interactions, held_out: NDArray[np.bool_], traits: ItemTraits, seed: int
) -> IntArray:
    """Places in the log, ascending: held-out first meetings with live items, at most MAX_CASES."""
    first = np.zeros(len(log), bool)
    pairs = log.user * log.n_items + log.item
    first[np.unique(pairs, return_index=True)[1]] = True  # of equal pairs the earliest
    places = np.flatnonzero(held_out & first & traits.live[log.item])
    if len(places) <= MAX_CASES:
        return places
    return np.sort(np.random.default_rng(seed).choice(places, MAX_CASES, replace=False))


def _columns(log: Interactions, places: IntArray, traits: ItemTraits, seed: int) -> Floats:
    """(M, n, A, F) for each of MEMORIES the traits of what was taken, first, and of what was not."""
    rng = np.random.default_rng(seed)
    n_others = min(ALTERNATIVES, max(int(traits.live.sum()) - 1, 1))
    rows = []
    for place, people in _replayed(log, places, traits):
        alternatives = _not_met(people[0], int(log.item[place]), n_others, traits, rng)
        rows.append([traits_of(person, alternatives, traits) for person in people])
    return np.stack(rows, axis=1)


def _replayed(
    log: Interactions, places: IntArray, traits: ItemTraits
) -> Iterator[tuple[int, Sequence[Person]]]:
    """Each place, and the person as they were before it, one for each of MEMORIES."""
    bounds = log.by_user()
    for user in np.unique(log.user[places]).tolist():
        own = places[log.user[places] == user].tolist()
        people = [Person.new(traits) for _ in MEMORIES]
        at = int(bounds[user])
        for place in own:
            for item in log.item[at:place].tolist():
                for person, memory in zip(people, MEMORIES, strict=True):
                    person.take(item, traits, memory)
            at = place
            yield place, people


def _not_met(
    person: Person, chosen: int, n: int, traits: ItemTraits, rng: np.random.Generator
) -> IntArray:
    """(1 + n,) the chosen item, then live ones drawn with replacement among those not met; where all
    are met, among all others."""
    away = np.zeros(len(traits.live), bool)
    away[person.taken] = True
    away[chosen] = True
    pool = np.flatnonzero(traits.live & ~away)
    if not len(pool):
        pool = np.setdiff1d(np.flatnonzero(traits.live), [chosen])
    return np.concatenate([[chosen], rng.choice(pool, n)])


def _likeliest(columns: Floats) -> tuple[float, Floats]:
    """The memory under which the choices are most likely, and its columns (n, A, F)."""
    fitted = [fit_logit(one).log_likelihood for one in columns]
    best = int(np.argmax(fitted))
    return MEMORIES[best], columns[best]


def _check(columns: Floats, user: IntArray, seed: int) -> tuple[float, float]:
    """Pseudo R2 of all traits and of popularity alone on a fifth of the people, fitted on the
    others."""
    people = np.random.default_rng(seed).permutation(np.unique(user))
    checked = np.isin(user, people[: max(int(CHECKED * len(people)), 1)])
    if checked.all():
        return float("nan"), float("nan")
    chance = checked.sum() * np.log(1 / columns.shape[1])
    explained = []
    for which in (slice(None), slice(POPULARITY, POPULARITY + 1)):
        weights = fit_logit(columns[~checked][..., which]).weights
        explained.append(1 - log_likelihood(columns[checked][..., which], weights) / chance)
    return float(explained[0]), float(explained[1])


def _set(fitted: Logit, assumptions: Assumptions) -> tuple[Floats, Floats, Sequence[str]]:
    """Weights and errors with what is assumed in place of what was estimated."""
    weights, errors = fitted.weights.copy(), fitted.errors.copy()
    given = {"repetition": assumptions.repetition, "discovery": assumptions.discovery}
    was_set = [name for name, value in given.items() if value is not None]
    for name in was_set:
        place = TRAITS.index(name)
        weights[place], errors[place] = given[name], 0.0
    return weights, errors, was_set
