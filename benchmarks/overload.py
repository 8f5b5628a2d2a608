"""Recommend over gRPC under more load than it can bear: how much of it is answered in time.

    python -m benchmarks.overload [--before DIR] [--data DIR] [--seconds 10] [--repeats 3] [--write]

The real server runs in one process on one half of the cores, the load generator
(`benchmarks.arrivals`) in another on the other half: Poisson arrivals, random known users, 10 results, deadlines of
500 ms. First the sustainable rate is searched: the highest at which 99 % of the calls are answered
within 100 ms. Then the load is one, two and three times that, in turns on a server of this checkout
and on another one: of the checkout `--before` where one is given, else of this one with
`server.max_wait_share = 0`, which takes every call that finds room. Goodput counts full answers
within the deadline.

The catalogue is the example's, with its events, stand-in encoders and no trained model: what is
measured is how calls are taken, and not what they do.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from benchmarks.arrivals import Outcome, Plan
from benchmarks.folders import made
from benchmarks.serve import SOURCES, Server, carried_out, server, users_of
from benchmarks.tables import markdown, replace_section

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/benchmarks.md"
DEADLINE_S = 0.5
SUSTAINED_MS = 100.0
SUSTAINED_SHARE = 0.99
REFUSED = "RESOURCE_EXHAUSTED"
LOADS = (1.0, 2.0, 3.0)
ALL_CORES = frozenset(range(os.cpu_count() or 1))
SERVERS_HALF = frozenset(sorted(ALL_CORES)[: max(1, len(ALL_CORES) // 2)])
OTHER_HALF = ALL_CORES - SERVERS_HALF
VARIABLE = "PALATE_SERVER__MAX_WAIT_SHARE"
SETTINGS = '[encoders]\ntext = "fake"\nimage = "fake"\n'


@dataclass(frozen=True, slots=True)
class Run:
    """One run."""

    outcomes: Sequence[Outcome]
    seconds: float

    @property
    def good(self) -> list[float]:
        """Milliseconds of the full answers within the deadline."""
        return [one.ms for one in self.outcomes if one.full and one.ms <= 1000 * DEADLINE_S]

    @property
    def goodput(self) -> float:
        """Such answers a second."""
        return len(self.good) / self.seconds

    @property
    def answered_ms(self) -> list[float]:
        return self.of("OK")

    def of(self, status: str) -> list[float]:
        """Milliseconds of the calls that ended so."""
        return [one.ms for one in self.outcomes if one.status == status]

    def share(self, status: str) -> float:
        return len(self.of(status)) / max(len(self.outcomes), 1)

    @property
    def is_sustained(self) -> bool:
        quick = sum(one.full and one.ms <= SUSTAINED_MS for one in self.outcomes)
        return quick >= SUSTAINED_SHARE * len(self.outcomes)


@dataclass(frozen=True, slots=True)
class Variant:
    """A server that is measured."""

    name: str
    checkout: Path
    max_wait_share: str = ""
    """Empty is the default."""

    @contextmanager
    def serving(self, data: Path) -> Iterator[Server]:
        """On its half of the cores, while this process is on the other."""
        environment, here = dict(os.environ), Path.cwd()
        os.environ["PYTHONPATH"] = f"{self.checkout}{os.pathsep}{self.checkout / 'proto'}"
        if self.max_wait_share:
            os.environ[VARIABLE] = self.max_wait_share
        os.chdir(self.checkout)
        try:
            with _on(SERVERS_HALF, server(data)) as serving:
                os.chdir(here)
                os.environ.clear()
                os.environ.update(environment)
                yield serving
        finally:
            os.chdir(here)


def main() -> None:
    asked = arguments()
    data = (asked.data or prepared()).absolute()
    users = users_of(data)
    text = report(measured(data, users, asked), asked)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-overload", text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a data folder, instead of making one")
    parser.add_argument("--before", type=Path, help="another checkout, to compare with")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a run (default 10)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each load (default 3)")
    parser.add_argument("--rate", type=float, default=0.0, help="the sustainable rate, if known")
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/benchmarks.md too"
    )
    return parser.parse_args()


def prepared() -> Path:
    """The example's catalogue and events, encoded by stand-ins."""
    folder = ROOT / "build" / "bench-overload"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palate.toml").write_text(SETTINGS, encoding="utf-8")
    source = next(path for path in SOURCES if path.is_dir())
    return made(folder, (["index", source / "items.jsonl"], ["events", source / "events.parquet"]))


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured."""

    sustainable: float
    """Calls a second."""
    runs: dict[tuple[str, float], list[Run]]
    """By how calls are taken, and load in sustainable rates."""


def measured(data: Path, users: Sequence[str], asked: argparse.Namespace) -> Measured:
    """A server has the folder for itself, so the two take turns."""
    before = (
        Variant("before", asked.before.absolute())
        if asked.before
        else Variant("max_wait_share = 0", ROOT, "0")
    )
    runs: dict[tuple[str, float], list[Run]] = {}
    rate = asked.rate
    for repeat in range(asked.repeats):
        for variant in (before, Variant("now", ROOT)):
            with variant.serving(data) as serving:
                offered(serving, users, 0, 5.0, 30.0)  # warm-up
                if not rate:
                    rate = sustainable_rate(partial(offered, serving, users, 1, 6.0))
                for load in LOADS:
                    run = offered(serving, users, repeat + 2, asked.seconds, rate * load)
                    runs.setdefault((variant.name, load), []).append(run)
                    _say(f"{variant.name}, {load:g}x", run)
    return Measured(rate, runs)


def sustainable_rate(run: Callable[[float], Run], steps: int = 3) -> float:
    """The highest rate that is sustained in two runs of three, since the machine may be busy with
    something else in one: doubled until it is not, then halved in between."""

    def is_sustained(rate: float) -> bool:
        found = [False, True]  # whichever comes twice
        while max(found.count(True), found.count(False)) < 3:
            found.append(_said(f"trying {rate:.0f}/s", run(rate)).is_sustained)
        return found.count(True) == 3

    low, high = 0.0, 20.0
    while is_sustained(high):
        low, high = high, 2 * high
    for _ in range(steps):
        middle = (low + high) / 2
        if is_sustained(middle):
            low = middle
        else:
            high = middle
    return low or sys.exit(f"not even {high:.0f} calls a second are answered within 100 ms")


@contextmanager
def _on(cores: Collection[int], started: AbstractContextManager[T]) -> Iterator[T]:
    """What is started has these cores, where the system can do that; this process has the others,
    and so has what it starts meanwhile."""
    if not hasattr(os, "sched_setaffinity") or not OTHER_HALF:
        with started as value:
            yield value
        return
    os.sched_setaffinity(0, cores)
    try:
        with started as value:
            os.sched_setaffinity(0, OTHER_HALF)
            yield value
    finally:
        os.sched_setaffinity(0, ALL_CORES)


def offered(serving: Server, users: Sequence[str], seed: int, seconds: float, rate: float) -> Run:
    """Calls that come at this rate, by a process of its own."""
    plan = Plan(serving.address, users, seed, seconds, rate, DEADLINE_S)
    return Run([Outcome(**row) for row in carried_out("benchmarks.arrivals", plan)], seconds)


def _said(what: str, run: Run) -> Run:
    _say(what, run)
    return run


def _say(what: str, run: Run) -> None:
    refused = run.share(REFUSED)
    print(
        f"{what}: {len(run.outcomes)} calls, goodput {run.goodput:.0f}/s, p99 of the answered"
        f" {percentile(run.answered_ms, 99):.0f} ms, {refused:.0%} refused",
        file=sys.stderr,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if values else float("nan")


def report(found: Measured, asked: argparse.Namespace) -> str:
    """One table, and what it was measured on."""

    def over(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
        return float(median(figure(run) for run in runs))

    def ms(runs: Sequence[Run], status: str, percent: float) -> str:
        return f"{over(runs, lambda run: percentile(run.of(status), percent)):.0f}"

    def row(name: str, load: float, runs: Sequence[Run]) -> list[str]:
        goodput = over(runs, lambda run: run.goodput)
        return [
            f"{name}, {load:g}x",
            f"{goodput:.0f}",
            f"{goodput / found.sustainable:.2f}",
            ms(runs, "OK", 50),
            ms(runs, "OK", 99),
            f"{over(runs, lambda run: run.share(REFUSED)):.0%}",
            ms(runs, REFUSED, 50),
            ms(runs, REFUSED, 99),
            f"{over(runs, lambda run: run.share('DEADLINE_EXCEEDED')):.0%}",
        ]

    return "\n".join(
        [
            f"`python -m benchmarks.overload`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, half of them the"
            f" server's. Sustainable: {found.sustainable:.0f} calls/s. {asked.repeats} runs of {asked.seconds:g} s"
            " each; medians over the runs.",
            "",
            markdown(
                [
                    "load",
                    "goodput, calls/s",
                    "of the sustainable rate",
                    "answered p50 ms",
                    "p99 ms",
                    "refused",
                    "refusals p50 ms",
                    "p99 ms",
                    "past the deadline",
                ],
                [row(name, load, runs) for (name, load), runs in found.runs.items()],
            ),
        ]
    )


if __name__ == "__main__":
    main()
