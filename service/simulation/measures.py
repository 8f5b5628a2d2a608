"""What came of each policy, as figures with intervals, each beside greedy.

Intervals are over the people: normal, with the jackknife's standard error (Efron and Stein 1981),
leaving out one person at a time. It serves sums, ratios, Gini coefficients and tails alike. Since
everybody goes through all policies with the same chances, a difference is left out person by person
as well, and so is paired. Knows arrays, no policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from service.evaluation.metrics import gini
from service.evaluation.report import Figure, Report
from service.ranker.data.arrays import BoolArray
from service.simulation.person import Person
from service.simulation.rounds import NONE, Course
from service.simulation.traits import ItemTraits

VALUE = "value"
"""Slice of the figures themselves."""
DIFFERENCE = "minus greedy"
"""Slice of the differences."""
Z95 = 1.959963984540054
LEAST_SERVED = 0.1
Floats = NDArray[np.float64]
Weights = Floats
"""(B, P) how much each person counts, in each of B ways of counting."""

MEASURES: Mapping[str, str] = {
    "takes_per_round": "takes by person and round, 0 after leaving",
    "take_rate": "the same over the rounds before leaving",
    "rounds_stayed": "rounds before leaving",
    "retention": "share still there after the last round",
    "clusters_taken": "clusters of content that a person took from",
    "new_clusters": "clusters of content that a person took from for the first time",
    "new_domains": "domains, likewise, where there are several",
    "tail_takes": "share of takes on the least chosen half of the catalogue",
    "cold_takes": "takes by person on items without events in the log",
    "gini": "concentration of what was shown: 0 every item equally, 1 all on one",
    "catalogue_shown": "share of the catalogue shown to anybody",
    "head_exposure": "share of places held by the most chosen tenth",
    "tail_exposure": "share of places held by the least chosen half",
    "cold_exposure": "share of places held by items without events",
    "least_served": "chance of a take by round, in the tenth of people who have least of it",
}
"""Every measure, and what it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The people as they begin, and the items."""

    people: Sequence[Person]
    traits: ItemTraits


def report_of(courses: Mapping[str, Course], before: Before, baseline: str) -> Report:
    """All figures of all policies, and their differences to the baseline's."""
    replicates = {name: _replicates(course, before) for name, course in courses.items()}
    figures = []
    for name, measured in replicates.items():
        n_people = len(before.people)
        for measure, values in measured.items():
            figures.append(_figure(name, VALUE, measure, values, n_people))
        for measure, values in measured.items() if name != baseline else ():
            difference = values - replicates[baseline][measure]
            figures.append(_figure(name, DIFFERENCE, measure, difference, n_people))
    return Report(tuple(figures))


def jackknife(replicates: Floats) -> tuple[float, float]:
    """A value and its standard error, from the value of all (first) and those of all but one.

    Of a mean it is the textbook's:

    >>> values = np.array([1.0, 2.0, 3.0, 6.0])
    >>> without_one = [np.delete(values, i).mean() for i in range(4)]
    >>> value, error = jackknife(np.array([values.mean(), *without_one]))
    >>> value == 3.0, bool(np.isclose(error, values.std(ddof=1) / np.sqrt(4)))
    (True, True)
    """
    left_out = replicates[1:]
    n = len(left_out)
    spread = ((left_out - left_out.mean()) ** 2).sum()
    return float(replicates[0]), float(np.sqrt((n - 1) / n * spread))


def least(values: Floats, weights: Weights, share: float = LEAST_SERVED) -> Floats:
    """(B,) the mean of the lowest share of values (P,).

    >>> least(np.array([3.0, 1.0, 2.0, 4.0]), np.ones((1, 4)), 0.5).tolist()
    [1.5]
    """
    order = np.argsort(values, kind="stable")
    weights = weights[:, order]
    wanted = share * weights.sum(axis=1, keepdims=True)
    before = np.cumsum(weights, axis=1) - weights
    counted = np.clip(wanted - before, 0, weights)
    lowest: Floats = counted @ values[order] / wanted[:, 0]
    return lowest


def over_rounds(courses: Mapping[str, Course]) -> dict[str, dict[str, list[float]]]:
    """By policy: after each round the share still there and the takes by person so far, each with
    the half width of its interval."""
    curves = {}
    for name, course in courses.items():
        stayed = np.column_stack([course.there[:, 1:], course.stays]).astype(np.float64)
        takes = np.cumsum(course.taken != NONE, axis=1).astype(np.float64)
        half = Z95 / np.sqrt(len(stayed))
        curves[name] = {
            "retention": stayed.mean(axis=0).tolist(),
            "retention_half_width": (half * stayed.std(axis=0, ddof=1)).tolist(),
            "takes": takes.mean(axis=0).tolist(),
            "takes_half_width": (half * takes.std(axis=0, ddof=1)).tolist(),
        }
    return curves


def _figure(policy: str, label: str, measure: str, replicates: Floats, n_people: int) -> Figure:
    value, error = jackknife(replicates)
    if measure == "catalogue_shown":  # it only grows with people, so there is no spread to tell
        return Figure(policy, label, measure, value, None, None, n_people)
    return Figure(policy, label, measure, value, value - Z95 * error, value + Z95 * error, n_people)


def _replicates(course: Course, before: Before) -> dict[str, Floats]:
    """By measure (1 + P,): of all people, and without each."""
    n_people = len(before.people)
    weights = np.ones((1 + n_people, n_people))
    weights[1:] -= np.eye(n_people)
    measured = dict(_of_people(course, before))
    found = {name: _ratio(*columns, weights) for name, columns in measured.items()}
    found |= _of_exposure(course, before.traits, weights)
    found["least_served"] = least(course.chance.mean(axis=1), weights)
    return {name: found[name] for name in MEASURES if name in found}


def _ratio(above: Floats, below: Floats, weights: Weights) -> Floats:
    """(B,) ratio of sums of two columns (P,); 0 where there is nothing below."""
    divisor = weights @ below
    quotient: Floats = np.where(divisor > 0, weights @ above / np.maximum(divisor, 1e-12), 0.0)
    return quotient


def _of_people(course: Course, before: Before) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
    """By measure its numerators and denominators, (P,) each."""
    n_people, n_rounds = course.taken.shape
    ones = np.ones(n_people)
    takes = (course.taken != NONE).sum(axis=1).astype(np.float64)
    stayed = course.there.sum(axis=1).astype(np.float64)
    traits = before.traits
    yield "takes_per_round", (takes, n_rounds * ones)
    yield "take_rate", (takes, stayed)
    yield "rounds_stayed", (stayed, ones)
    yield "retention", (course.stays.astype(np.float64), ones)
    for name, group in (("new_clusters", traits.cluster), ("new_domains", traits.domain)):
        if name == "new_domains" and len(np.unique(group[traits.live])) < 2:
            continue
        opened = [
            len(np.setdiff1d(group[taken[taken != NONE]], group[person.taken]))
            for person, taken in zip(before.people, course.taken, strict=True)
        ]
        yield name, (np.array(opened, np.float64), ones)
    clusters = [len(np.unique(traits.cluster[taken[taken != NONE]])) for taken in course.taken]
    yield "clusters_taken", (np.array(clusters, np.float64), ones)
    yield "tail_takes", (_takes_in(course, traits.groups["tail"]), takes)
    yield "cold_takes", (_takes_in(course, traits.groups["cold"]), ones)


def _takes_in(course: Course, group: BoolArray) -> Floats:
    """(P,) takes within a group of items (N,)."""
    within: Floats = (group[course.taken] & (course.taken != NONE)).sum(axis=1).astype(np.float64)
    return within


def _of_exposure(course: Course, traits: ItemTraits, weights: Weights) -> dict[str, Floats]:
    """By measure (B,), of the places that items were shown at."""
    n_people = len(course.shown)
    person, *_ = filled = np.nonzero(course.shown != NONE)
    items, column = np.unique(course.shown[tuple(filled)], return_inverse=True)
    places = sparse.csr_matrix(
        (np.ones(len(person)), (person, column)), shape=(n_people, max(len(items), 1))
    )
    shares = weights @ places  # (B, S)
    n_live = max(int(traits.live.sum()), 1)
    total = np.maximum(shares.sum(axis=1), 1e-12)
    found = {
        "gini": gini(shares, n_live),
        "catalogue_shown": (shares > 0).sum(axis=1) / n_live,
    }
    for name, group in traits.groups.items():
        within = np.flatnonzero(group[items])
        found[f"{name}_exposure"] = shares[:, within].sum(axis=1) / total
    return found
