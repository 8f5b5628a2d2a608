"""Ratios are taken within a turn; a job goes on until the calls have ended, and no longer."""

import argparse
import sys
import time

from benchmarks.arrivals import Outcome
from benchmarks.beside import ALONE, Turn, report, under_way
from benchmarks.overload import Run


def turn(ms: float, *, lasted: bool = True) -> Turn:
    return Turn(Run([Outcome("OK", ms, full=True)], 1.0), lasted)


def test_the_ratio_is_the_median_of_the_turns_ratios() -> None:
    turns = {
        ALONE: [turn(10), turn(20), turn(100)],
        "a backup is made": [turn(15), turn(20), turn(400, lasted=False)],
    }
    text = report(25.0, turns, argparse.Namespace(repeats=3, seconds=1.0))
    assert "25 calls/s" in text
    assert text.splitlines()[-2:] == [
        "| nothing | 20 | 20 | 1.00 | 0 | 3 of 3 |",
        "| a backup is made | 20 | 20 | 1.50 | 0 | 2 of 3 |",
    ]


def test_a_call_that_failed_is_counted() -> None:
    failed = Turn(Run([Outcome("UNAVAILABLE", 1.0, full=False)], 1.0), lasted=True)
    text = report(25.0, {ALONE: [turn(10), failed]}, argparse.Namespace(repeats=2, seconds=1.0))
    assert text.splitlines()[-1].split(" | ")[4] == "1"


def test_a_job_ends_with_the_calls(monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.beside.UNDER_WAY_S", 0.0)
    with under_way([sys.executable, "-c", "import time; time.sleep(60)"]) as is_under_way:
        assert is_under_way()
        began = time.monotonic()
    assert time.monotonic() - began < 30
    assert not is_under_way()


def test_a_job_that_fails_is_not_under_way(monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.beside.UNDER_WAY_S", 0.0)
    with under_way([sys.executable, "-c", "raise SystemExit(1)"]) as is_under_way:
        while is_under_way():
            time.sleep(0.01)


def test_nothing_is_under_way_for_as_long_as_it_is_asked() -> None:
    with under_way([]) as is_under_way:
        assert is_under_way()
