"""Sequential tests: what the ratios are where they can be worked out, and how often they are wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from service.online.rate import clustered_variance
from service.trials.sequential import ALPHA, EFFECT, THRESHOLD, error_ratio, rate_ratio

LOOKS = 40


def test_what_is_not_known_says_nothing() -> None:
    assert rate_ratio(0.5, math.inf, 0.1) == rate_ratio(0.5, 0.0, 0.1) == 1.0
    assert rate_ratio(0.5, 1.0, 0.0) == 1.0
    assert error_ratio(3, 0, 0.0) == error_ratio(3, 0, 1.0) == 1.0
    assert error_ratio(0, 0, 0.1) == 1.0


def test_huge_evidence_is_finite() -> None:
    assert THRESHOLD < rate_ratio(1e6, 1.0, 1.0) < math.inf
    assert THRESHOLD < error_ratio(10**6, 0, 0.5) < math.inf


def test_errors_in_a_tenth_that_are_twice_as_many_are_found_and_as_many_are_not() -> None:
    assert error_ratio(10, 0, 0.1) > THRESHOLD
    assert error_ratio(10, 90, 0.1) < 1.0


def _first_alarm(rng: np.random.Generator, rates: tuple[float, float]) -> bool:
    """Whether the test says at any of LOOKS looks that the canary is worse, with ten people more in
    each arm at every look, each with 20 impressions and a rate of their own."""
    hits: list[list[np.ndarray]] = [[], []]
    for look in range(1, LOOKS + 1):
        for arm, rate in enumerate(rates):
            own = rng.beta(2, 2 / rate - 2, 10)
            hits[arm].append((rng.random((10, 20)) < own[:, np.newaxis]).astype(np.float32).ravel())
        if look < 3:
            continue
        people = np.repeat(np.arange(10 * look), 20)
        canary, control = (np.concatenate(arm) for arm in hits)
        difference = float(canary.mean() - control.mean())
        variance = clustered_variance(canary, people) + clustered_variance(control, people)
        ratio = rate_ratio(difference, variance, EFFECT * float(control.mean()))
        if difference < 0 and ratio >= THRESHOLD:
            return True
    return False


@pytest.mark.slow
def test_a_canary_that_is_as_good_is_seldom_called_worse_however_often_one_looks() -> None:
    """300 canaries with 38 looks each: at most ALPHA of them, give or take two deviations. One look
    at a time without any correction would call about every fourth one worse."""
    rng = np.random.default_rng(0)
    alarms = sum(_first_alarm(rng, (0.1, 0.1)) for _ in range(300))
    assert alarms / 300 <= ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / 300)


def test_a_canary_with_half_the_clicks_is_found() -> None:
    rng = np.random.default_rng(1)
    assert sum(_first_alarm(rng, (0.05, 0.1)) for _ in range(20)) >= 19


def test_errors_as_often_are_seldom_called_twice_as_many() -> None:
    """2,000 canaries of a fifth of the calls with 400 errors, looked at after each: at most ALPHA of
    them, give or take two deviations."""
    rng = np.random.default_rng(2)
    is_canary = rng.random((2_000, 400)) < 0.2
    own, others = np.cumsum(is_canary, axis=1), np.cumsum(~is_canary, axis=1)
    step = [math.log(error_ratio(1, 0, 0.2)), math.log(error_ratio(0, 1, 0.2))]
    alarms = ((own * step[0] + others * step[1]) >= math.log(THRESHOLD)).any(axis=1)
    assert alarms.mean() <= ALPHA + 2 * math.sqrt(ALPHA * (1 - ALPHA) / 2_000)
