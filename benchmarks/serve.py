"""Recommend over gRPC on movielens-small: latency, throughput, and where the time goes.

    python -m benchmarks.serve [--data DIR | --cache DIR] [--write]

The real server runs in one process, the load generator (`benchmarks.load`) in another, both on this
machine and on the same cores: 8 callers, random known users, 10 results. Two loads: paced, 150
calls/s however fast the answers come; and closed loop, every caller calling again as soon as it is
answered. Each is run several times after a warm-up, and the median over the runs is reported;
percentiles are taken within a run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.folders import made, palate
from benchmarks.load import Calls, Plan
from benchmarks.tables import markdown, replace_section
from indexer.log.opening import open_event_log
from service.config_file import load_settings

ROOT = Path(__file__).resolve().parents[1]
SOURCES = (ROOT / "../shared/data/movielens-small", ROOT / "examples/movielens-small")
PAGE = ROOT / "docs/benchmarks.md"
CALLERS = 8
CALLS_PER_S = 150.0
STAGES = ("person", "encode", "retrieve", "rank", "answer")
PACKAGES = ("grpcio", "numpy", "torch", "qdrant-edge-py")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one load."""

    calls: Calls
    server_cpu_ms: float
    """Processor time of the server process per answered call; NaN where the system does not tell."""

    @property
    def calls_per_s(self) -> float:
        return len(self.calls.latency_ms) / self.calls.elapsed_s

    @property
    def errors(self) -> int:
        return sum(self.calls.errors.values())

    def percentile_ms(self, percent: float) -> float:
        return (
            float(np.percentile(self.calls.latency_ms, percent))
            if self.calls.latency_ms
            else float("nan")
        )

    def stage_ms(self, stage: str) -> float:
        """Median over the calls that had the stage."""
        return median(laps[stage] for laps in self.calls.stage_ms if stage in laps)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    pid: int
    address: str
    loaded: dict[str, str]
    http: str = ""
    """Where it answers over HTTP, if it does."""


def main() -> None:
    asked = arguments()
    data = asked.data or prepared(asked.cache, images=asked.images)
    users = users_of(data)
    with server(data) as serving:
        print(f"serving {data} on {serving.address}; warm-up", file=sys.stderr)
        measured(Plan(serving.address, users, 0, asked.warm_up, CALLERS), serving)
        runs: dict[str, list[Run]] = {f"paced, {CALLS_PER_S:.0f} calls/s": [], "closed loop": []}
        for repeat in range(1, asked.repeats + 1):
            for (name, done), rate in zip(runs.items(), (CALLS_PER_S, 0.0), strict=True):
                done.append(
                    measured(
                        Plan(serving.address, users, repeat, asked.seconds, CALLERS, rate), serving
                    )
                )
                print(
                    f"{name}, run {repeat}: p50 {done[-1].percentile_ms(50):.1f} ms",
                    file=sys.stderr,
                )
        text = report(runs, asked, len(users), serving.loaded)
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-serve", text)
    if any(run.errors for done in runs.values() for run in done):
        sys.exit("some calls failed")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, help="a data folder with a trained model, instead of making one"
    )
    parser.add_argument(
        "--cache", type=Path, help="where the folder is made and kept (default below build/)"
    )
    parser.add_argument(
        "--no-images", dest="images", action="store_false", help="make the folder without pictures"
    )
    parser.add_argument("--seconds", type=float, default=15.0, help="length of a run (default 15)")
    parser.add_argument(
        "--warm-up", type=float, default=10.0, help="seconds before the first run (default 10)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="runs of each load (default 5)")
    parser.add_argument(
        "--write", action="store_true", help="put the report into docs/benchmarks.md too"
    )
    return parser.parse_args()


def prepared(cache: Path | None, *, images: bool) -> Path:
    """A trained folder, made where there is none yet. A run that was stopped goes on where it was."""
    folder = cache or ROOT / "build" / (
        "bench-movielens-small" if images else "bench-movielens-small-no-images"
    )
    source = next(path for path in SOURCES if path.is_dir())
    if not images:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "palate.toml").write_text('[encoders]\nimage = "none"\n', encoding="utf-8")
    commands = (
        ["index", source / "items.jsonl"],
        ["events", source / "events.parquet"],
        ["train", "--force"],
    )
    return made(folder, commands)


def users_of(data: Path) -> list[str]:
    """Everybody with an event."""
    with open_event_log(load_settings(data).log_url) as log:
        found = sorted({user for batch in log.read_events() for user in batch.user_id.tolist()})
    return found or sys.exit(f"there are no events in {data}")


@contextmanager
def server(data: Path, *options: str) -> Iterator[Server]:
    """`palate serve` on a free port of the loopback, stopped at the end."""
    process = subprocess.Popen(
        palate("serve", "--address", "127.0.0.1:0", *options, "--json", "--data", data),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said: dict[str, Any] = {}
        assert process.stdout is not None
        while "loaded" not in said:
            said |= json.loads(process.stdout.readline() or sys.exit("the server did not start"))
        yield Server(process.pid, said["listening"], said["loaded"], said.get("http", ""))
    finally:
        process.terminate()
        process.communicate()


def measured(plan: Plan, serving: Server) -> Run:
    """One run, by a process of its own."""
    before = cpu_s(serving.pid)
    calls = Calls(**carried_out("benchmarks.load", plan))
    return Run(calls, 1000 * (cpu_s(serving.pid) - before) / max(len(calls.latency_ms), 1))


def carried_out(module: str, plan: Any) -> Any:
    """What a load generator prints as JSON: a process of its own, which is told its plan, a dataclass."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(asdict(plan)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return json.loads(done.stdout)


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, on Linux; NaN elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    ticks_per_s: int = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks_per_s


def report(
    runs: dict[str, list[Run]], asked: argparse.Namespace, n_users: int, loaded: dict[str, str]
) -> str:
    """Two tables, and what they were measured on."""

    def over(done: Sequence[Run], figure: str) -> float:
        return float(median(getattr(run, figure) for run in done))

    def percentile(done: Sequence[Run], percent: float) -> str:
        return f"{median(run.percentile_ms(percent) for run in done):.1f}"

    stages = [
        stage
        for stage in STAGES
        if any(stage in laps for laps in runs[next(iter(runs))][0].calls.stage_ms)
    ]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            f"`python -m benchmarks.serve`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores shared by server and "
            f"callers; Python {platform.python_version()}, {packages}.",
            f"{loaded['items']} items, {loaded['events']} events, {n_users:,} users asked at random; text encoder "
            f"{loaded['text encoder']}, image encoder {loaded['image encoder']}. {CALLERS} callers, k = 10, "
            f"{asked.repeats} runs of {asked.seconds:g} s after a warm-up; medians over the runs.",
            "",
            markdown(
                [
                    "load",
                    "calls/s",
                    "p50 ms",
                    "p95 ms",
                    "p99 ms",
                    "errors",
                    "server processor ms per call",
                ],
                [
                    [
                        name,
                        f"{over(done, 'calls_per_s'):.0f}",
                        *(percentile(done, percent) for percent in (50, 95, 99)),
                        str(sum(run.errors for run in done)),
                        f"{over(done, 'server_cpu_ms'):.2f}",
                    ]
                    for name, done in runs.items()
                ],
            ),
            "",
            "Median time of each stage in the server:",
            "",
            markdown(
                ["stage", *(f"{name}, ms" for name in runs)],
                [
                    [
                        stage,
                        *(
                            f"{median(run.stage_ms(stage) for run in done):.2f}"
                            for done in runs.values()
                        ),
                    ]
                    for stage in stages
                ],
            ),
        ]
    )


if __name__ == "__main__":
    main()
