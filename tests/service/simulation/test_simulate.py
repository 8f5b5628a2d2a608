"""A whole simulation of a small data folder: the same seed gives the same, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from service.api.messages import TrainProgress
from service.errors import NoTrainedModel
from service.recommender import Recommender
from service.simulation.assumptions import Assumptions
from service.simulation.measures import DIFFERENCE, VALUE
from service.simulation.person import TRAITS
from service.simulation.plan import Plan
from service.simulation.simulate import TRAIT_MEANINGS, Simulated, simulate
from tests.service import world

PLAN = Plan(rounds=6, people=8, k=5, policies=["thompson", "random"])


@pytest.fixture(scope="module")
def recommender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    recommender = world.filled(tmp_path_factory.mktemp("simulated"))
    with pytest.raises(NoTrainedModel, match="no trained model; train one"):
        simulate(recommender, PLAN)
    recommender.train(force=True)
    yield recommender
    recommender.close()


@pytest.fixture(scope="module")
def found(recommender: Recommender) -> Simulated:
    return simulate(recommender, PLAN)


def test_all_that_it_rests_on_is_told(found: Simulated) -> None:
    named = {one["name"]: one for one in found.estimates}
    assert set(TRAITS) == set(TRAIT_MEANINGS)
    assert {*TRAITS, "memory", "pull", "clusters"} == set(named)
    assert all(one["meaning"] for one in (*found.estimates, *found.assumptions))
    assert {one["name"] for one in found.assumptions} == {
        "take_rate", "position_bias", "fatigue", "leaving", "impatience", "round_hours",
    }  # fmt: skip
    assert found.about["simulated"] == "8 people, 6 rounds, lists of 5"
    assert set(found.measures) == {figure.metric for figure in found.report.figures}


def test_every_policy_is_measured_and_compared_with_greedy(found: Simulated) -> None:
    by_label = {
        label: {figure.system for figure in found.report.figures if figure.slice == label}
        for label in (VALUE, DIFFERENCE)
    }
    assert by_label[VALUE] == {"greedy", "thompson", "random"}
    assert by_label[DIFFERENCE] == {"thompson", "random"}
    assert [len(curves["retention"]) for curves in found.curves.values()] == [6, 6, 6]
    assert all(sum(shares) == pytest.approx(1) for shares in found.exposure.values())


def test_the_same_seed_gives_the_same_and_the_model_is_as_before(
    recommender: Recommender, found: Simulated
) -> None:
    counts = recommender.ranker.snapshot.behaviour.counts.copy()
    stages: list[TrainProgress] = []
    again = simulate(recommender, PLAN, stages.append)
    assert again.report == found.report
    assert again.curves == found.curves
    assert np.array_equal(recommender.ranker.snapshot.behaviour.counts, counts)
    assert stages[0].stage == "fit"
    assert (stages[-1].stage, stages[-1].done, stages[-1].total) == ("rounds: random", 18, 18)


def test_an_assumption_takes_the_place_of_an_estimate(recommender: Recommender) -> None:
    plan = Plan(rounds=1, people=2, policies=["greedy"], assumptions=Assumptions(repetition=-2.0))
    told = simulate(recommender, plan)
    (repetition,) = [one for one in told.estimates if one["name"] == "repetition"]
    assert (repetition["value"], repetition["error"]) == (-2.0, None)
    assert "repetition" in {one["name"] for one in told.assumptions}


def test_too_few_events_are_said_to_be_too_few(
    recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.simulation.fitting.MIN_CASES", 1000)
    with pytest.raises(NoTrainedModel, match=r"240 events of 30 people .* record more events"):
        simulate(recommender, PLAN)
