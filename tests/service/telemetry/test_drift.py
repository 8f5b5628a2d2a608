"""The index is what arithmetic says, and is told only where there is enough to compare."""

from __future__ import annotations

import math

import numpy as np
import pytest

from service.telemetry.drift import ScoreDrift, psi


def test_the_same_scores_have_not_drifted() -> None:
    first = np.arange(1000.0)
    assert psi(first, first) == 0.0


def test_a_shift_by_a_tenth_empties_the_lowest_tenth_and_doubles_the_highest() -> None:
    first = np.arange(1000.0)
    expected = (0.0001 - 0.1) * math.log(0.0001 / 0.1) + (0.2 - 0.1) * math.log(0.2 / 0.1)
    assert psi(first, first + 100) == pytest.approx(expected)


def test_of_one_distribution_the_index_is_about_its_expectation() -> None:
    rng = np.random.default_rng(0)
    found = [psi(rng.normal(size=1000), rng.normal(size=1000)) for _ in range(200)]
    assert np.mean(found) == pytest.approx(9 * (1 / 1000 + 1 / 1000), rel=0.15)


def test_it_is_told_once_there_are_enough_on_both_sides_and_forgets_with_the_model() -> None:
    drift = ScoreDrift(n=20)
    for score in range(39):
        drift.observe("m1", float(score % 20))
    assert drift.psi() is None
    drift.observe("m1", 19.0)
    assert drift.psi() == 0.0
    for _ in range(20):
        drift.observe("m1", 99.0)  # the latest are kept, not those after the first
    assert (drift.psi() or 0.0) > 1
    drift.observe("m2", 99.0)
    assert drift.psi() is None
