"""How sure a mean is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from service.ranker.training.interval import standard_error, with_interval

VALUES = np.random.default_rng(1).random(50).astype(np.float32)


def test_of_a_person_each_it_is_the_textbook_standard_error() -> None:
    assert standard_error(VALUES) == pytest.approx(stats.sem(VALUES), rel=1e-5)


def test_cases_of_one_person_count_as_one() -> None:
    twice, people = np.repeat(VALUES, 2), np.repeat(np.arange(50), 2)
    assert standard_error(twice, people) == pytest.approx(standard_error(VALUES), rel=1e-5)
    assert standard_error(twice) < standard_error(VALUES)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_of_one_person_nothing_can_be_said(values: list[float]) -> None:
    assert standard_error(np.array(values, np.float32)) == 0.0


def test_the_interval_holds_the_mean_and_stays_within_what_can_be() -> None:
    figures = with_interval("x", VALUES)
    assert figures["x/low"] < figures["x"] < figures["x/high"]
    assert with_interval("x", np.array([0.0, 1.0], np.float32)) == {
        "x": 0.5, "x/low": 0.0, "x/high": 1.0,
    }  # fmt: skip
    assert with_interval("x", VALUES[:0]) == {}


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        figures = with_interval("x", (rng.random(200) < 0.3).astype(np.float32))
        covered += figures["x/low"] <= 0.3 <= figures["x/high"]
    assert 0.91 <= covered / 400 <= 0.98
