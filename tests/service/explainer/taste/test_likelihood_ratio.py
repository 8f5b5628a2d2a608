"""Counts that chance explains surprise nobody, and G is what the formula says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from service.explainer.taste.likelihood_ratio import g_of_difference, g_of_excess, p_value


def test_an_excess_is_measured_as_the_formula_has_it() -> None:
    assert g_of_excess(6, 8, 0.25) == pytest.approx(2 * (6 * math.log(6 / 2) + 2 * math.log(2 / 6)))
    assert g_of_excess(8, 8, 0.25) == pytest.approx(2 * 8 * math.log(4))


@pytest.mark.parametrize(("count", "share"), [(2, 0.25), (1, 0.25), (0, 0.25), (8, 1.0), (3, 0.0)])
def test_what_is_usual_or_cannot_be_more_is_no_excess(count: float, share: float) -> None:
    assert g_of_excess(count, 8, share) == 0.0


def test_a_difference_is_the_same_from_both_sides_and_nothing_where_shares_are_equal() -> None:
    assert g_of_difference(3, 10, 6, 20) == pytest.approx(0.0, abs=1e-9)
    assert g_of_difference(9, 10, 2, 20) == pytest.approx(g_of_difference(2, 20, 9, 10))
    assert g_of_difference(10, 10, 0, 10) == pytest.approx(40 * math.log(2))


def test_differences_are_taken_element_by_element() -> None:
    g = g_of_difference(
        np.array([[1, 5], [2, 0]]),
        np.array([[5], [2]]),
        np.array([[0, 0], [2, 2]]),
        np.array([[5], [2]]),
    )
    assert g.shape == (2, 2)
    assert g[0, 1] == pytest.approx(20 * math.log(2))


def test_chance_is_half_the_tail_of_chi_square() -> None:
    assert p_value(0.0) == 0.5
    assert p_value(3.8415) == pytest.approx(0.025, abs=1e-5)  # its 95 % point
