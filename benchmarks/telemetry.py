"""What telemetry costs: processor time of the server for one Recommend, with and without.

    python -m benchmarks.telemetry [--rounds N] [--calls N] [--write]

One server on the small world of the tests (40 items, no trained model: the cheapest answers there are,
so that the share is the largest), in this process; the caller is another one. Blocks of calls take
turns in random order, each in one state of the server:

    off       neither measured nor traced nor logged
    measured  metrics, and traces sampled at 1 %
    logged    a line of JSON for every call, to /dev/null
    all       both

A block's figure is the process's processor time divided by its calls. In each round every state has one
block, and what a state costs more is the median over the rounds of its difference to `off`, with a 95 %
interval over resampled rounds: what else a machine does comes and goes more slowly than a round. What
every call has in any state (a request id, the record of the call) is in all of them. Below, what one
count takes, in three ways.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import timeit
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

import grpc
import numpy as np
import prometheus_client
from opentelemetry.metrics import Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from benchmarks.tables import markdown, replace_section
from palate.v1 import recommend_pb2, recommend_pb2_grpc
from service.operations.switching import Switching
from service.telemetry import metrics as m
from service.telemetry.log_lines import logging_to
from service.telemetry.measurements import Measurements
from service.telemetry.tally import Histograms
from service.telemetry.telemetry import Telemetry
from service.telemetry.tracing import Tracer
from tests.service import world
from tests.service.standin import running

PAGE = Path(__file__).resolve().parents[1] / "docs/operations.md"
STATES = ("off", "measured", "logged", "all")
RATIO = 0.01
RESAMPLES = 2_000


class Switchable(Telemetry):
    """Can be turned off and on between calls."""

    def __init__(self, measurements: Measurements, tracer: Tracer) -> None:
        super().__init__(measurements, tracer)
        self._parts = (measurements, tracer)

    def turn(self, *, on: bool) -> None:
        self._measurements, self._tracer = self._parts if on else (None, None)


class Caller:
    """Another process that calls Recommend as often as it is told."""

    def __init__(self, address: str) -> None:
        command = [sys.executable, "-m", "benchmarks.telemetry", "--call", address]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, n: int) -> None:
        """Returns when all are answered."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(n, file=self._process.stdin, flush=True)
        if self._process.stdout.readline() != "done\n":
            sys.exit("the caller has ended")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    asked = _arguments()
    if asked.call:
        _call(asked.call)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measured(Path(folder), asked.rounds, asked.calls))
    text = report(found, asked.calls, _counts_us())
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-telemetry", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=150, help="of a block in each state")
    parser.add_argument("--calls", type=int, default=30, help="in a block")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    parser.add_argument("--call", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


async def _measured(folder: Path, rounds: int, calls: int) -> Mapping[str, Sequence[float]]:
    """Microseconds of a call in each block, by state."""
    measurements = Measurements()
    tracer = Tracer(BatchSpanProcessor(InMemorySpanExporter()), RATIO)
    telemetry = Switchable(measurements, tracer)
    found: dict[str, list[float]] = defaultdict(list)
    order = [state for _ in range(rounds) for state in random.sample(STATES, len(STATES))]
    async with _serving(folder, telemetry) as caller:
        await asyncio.to_thread(caller.call, 5 * calls)  # warm-up
        for place, state in enumerate(order):
            telemetry.turn(on=state in ("measured", "all"))
            with _logging() if state in ("logged", "all") else nullcontext():
                began = time.process_time()
                await asyncio.to_thread(caller.call, calls)
                found[state].append((time.process_time() - began) / calls * 1e6)
            if (place + 1) % 100 == 0:
                print(f"{place + 1} of {len(order)} blocks", file=sys.stderr)
    tracer.close()
    return found


@asynccontextmanager
async def _serving(folder: Path, telemetry: Telemetry) -> AsyncIterator[Caller]:
    backend = Switching(world.filled(folder, telemetry=telemetry))
    async with running(backend, telemetry=telemetry) as server:
        caller = Caller(server.address)
        try:
            yield caller
        finally:
            caller.close()


@contextmanager
def _logging() -> Iterator[None]:
    with Path(os.devnull).open("w", encoding="utf-8") as stream, logging_to(stream, "json", "info"):
        yield


def _call(address: str) -> None:
    """The caller's life: as many calls as each line of stdin says, by users in turn."""
    with grpc.insecure_channel(address) as channel:
        stub = recommend_pb2_grpc.RecommendServiceStub(channel)
        for line in sys.stdin:
            for user in range(int(line)):
                stub.Recommend(recommend_pb2.RecommendRequest(user_id=f"u{user % 30}", k=10))
            print("done", flush=True)


def _counts_us() -> tuple[float, float, float]:
    """Microseconds of one observation of a histogram: by ours, prometheus_client's and the SDK's."""
    ours, registry = Histograms(m.STAGE_DURATION), CollectorRegistry()
    client = prometheus_client.Histogram(
        "stage", "Stages.", ["stage"], registry=registry, buckets=m.STAGE_BUCKETS_S
    ).labels("rank")
    provider = MeterProvider([InMemoryMetricReader()])
    theirs: Histogram = provider.get_meter("palate").create_histogram(
        "palate.stage.duration", explicit_bucket_boundaries_advisory=m.STAGE_BUCKETS_S
    )
    labels = {"stage": "rank"}
    n = 50_000
    ways = (
        lambda: ours.observe(("rank",), 0.002),
        lambda: client.observe(0.002),
        lambda: theirs.record(0.002, labels),
    )
    by_tally, by_client, by_sdk = (
        min(timeit.repeat(way, number=n, repeat=5)) / n * 1e6 for way in ways
    )
    provider.shutdown()
    return by_tally, by_client, by_sdk


def report(found: Mapping[str, Sequence[float]], calls: int, counts_us: tuple[float, float]) -> str:
    """The table, and a line on what it rests on."""
    off = np.array(found["off"])
    rows = [["off", f"{np.median(off):,.0f}", "", ""]]
    for state in STATES[1:]:
        more, low, high = more_of(np.array(found[state]) - off)
        share = [f"{value / np.median(off):.1%}" for value in (more, low, high)]
        rows.append(
            [
                state,
                f"{np.median(found[state]):,.0f}",
                f"{more:+,.0f}",
                f"{share[0]} ({share[1]} to {share[2]})",
            ]
        )
    table = markdown(["state", "processor time of a call, µs", "more, µs", "more"], rows)
    ours, client, sdk = counts_us
    return (
        f"{table}\n\nMedians of {len(off)} rounds of {calls} calls in each state. One observation of a histogram:"
        f" {ours:.1f} µs here, {client:.1f} µs by prometheus_client, {sdk:.1f} µs by the SDK of OpenTelemetry."
    )


def more_of(differences: np.ndarray) -> tuple[float, float, float]:
    """The median over rounds (R,), with its 95 % interval."""
    rng = np.random.default_rng(0)
    resampled = rng.choice(differences, (RESAMPLES, len(differences)))
    low, high = np.quantile(np.median(resampled, axis=1), [0.025, 0.975])
    return float(np.median(differences)), float(low), float(high)


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    main()
