"""The crowd: chances add up to the logit, calibration holds, and the hazard of leaving rises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from service.errors import NoTrainedModel
from service.ranker.data.interactions import Interactions
from service.simulation.assumptions import Assumptions
from service.simulation.crowd import Crowd, not_met, people_of
from service.simulation.noise import NOTHING
from tests.service.simulation import planted

K = 10


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return planted.crowd()


def test_the_outside_option_is_the_catalogue_so_an_unhelpful_list_is_its_share(
    crowd: Crowd,
) -> None:
    """With every item alike and nothing pulling, a list of ten has ten shares of the catalogue."""
    alike = replace(
        planted.crowd(Assumptions(position_bias=0.0), content=0.0, popularity=0.0), pull=0.0
    )
    person = planted.people(alike, 2)[0]
    fresh = not_met(person, alike.traits)
    chance = alike.respond(person, fresh[:K], 0).chance
    assert chance == pytest.approx(K / (K + len(fresh)))


def test_what_is_taken_as_often_as_its_chance_says(crowd: Crowd) -> None:
    person = planted.people(crowd, 2)[0]
    pulled = crowd.calibrated([person], K)
    shown = pulled.favourites(person, K)
    responses = [pulled.respond(person, shown, round) for round in range(2000)]
    rate = np.mean([response.taken is not None for response in responses])
    assert rate == pytest.approx(responses[0].chance, abs=0.04)
    assert NOTHING not in {response.taken for response in responses}


def test_the_first_place_is_looked_at_most(crowd: Crowd) -> None:
    person = planted.people(crowd, 2)[0]
    pulled = replace(crowd, pull=20.0)  # something is always taken
    shown = pulled.favourites(person, 2)  # of equal worth: one cluster
    taken = [pulled.respond(person, shown, round).taken for round in range(3000)]
    assert np.mean(np.array(taken) == shown[0]) == pytest.approx(2 / 3, abs=0.04)


def test_people_take_from_popular_lists_as_often_as_is_assumed() -> None:
    crowd = planted.crowd(Assumptions(take_rate=0.35))
    people = planted.people(crowd)
    pulled = crowd.calibrated(people, K)
    popular = np.argsort(-crowd.traits.counts, kind="stable")
    chances = []
    for person in people:
        fresh = popular[np.isin(popular, not_met(person, crowd.traits))][:K]
        chances.append(pulled.respond(person, fresh, 0).chance)
    assert np.mean(chances) == pytest.approx(0.35, abs=1e-6)


def test_favourites_are_of_what_was_taken_and_not_met(crowd: Crowd) -> None:
    for person in planted.people(crowd, 5):
        favourites = crowd.favourites(person, 5)
        own = crowd.traits.cluster[person.taken[0]]
        assert set(crowd.traits.cluster[favourites].tolist()) == {own}
        assert not np.isin(favourites, person.taken).any()


def test_having_been_shown_in_vain_makes_a_take_less_likely(crowd: Crowd) -> None:
    person = planted.people(crowd, 2)[0]
    shown = crowd.favourites(person, K)
    before = crowd.respond(person, shown, 0).chance
    for _ in range(10):
        person.saw(shown, None)
    after = crowd.respond(person, shown, 0).chance
    odds = (after / (1 - after)) / (before / (1 - before))
    assert odds == pytest.approx(np.exp(-10 * crowd.assumptions.fatigue))


def test_leaving_is_as_likely_as_its_hazard_which_rises_with_idle_rounds() -> None:
    crowd = planted.crowd(Assumptions(leaving=0.01, impatience=0.05))
    person = planted.people(crowd, 2)[0]
    for idle in (0, 10):
        person.idle = idle
        left = np.mean([crowd.leaves(person, round) for round in range(4000)])
        assert left == pytest.approx(1 - np.exp(-(0.01 + 0.05 * idle)), abs=0.03)


def test_nobody_leaves_where_nothing_makes_them() -> None:
    crowd = planted.crowd(Assumptions(leaving=0.0, impatience=0.0))
    person = planted.people(crowd, 2)[0]
    person.idle = 1000
    assert not any(crowd.leaves(person, round) for round in range(1000))


def test_an_empty_list_is_left_alone(crowd: Crowd) -> None:
    person = planted.people(crowd, 2)[0]
    response = crowd.respond(person, np.zeros(0, np.int64), 0)
    assert (response.taken, response.chance) == (None, 0.0)


def test_a_sample_stands_for_a_large_catalogue(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = planted.people(crowd, 2)[0]
    whole = crowd.outside(person)
    monkeypatch.setattr("service.simulation.crowd.OUTSIDE_SAMPLE", 60)
    person.outside = None
    assert expit(crowd.outside(person) - whole) == pytest.approx(0.5, abs=0.1)


def test_people_begin_with_their_history_and_who_has_hardly_any_is_left_out() -> None:
    crowd = planted.crowd()
    log = Interactions.build(
        [0, 0, 0, 1, 2, 2, 2, 2],
        [0, 6, 12, 1, 2, 8, 14, 20],
        np.arange(8),
        liked=[True, False, *[True] * 6],
        n_items=120,
    )
    people = people_of(log, crowd, 10, n_known=3)
    assert [person.taken for person in people] == [[0, 6, 12], [2, 8, 14, 20]]
    assert [list(person.since) for person in people] == [[], []]
    assert people[0].history.liked.tolist() == [True, False, True]
    assert people[1].history.items.tolist() == [8, 14, 20]
    with pytest.raises(NoTrainedModel, match="0 people of the log have 3 events or more"):
        people_of(log.select(log.positions() < 2), crowd, 10, n_known=3)
