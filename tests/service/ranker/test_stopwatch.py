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


def test_parts_are_timed_within_the_stage_under_way(clock: None) -> None:
    watch = Stopwatch()
    watch.lap("encode")
    watch.part("popular")  # 2 seconds
    watch.part("trending")  # 3
    watch.lap("retrieve")  # 2 + 3 + 4
    watch.part("late")  # 5
    assert [(part.name, part.seconds) for part in watch.parts] == [
        ("popular", 2.0),
        ("trending", 3.0),
        ("late", 5.0),
    ]
    assert watch.laps_ms() == {"encode": 1000.0, "retrieve": 9000.0}
