"""Stages of an encoder's time, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from encoders import timing
from encoders.timing import Laps, Timing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timing, "perf_counter", clock)
    return clock


def test_making_a_batch_is_pre_and_what_is_done_with_it_is_core(clock: Clock) -> None:
    def batches() -> Iterator[str]:
        for name in ("a", "b"):
            clock.now += 1.0
            yield name
        clock.now += 0.5

    laps = Laps()
    clock.now += 7.0
    laps.lap("load")
    for _ in laps.taken(batches()):
        clock.now += 10.0
    clock.now += 3.0
    laps.lap("core")
    clock.now += 0.25
    laps.lap("post")
    assert laps.seconds == {"load": 7.0, "pre": 2.5, "core": 23.0, "post": 0.25}


def test_calls_add_up_and_nobody_can_change_the_sum(clock: Clock) -> None:
    total = Timing()
    for seconds in (1.0, 2.0):
        laps = Laps()
        clock.now += seconds
        laps.lap("core")
        total.add(laps)
    total.seconds()["core"] = 0.0
    assert total.seconds() == {"load": 0.0, "pre": 0.0, "core": 3.0, "post": 0.0}
