"""The breaker opens after failures in a row, lets one call through in time, and closes when that
succeeds."""

from __future__ import annotations

import threading

import pytest

from encoders.breaker import CircuitBreaker, CircuitOpen


class Broken(Exception):
    pass


def fail() -> None:
    raise Broken()


def _fails(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Broken):
            breaker.call(fail)


def test_failures_that_are_not_in_a_row_do_not_open_it() -> None:
    breaker = CircuitBreaker(2, 30.0, lambda: 0.0)
    for _ in range(3):
        _fails(breaker, 1)
        assert breaker.call(lambda: 7) == 7


def test_open_it_calls_nothing() -> None:
    breaker = CircuitBreaker(2, 30.0, lambda: 0.0)
    _fails(breaker, 2)
    with pytest.raises(CircuitOpen):
        breaker.call(lambda: pytest.fail("called"))


def test_one_failure_is_enough_to_open_it_again() -> None:
    now = 0.0
    breaker = CircuitBreaker(2, 30.0, lambda: now)
    _fails(breaker, 2)
    now = 30.0
    _fails(breaker, 1)
    now = 59.0
    with pytest.raises(CircuitOpen):
        breaker.call(fail)
    now = 60.0
    assert breaker.call(lambda: 7) == 7
    _fails(breaker, 1)
    assert breaker.call(lambda: 7) == 7


def test_only_one_call_tries_whether_it_goes_again() -> None:
    now = 0.0
    breaker = CircuitBreaker(1, 30.0, lambda: now)
    _fails(breaker, 1)
    now = 30.0
    trying, tried = threading.Event(), threading.Event()

    def slow() -> int:
        trying.set()
        tried.wait()
        return 7

    thread = threading.Thread(target=lambda: breaker.call(slow))
    thread.start()
    trying.wait()
    with pytest.raises(CircuitOpen):
        breaker.call(lambda: 7)
    tried.set()
    thread.join()
    assert breaker.call(lambda: 8) == 8


def test_what_is_no_failure_neither_opens_nor_closes_it() -> None:
    now = 0.0
    breaker = CircuitBreaker(2, 30.0, lambda: now, failure=Broken)

    def other() -> None:
        with pytest.raises(KeyError), breaker.guarded():
            raise KeyError("its own")

    for _ in range(3):
        other()
    _fails(breaker, 1)
    other()
    _fails(breaker, 1)
    with pytest.raises(CircuitOpen), breaker.guarded():
        pytest.fail("called")
    now = 30.0
    with breaker.guarded():
        pass
    assert breaker.call(lambda: 7) == 7
