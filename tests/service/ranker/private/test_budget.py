"""What a release costs: figures known from the literature and by arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from service.ranker.private.budget import epsilon_of, rho_of


def of_gaussian(mu: float, epsilon: float) -> float:
    """The exact delta of a Gaussian of deviation 1 / mu (Balle and Wang, arXiv 1805.06530, Theorem 8)."""
    low, high = -epsilon / mu - mu / 2, -epsilon / mu + mu / 2
    return float(stats.norm.cdf(high) - math.exp(epsilon) * stats.norm.cdf(low))


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 8.0, 16.0])
@pytest.mark.parametrize("delta", [1e-5, 1e-8])
def test_what_is_spent_is_what_was_asked_for_and_no_more(epsilon: float, delta: float) -> None:
    rho = rho_of(epsilon, delta)
    assert epsilon * (1 - 1e-6) < epsilon_of(rho, delta) <= epsilon


@pytest.mark.parametrize("rho", [0.01, 0.1, 1.0, 5.0])
def test_it_holds_for_the_gaussian_and_is_near_to_what_is_exact(rho: float) -> None:
    epsilon = epsilon_of(rho, 1e-5)
    assert of_gaussian(math.sqrt(2 * rho), epsilon) <= 1e-5
    assert of_gaussian(math.sqrt(2 * rho), 0.88 * epsilon) > 1e-5


@pytest.mark.parametrize("rho", [0.01, 1.0])
def test_it_is_below_the_bound_that_is_usually_given(rho: float) -> None:
    """rho + 2 sqrt(rho log(1 / delta)), Bun and Steinke, Proposition 1.3."""
    assert epsilon_of(rho, 1e-5) < rho + 2 * math.sqrt(rho * math.log(1e5))


def test_more_costs_more_and_nothing_nothing() -> None:
    costs = [epsilon_of(rho, 1e-5) for rho in (0.0, 0.1, 0.2, 1.0, 10.0)]
    assert costs[0] == 0
    assert (np.diff(costs) > 0).all()
