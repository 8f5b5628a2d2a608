"""Intervals: what the formulas give where it can be worked out by hand, and how often they hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from service.online.rate import clustered_variance, mean, quantile, share


def test_one_observation_each_gives_wilsons_interval() -> None:
    n, hits = 50, 10
    rate = share(np.repeat([1.0, 0.0], [hits, n - hits]), np.arange(n))
    assert rate is not None
    p, t = 0.2, quantile(n)
    n_effective = n - 1  # of the unbiased variance
    centre = (p + t * t / (2 * n_effective)) / (1 + t * t / n_effective)
    half = t * math.sqrt(p * (1 - p) / n_effective + t * t / (4 * n_effective**2))
    half /= 1 + t * t / n_effective
    assert (rate.value, rate.low, rate.high) == pytest.approx((p, centre - half, centre + half))


def test_doing_everything_ten_times_makes_nothing_surer() -> None:
    hits, people = np.array([1.0, 0, 0, 1, 0, 0, 0, 1]), np.arange(8)
    once, often = share(hits, people), share(np.repeat(hits, 10), np.repeat(people, 10))
    assert once is not None
    assert often is not None
    assert (once.low, once.high) == pytest.approx((often.low, often.high))


def test_where_nothing_was_met_the_interval_has_a_width_and_stays_within_0_and_1() -> None:
    none = share(np.zeros(200), np.repeat(np.arange(20), 10))
    every = share(np.ones(200), np.repeat(np.arange(20), 10))
    assert none is not None
    assert every is not None
    assert none.value == none.low == 0.0 < none.high < 0.25
    assert 0.75 < every.low < every.high == every.value == 1.0


def test_fewer_than_two_people_say_nothing() -> None:
    assert share(np.ones(9), np.zeros(9, np.int64)) is None
    assert share(np.zeros(0), np.zeros(0, np.int64)) is None
    assert mean(np.ones(9), np.zeros(9, np.int64)) is None
    assert clustered_variance(np.zeros(0), np.zeros(0, np.int64)) == math.inf


def test_intervals_hold_what_is_true_where_people_differ() -> None:
    """300 samples of 40 people with 30 impressions each, whose own rates are spread around .1: at
    least 92 % of the intervals hold it. Were impressions taken for independent, it would be under
    85 %."""
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(40), 30)
    held = naive = 0
    for _ in range(300):
        hits = (rng.random(1_200) < rng.beta(0.5, 4.5, 40)[people]).astype(float)
        rate = share(hits, people)
        assert rate is not None
        held += rate.low <= 0.1 <= rate.high
        alone = share(hits, np.arange(1_200))
        assert alone is not None
        naive += alone.low <= 0.1 <= alone.high
    assert held / 300 >= 0.92
    assert naive / 300 < 0.85


def test_a_mean_has_the_normal_interval_over_people() -> None:
    values, people = np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1])
    rate = mean(values, people)
    assert rate is not None
    assert rate.value == 2.0
    assert rate.high - 2.0 == pytest.approx(quantile(2) * 1.0)
