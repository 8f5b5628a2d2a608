"""Measures of courses that are known in full."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from service.evaluation.report import Report
from service.simulation import measures
from service.simulation.crowd import Crowd
from service.simulation.measures import (
    DIFFERENCE,
    MEASURES,
    VALUE,
    Before,
    over_rounds,
    report_of,
)
from service.simulation.palate_list import Served
from service.simulation.policies import policy_of
from service.simulation.rounds import NONE, Course, run
from service.simulation.traits import ItemTraits
from tests.service.simulation import planted


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return planted.crowd()


@pytest.fixture(scope="module")
def before(crowd: Crowd) -> Before:
    return Before(planted.people(crowd, 2), crowd.traits)


@pytest.fixture(scope="module")
def course(before: Before) -> Course:
    """Two rounds of lists of two: the first person takes something twice, once of a cluster that is
    new to them; the second takes nothing and leaves after the first round."""
    fresh = [np.setdiff1d(np.arange(120), person.taken) for person in before.people]
    own = fresh[0][fresh[0] % 6 == before.people[0].taken[0] % 6]
    other = fresh[0][fresh[0] % 6 != before.people[0].taken[0] % 6]
    found = Course.empty(2, 2, 2)
    found.shown[0] = [[own[0], other[0]], [own[1], other[0]]]
    found.shown[1, 0] = [own[0], other[1]]
    found.taken[0] = [own[0], other[0]]
    found.chance[0], found.chance[1, 0] = [0.5, 0.3], 0.2
    found.there[:] = [[True, True], [True, False]]
    found.stays[1] = False
    return found


def _value(report: Report, measure: str, label: str = VALUE) -> float:
    return report.get(measure, slice=label, system="greedy").value


def test_examples() -> None:
    assert doctest.testmod(measures).failed == 0


def test_people_and_places_are_counted(course: Course, before: Before) -> None:
    report = report_of({"greedy": course}, before, "greedy")
    assert _value(report, "takes_per_round") == 2 / 4
    assert _value(report, "take_rate") == 2 / 3
    assert _value(report, "rounds_stayed") == 1.5
    assert _value(report, "retention") == 0.5
    assert _value(report, "clusters_taken") == 2 / 2
    assert _value(report, "new_clusters") == 1 / 2
    assert _value(report, "catalogue_shown") == 4 / 120
    assert _value(report, "least_served") == pytest.approx(0.1)
    places = course.shown[course.shown != NONE]
    for name, group in before.traits.groups.items():
        assert _value(report, f"{name}_exposure") == pytest.approx(group[places].mean())
    tail = before.traits.groups["tail"][course.taken[0]].mean()
    assert _value(report, "tail_takes") == pytest.approx(tail)


def test_domains_are_measured_where_there_are_several(course: Course) -> None:
    one = planted.crowd().traits
    several = ItemTraits.of(planted.tastes(), planted.items(120, domain=np.arange(120) % 2))
    people = planted.people(planted.crowd(), 2)
    for traits, there in ((one, False), (several, True)):
        figures = report_of({"greedy": course}, Before(people, traits), "greedy").figures
        assert ("new_domains" in {figure.metric for figure in figures}) is there
        assert {figure.metric for figure in figures} <= set(MEASURES)


def test_a_policy_differs_from_itself_by_nothing_at_all(
    crowd: Crowd, before: Before, served: Served
) -> None:
    courses = {
        name: run(
            policy_of("random", served, crowd, 5), planted.people(crowd), crowd, n_rounds=10, k=5
        )
        for name in ("greedy", "again")
    }
    people = Before(planted.people(crowd), crowd.traits)
    report = report_of(courses, people, "greedy")
    differences = [figure for figure in report.figures if figure.slice == DIFFERENCE]
    assert {figure.system for figure in differences} == {"again"}
    assert {(figure.value, figure.low or 0.0, figure.high or 0.0) for figure in differences} == {
        (0.0, 0.0, 0.0)
    }


def test_a_paired_interval_is_narrower_than_two_apart(
    crowd: Crowd, before: Before, served: Served
) -> None:
    """What is common to both courses of a person cancels."""
    calibrated = crowd.calibrated(planted.people(crowd), 5)
    courses = {
        name: run(
            policy_of("favourites", served, calibrated, 5),
            planted.people(crowd),
            calibrated,
            n_rounds=n,
            k=5,
        )
        for name, n in (("greedy", 20), ("again", 20))
    }
    courses["again"].taken[0] = NONE  # one person takes nothing the second time
    report = report_of(courses, Before(planted.people(crowd), crowd.traits), "greedy")
    apart = report.get("takes_per_round", slice=VALUE, system="again")
    paired = report.get("takes_per_round", slice=DIFFERENCE, system="again")
    assert None not in (apart.low, apart.high, paired.low, paired.high)
    assert paired.value < 0
    assert paired.high - paired.low < apart.high - apart.low  # type: ignore[operator]


def test_curves_are_shares_and_sums_after_each_round(course: Course) -> None:
    curves = over_rounds({"greedy": course})["greedy"]
    assert curves["retention"] == [0.5, 0.5]
    assert curves["takes"] == [0.5, 1.0]
    assert curves["takes_half_width"][1] == pytest.approx(
        1.96 * np.std([2, 0], ddof=1) / 2**0.5, rel=1e-4
    )
