"""What parts of the second stage are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.calibration import Interest
from service.ranker.data.history import History
from service.ranker.second_stage.blend import Blend, Pool, Pools
from service.ranker.training.baseline_gains import BASELINES
from service.ranker.training.calibration_strength import CalibratedList
from service.ranker.training.cases import RankingCase
from service.ranker.training.check import ServedCase
from service.ranker.training.training_list import TrainingList
from service.ranker.training.validation import COLD_ITEM, COLD_USER, STRANGER, WARM, RehearsedCase
from service.ranker.training.worth import worth_of_calibration, worth_of_parts
from tests.service.ranker.planted import SIGNALS, UNSCALED, network_of, place_of

NOTHING = dict.fromkeys(BASELINES, 0.0)


def case(slice_name: str, user: int, *, cold_chosen: bool) -> RehearsedCase:
    """A warm item that text says a little for, and a cold one; either was chosen."""
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0, place_of("text_recent")] = 0.5
    block[0, place_of("popularity")] = np.log1p(1e8)
    block[1, place_of("is_cold")] = 1.0
    chosen = np.array([1 if cold_chosen else 0])
    proposed = TrainingList(block, UNSCALED, chosen, np.array([1]))
    return RehearsedCase(proposed, slice_name, user, NOTHING)


def test_a_boost_is_worth_what_cold_items_gain_and_costs_what_warm_ones_lose() -> None:
    blend = Blend(SIGNALS, network_of("text_recent"), cold_item_boost=1.0)
    cases = [case(WARM, user, cold_chosen=False) for user in range(5)]
    cases += [case(COLD_ITEM, user, cold_chosen=True) for user in range(5)]
    worth = worth_of_parts(blend, cases)
    lost = 1 - 1 / np.log2(3)
    assert worth["worth/cold_item_boost/warm"] == pytest.approx(-lost, abs=1e-4)
    assert worth["worth/cold_item_boost/cold_item"] == pytest.approx(lost, abs=1e-4)
    assert worth["worth/cold_item_boost/warm/low"] <= worth["worth/cold_item_boost/warm"] < 0
    assert blend.cold_item_boost == 1.0


def test_a_network_that_ranks_for_nobody_is_worth_nothing_and_what_has_no_cases_is_not_said() -> (
    None
):
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("popularity"))
    worth = worth_of_parts(blend, [case(COLD_USER, 1, cold_chosen=False)])
    assert worth["worth/cold_start_network/cold_user"] == 0.0
    assert not [name for name in worth if "new_in_domain" in name or "boost" in name]


def test_plain_estimates_are_worth_what_they_gain_beside_the_network_alone() -> None:
    """Popularity was right, and the cold-start network goes by text."""
    blend = Blend(
        SIGNALS,
        network_of("text_recent"),
        cold_start_net=network_of("text_recent"),
        pools=Pools(strangers=Pool(network=0.0, popularity=1.0)),
    )
    one = case(STRANGER, 1, cold_chosen=False)
    assert one.proposed is not None
    one.proposed.signals[1, place_of("text_recent")] = 1.0
    stranger = replace(one.proposed, scale=replace(UNSCALED, known=0))
    worth = worth_of_parts(blend, [replace(one, proposed=stranger)])
    gained = 1 - 1 / np.log2(3)
    assert worth["worth/plain_estimates/stranger"] == pytest.approx(gained, abs=1e-4)
    assert worth["worth/plain_estimates/cold_user"] == pytest.approx(gained, abs=1e-4)
    assert "worth/plain_estimates/arrival" not in worth


def test_calibration_costs_what_next_events_lose() -> None:
    """Only what the second item is of is wanted, and the first was chosen; nothing was found for the
    other person."""
    proposed = case(WARM, 0, cold_chosen=False).proposed
    assert proposed is not None
    wants_second = Interest(np.ones(1, np.float32), 1.0, np.array([[0.0], [1.0]], np.float32))
    nothing = np.zeros(0, np.int64)
    asked = RankingCase(0, History.of(nothing), nothing, nothing)
    served = [
        ServedCase(asked, CalibratedList(proposed, wants_second), NOTHING, is_cold=False),
        ServedCase(asked, None, NOTHING, is_cold=False),
    ]
    blend = Blend(SIGNALS, network_of("text_recent"))
    worth = worth_of_calibration(blend, 9.0, served)
    assert worth["worth/calibration/all"] == pytest.approx(-(1 - 1 / np.log2(3)) / 2, abs=1e-4)
    assert worth_of_calibration(blend, 0.0, served)["worth/calibration/all"] == 0.0
    assert worth_of_calibration(blend, 9.0, []) == {}
