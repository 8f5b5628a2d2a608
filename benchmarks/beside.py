"""How long Recommend takes beside other work: 5,000 items are indexed, a model is trained, a backup is
made.

    python -m benchmarks.beside [--data DIR] [--rate N] [--seconds 20] [--repeats 3] [--write]

`palate serve` and the load generator (`benchmarks.arrivals`) share the cores of this machine: Poisson
arrivals at half the sustainable rate (`benchmarks.overload` says what that is), random known users, 10
results. Nothing beside it and each job take turns; what is reported is the ratio within a turn, and
its median over the turns. The folder, the example's films with their bundled encoders and a trained
model, is copied before anything is done to it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread

import numpy as np

from benchmarks.folders import palate
from benchmarks.half_load import HalfLoad, half_loaded, parser
from benchmarks.overload import Run, percentile
from benchmarks.start import made_up_items
from benchmarks.tables import markdown, replace_section

PAGE = Path(__file__).resolve().parents[1] / "docs/operations.md"
N_ITEMS = 5_000
ALONE = "nothing"
UNDER_WAY_S = 3.0
"""From a job's start to the first call that counts."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of calls."""

    run: Run
    lasted: bool
    """Whether the job was still under way when the calls ended."""


def main() -> None:
    asked = arguments()
    with half_loaded(asked) as load:
        turns = measured(load, asked)
        text = report(load.calls_per_s, turns, asked)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-beside", text)


def arguments() -> argparse.Namespace:
    options = parser(__doc__)
    options.add_argument("--seconds", type=float, default=20.0, help="length of a run (default 20)")
    options.add_argument("--repeats", type=int, default=3, help="turns of each (default 3)")
    return options.parse_args()


def measured(load: HalfLoad, asked: argparse.Namespace) -> dict[str, list[Turn]]:
    """The runs by what was done beside them."""
    turns: dict[str, list[Turn]] = {}
    for repeat in range(asked.repeats):
        for name, command in commands(load, repeat).items():
            with under_way(command) as is_under_way:
                run = load.offered(repeat + 2, asked.seconds)
                turn = Turn(run, is_under_way())
            turns.setdefault(name, []).append(turn)
            p99 = percentile(run.answered_ms, 99)
            print(f"{name}: p99 {p99:.0f} ms, {len(run.outcomes)} calls", file=sys.stderr)
    return turns


def commands(load: HalfLoad, repeat: int) -> dict[str, list[str]]:
    """The command of each job; nothing is a job, too."""
    items = load.work / f"items-{repeat}.jsonl"
    rng = np.random.default_rng(repeat)
    rows = [
        row | {"item_id": f"made-up-{repeat}-{row['item_id']}"}
        for row in made_up_items(N_ITEMS, rng)
    ]
    items.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    here = ("--server", load.serving.address)
    return {
        ALONE: [],
        f"{N_ITEMS:,} items are indexed": palate("index", items, *here),
        "a model is trained": palate("train", "--force", *here),
        "a backup is made": palate("backup", load.work / f"backup-{repeat}", "--data", load.data),
    }


@contextmanager
def under_way(command: list[str]) -> Iterator[Callable[[], bool]]:
    """The command, again and again until the end, in a thread; whether it still is."""
    if not command:
        yield lambda: True
        return
    stop, running = Event(), list[subprocess.Popen[bytes]]()
    thread = Thread(target=_repeat, args=(command, stop, running), name="job")
    thread.start()
    try:
        time.sleep(UNDER_WAY_S)
        yield thread.is_alive
    finally:
        stop.set()
        while thread.is_alive():  # it may be about to start the next one
            for process in running:
                process.terminate()
            thread.join(0.1)


def _repeat(command: list[str], stop: Event, running: list[subprocess.Popen[bytes]]) -> None:
    """Ends where the command fails, which says why."""
    while not stop.is_set():
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        running[:] = [process]
        if process.wait() and not stop.is_set():
            return


def report(calls_per_s: float, turns: dict[str, list[Turn]], asked: argparse.Namespace) -> str:
    """One table, and what it was measured on."""
    alone = [percentile(turn.run.answered_ms, 99) for turn in turns[ALONE]]

    def row(name: str, found: Sequence[Turn]) -> list[str]:
        p99 = [percentile(turn.run.answered_ms, 99) for turn in found]
        p50 = median(percentile(turn.run.answered_ms, 50) for turn in found)
        ratio = median(one / other for one, other in zip(p99, alone, strict=True))
        failed = sum(outcome.status != "OK" for turn in found for outcome in turn.run.outcomes)
        lasted = sum(turn.lasted for turn in found)
        return [
            name, f"{p50:.0f}", f"{median(p99):.0f}", f"{ratio:.2f}", f"{failed}",
            f"{lasted} of {len(found)}",
        ]  # fmt: skip

    load = os.getloadavg()[0]
    return "\n".join(
        [
            f"`make bench-beside`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores shared by all,"
            f" {load:.0f} processes waiting for a turn. {calls_per_s:.0f} calls/s, half of what is sustainable;"
            f" {asked.repeats} runs of {asked.seconds:g} s each; medians over the runs.",
            "",
            markdown(
                [
                    "beside the calls",
                    "p50 ms",
                    "p99 ms",
                    "p99, over that alone",
                    "calls that failed",
                    "under way until the end",
                ],
                [row(*one) for one in turns.items()],
            ),
        ]
    )


if __name__ == "__main__":
    main()
