"""Stages are timed one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.ranker import stopwatch
from service.ranker.stopwatch import Stopwatch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads 0, 1, 3, 6, 10, ... seconds."""
    readings: Iterator[float] = (n * (n + 1) / 2 for n in range(10))
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: next(readings))


def test_a_lap_is_the_time_since_the_one_before(clock: None) -> None:
    watch = Stopwatch()
    watch.lap("person")
    watch.lap("rank")
    assert watch.laps_ms() == {"person": 1000.0, "rank": 2000.0}


def test_a_stage_that_is_named_twice_adds_up_and_keeps_its_place(clock: None) -> None:
    watch = Stopwatch()
    for stage in ("rank", "answer", "rank"):
        watch.lap(stage)
    assert list(watch.laps_ms().items()) == [("rank", 4000.0), ("answer", 2000.0)]
