"""What calls of a kind are expected to take, from what they took."""

from __future__ import annotations

import pytest

from service.rpc.work.service_times import ServiceTimes


def test_a_kind_that_was_never_seen_is_expected_to_take_no_time() -> None:
    assert ServiceTimes().expected_s("a") == 0.0


def test_the_newest_call_counts_a_sixteenth_and_kinds_are_apart() -> None:
    times = ServiceTimes()
    times.took("a", 0.8)
    times.took("b", 3.0)
    assert times.expected_s("a") == 0.8
    times.took("a", 1.6)
    assert times.expected_s("a") == pytest.approx(0.8 + (1.6 - 0.8) / 16)
    assert times.expected_s("b") == 3.0


def test_one_call_that_stood_still_counts_as_four() -> None:
    times = ServiceTimes()
    times.took("a", 0.01)
    times.took("a", 10.0)
    assert times.expected_s("a") == pytest.approx(0.01 + (0.04 - 0.01) / 16)


def test_a_call_that_took_no_time_is_no_measure_for_the_next() -> None:
    times = ServiceTimes()
    times.took("a", 0.0)
    times.took("a", 0.5)
    assert times.expected_s("a") == 0.5


def test_a_first_call_that_was_slow_is_forgotten_and_a_new_load_learned() -> None:
    times = ServiceTimes()
    for seconds in (10.0, *[0.01] * 120):
        times.took("a", seconds)
    assert times.expected_s("a") == pytest.approx(0.01 + 9.99 * (15 / 16) ** 120)
    assert times.expected_s("a") < 0.02
    for _ in range(50):
        times.took("a", 0.1)
    assert times.expected_s("a") > 0.08
