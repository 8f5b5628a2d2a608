"""Whether a server that is left alone holds more and more memory, or answers more and more slowly.

    python -m benchmarks.soak [--data DIR] [--minutes 30] [--rate N] [--write]

`palate serve` answers Recommend for random known users (`benchmarks.arrivals`: Poisson arrivals, at
half the sustainable rate of `benchmarks.overload`), and beside it writers record and delete events, index
and delete items, and ask for reasons (`benchmarks.writers`). After every minute the memory of the
server and of its child processes is read, and p99 of the minute is taken. The first fifth is warm-up.
Of what comes after, the line through the medians of all slopes (Theil 1950, Sen 1968) says how much
there was of growth, with its 95 % interval. The folder, the example's films with their bundled encoders and a
trained model, is copied before anything is done to it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from scipy.stats import theilslopes

from benchmarks.half_load import HalfLoad, half_loaded, parser
from benchmarks.ledger import Ledger
from benchmarks.overload import percentile
from benchmarks.start import memory_mb
from benchmarks.tables import markdown, replace_section
from benchmarks.writers import Writer, Writing

PAGE = Path(__file__).resolve().parents[1] / "docs/operations.md"
WINDOW_S = 60.0
WARM_UP = 5
"""One of this many windows."""
ROWS = 10
"""Of the table, at most."""


@dataclass(frozen=True, slots=True)
class Window:
    """One minute."""

    p50_ms: float
    p99_ms: float
    anonymous_mb: float
    """Of the server and its children."""
    resident_mb: float
    calls: int
    failed: int


def main() -> None:
    asked = arguments()
    with half_loaded(asked) as load:
        windows = soaked(load, round(asked.minutes * 60 / WINDOW_S))
        text = report(windows, load.calls_per_s)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-soak", text)


def arguments() -> argparse.Namespace:
    options = parser(__doc__)
    options.add_argument("--minutes", type=float, default=30.0, help="default 30; at least 5")
    asked = options.parse_args()
    if asked.minutes < 5:
        options.error(f"--minutes {asked.minutes:g} is too short for a line; 5 or more")
    return asked


def soaked(load: HalfLoad, n: int) -> list[Window]:
    """Window after window, with writers beside."""
    writing = Writing([Writer(0, 0, Ledger())], load.serving.address)
    try:
        return [window(load, number) for number in range(n)]
    finally:
        writing.end()


def window(load: HalfLoad, number: int) -> Window:
    run = load.offered(number + 2, WINDOW_S)
    anonymous_mb, resident_mb = with_children_mb(load.serving.pid)
    found = Window(
        percentile(run.answered_ms, 50),
        percentile(run.answered_ms, 99),
        anonymous_mb,
        resident_mb,
        len(run.outcomes),
        sum(outcome.status != "OK" for outcome in run.outcomes),
    )
    print(f"window {number + 1}: {found}", file=sys.stderr)
    return found


def with_children_mb(pid: int) -> tuple[float, float]:
    """Anonymous and resident memory of a process and of what it has started."""
    pids = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    anonymous, resident = zip(*map(memory_mb, pids), strict=True)
    return sum(anonymous), sum(resident)


@dataclass(frozen=True, slots=True)
class Growth:
    """From the first window to the last, as shares of the median."""

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.estimate:+.1%} [{self.low:+.1%}, {self.high:+.1%}]"


def growth(values: Sequence[float]) -> Growth:
    """Of the line through the values, one a window.

    >>> str(growth([100.0, 101.0, 102.0, 103.0, 104.0]))
    '+3.9% [+3.9%, +3.9%]'
    """
    slope, _, low, high = theilslopes(values)
    level = sorted(values)[len(values) // 2]
    whole = (len(values) - 1) / level
    return Growth(slope * whole, low * whole, high * whole)


def report(windows: Sequence[Window], calls_per_s: float) -> str:
    """Both growths, and every few minutes."""
    after = windows[len(windows) // WARM_UP :]
    every = -(-len(windows) // ROWS)
    shown = [(n, one) for n, one in enumerate(windows, 1) if n % every == 0]
    calls, failed = sum(one.calls for one in windows), sum(one.failed for one in windows)
    load = os.getloadavg()[0]
    minutes = len(windows) * WINDOW_S / 60
    return "\n".join(
        [
            f"`make soak`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores shared by server and callers, {load:.0f}"
            f" processes waiting for a turn. {minutes:.0f} minutes, {calls:,} calls of Recommend at"
            f" {calls_per_s:.0f}/s beside writers, {failed:,} failed. Growth after the first fifth: anonymous memory"
            f" {growth([one.anonymous_mb for one in after])}, p99 {growth([one.p99_ms for one in after])}.",
            "",
            markdown(
                ["after minute", "p50 ms", "p99 ms", "anonymous, MB", "resident, MB"],
                [
                    [
                        f"{n * WINDOW_S / 60:.0f}", f"{one.p50_ms:.0f}", f"{one.p99_ms:.0f}",
                        f"{one.anonymous_mb:,.0f}", f"{one.resident_mb:,.0f}",
                    ]
                    for n, one in shown
                ],
            ),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
