"""Stages of encoding by a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from encoders import timing
from encoders.timing import STAGES, Laps, Timing


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timing, "perf_counter", clock)
    return clock


def test_a_lap_lasts_from_the_one_before(clock: Clock) -> None:
    laps = Laps()
    for stage, seconds in (("load", 4), ("core", 2), ("post", 1), ("core", 8)):
        clock.go(seconds)
        laps.lap(stage)
    assert laps.seconds == {"load": 4, "pre": 0, "core": 10, "post": 1}


def test_waiting_for_batches_is_pre_and_what_is_done_with_them_core(clock: Clock) -> None:
    def batches() -> Iterator[str]:
        for batch in "abc":
            clock.go(1)
            yield batch
        clock.go(0.5)  # to find out that there are no more

    laps = Laps()
    for _ in laps.taken(batches()):
        clock.go(10)
    assert laps.seconds == {"load": 0, "pre": 3.5, "core": 30, "post": 0}


def test_taking_changes_no_batch() -> None:
    assert list(Laps().taken(["a", "b"])) == ["a", "b"]


def test_calls_add_up(clock: Clock) -> None:
    total = Timing()
    assert total.seconds() == dict.fromkeys(STAGES, 0)
    for seconds in (1, 2, 4):
        laps = Laps()
        clock.go(seconds)
        laps.lap("core")
        total.add(laps)
    assert total.seconds() == {"load": 0, "pre": 0, "core": 7, "post": 0}


def test_threads_add_up(clock: Clock) -> None:
    total, laps = Timing(), Laps()
    clock.go(1)
    laps.lap("pre")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: total.add(laps), range(500)))
    assert total.seconds()["pre"] == 500


def test_what_was_told_does_not_change_later(clock: Clock) -> None:
    total = Timing()
    before = total.seconds()
    laps = Laps()
    clock.go(1)
    laps.lap("load")
    total.add(laps)
    assert before["load"] == 0
