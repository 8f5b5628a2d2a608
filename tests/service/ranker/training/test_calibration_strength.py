"""How strongly a list may be calibrated, on lists small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log, log2

import numpy as np
import pytest

from service.ranker.calibration import SMOOTHING, Interest
from service.ranker.second_stage.blend import Blend
from service.ranker.training.calibration_strength import (
    STRENGTHS,
    CalibratedList,
    fit_calibration,
)
from service.ranker.training.training_list import TrainingList
from tests.service.ranker.planted import SIGNALS, UNSCALED, network_of, place_of

WITHOUT_A_SONG = log(1 / SMOOTHING)
"""Divergence of a list without songs where songs alone are wanted."""
ONE_SONG = Interest(np.ones(1, np.float32), 1.0, np.array([[0.0], [1.0]], np.float32))
"""Of two candidates the second is a song, and songs alone are wanted."""


@pytest.fixture
def by_text() -> Blend:
    return Blend(SIGNALS, network_of("text_recent"))


def film_chosen(lead: float, interest: Interest = ONE_SONG) -> CalibratedList:
    """The first candidate was chosen, and leads by that much."""
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0, place_of("text_recent")] = lead
    return CalibratedList(TrainingList(block, UNSCALED, np.array([0]), np.array([1])), interest)


NARROW = film_chosen(0.09 * WITHOUT_A_SONG)
"""Above a strength of .09 the film that was chosen loses the first place."""
WIDE = film_chosen(9 * WITHOUT_A_SONG)
LOSS = 1 - 1 / log2(3)


@pytest.mark.parametrize(("strength", "lost"), [(0.0, 0.0), (0.08, 0.0), (0.1, LOSS)])
def test_a_list_gains_what_it_is_served_with(by_text: Blend, strength: float, lost: float) -> None:
    assert NARROW.gains(by_text, [strength], 10) == pytest.approx([1 - lost])


def test_whoever_is_hardly_known_is_spared(by_text: Blend) -> None:
    by_text.spared_events = 100
    few = replace(NARROW.proposed, scale=replace(UNSCALED, known=100))
    assert replace(NARROW, proposed=few).gains(by_text, [9.0], 10).tolist() == [1.0]


def test_it_goes_as_far_as_it_costs_nothing(by_text: Blend) -> None:
    assert fit_calibration(by_text, [NARROW]) == 0.08
    assert fit_calibration(by_text, [WIDE]) == max(STRENGTHS)
    assert fit_calibration(by_text, [film_chosen(0.0)] * 9 + [WIDE]) == 0.0


@pytest.mark.parametrize(("n_lose", "n", "found"), [(1, 400, max(STRENGTHS)), (5, 1000, 0.08)])
def test_a_loss_of_one_is_chance_and_of_five_it_is_not(
    by_text: Blend, n_lose: int, n: int, found: float
) -> None:
    """Both lose less than a percent: the mean is 1 and 2.2 of its standard errors."""
    assert n_lose * LOSS / n < 0.01
    assert fit_calibration(by_text, [NARROW] * n_lose + [WIDE] * (n - n_lose)) == found


def test_what_cannot_be_told_from_chance_may_still_be_too_much(by_text: Blend) -> None:
    """One of 20 loses 37 %, 1.8 % in the mean."""
    assert fit_calibration(by_text, [NARROW] + [WIDE] * 19) == 0.08


def test_where_nothing_is_found_or_asked_for_nothing_is_calibrated(by_text: Blend) -> None:
    assert fit_calibration(by_text, []) == 0.0
    block = np.zeros((20, len(SIGNALS)), np.float32)
    block[1:, place_of("text_recent")] = 1.0
    behind = TrainingList(block, UNSCALED, np.array([0]), np.array([1]))
    interest = Interest(np.ones(1, np.float32), 1.0, np.ones((20, 1), np.float32))
    assert fit_calibration(by_text, [CalibratedList(behind, interest)]) == 0.0
