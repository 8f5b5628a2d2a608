"""The dashboard on recorded traffic: every panel's query answered by Prometheus, and a picture of it.

    python -m benchmarks.dashboard [--write]

A server on the small world of the tests is asked for this and that, some of it wrong, in minutes that
pass as fast as it answers: after each quarter of a minute of that time its metrics are recorded.
`promtool` makes them Prometheus's own, Prometheus (both from Debian's package `prometheus`) answers the
queries of `deploy/grafana/palate.json`, and matplotlib draws what it answered. Durations and processor
time are what they were; per second of the time that passed, they are too busy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import grpc
from PIL import Image
from prometheus_client.openmetrics.exposition import generate_latest

from palate.v1 import (
    catalog_pb2,
    event_pb2,
    explain_pb2,
    explain_pb2_grpc,
    index_pb2,
    index_pb2_grpc,
    recommend_pb2,
    recommend_pb2_grpc,
)
from service.operations.switching import Switching
from service.ranker.candidates import SourceFailed
from service.telemetry import metrics as m
from service.telemetry.call import Call
from service.telemetry.measurements import Measurements
from service.telemetry.metrics import Reading
from service.telemetry.telemetry import Telemetry
from tests.service import world
from tests.service.standin import Running, running

ROOT = Path(__file__).resolve().parents[1]
DASHBOARD = ROOT / "deploy/grafana/palate.json"
PICTURE = ROOT / "docs/dashboard.png"
STEP_S = 15
STEPS = 60
WINDOW = "1m"
"""What Grafana puts in the place of `$__rate_interval`."""
EVERYBODY = ".*"
"""What it puts in the place of `$tenant` where all are chosen."""
TENANTS = ("shop_de", "shop_fr")
COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Target:
    """One query of a panel."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of the dashboard."""

    title: str
    unit: str
    targets: Sequence[Target]


@dataclass(frozen=True, slots=True)
class Line:
    """One series that a query gave."""

    name: str
    times: Sequence[float]
    values: Sequence[float]


def panels(path: Path = DASHBOARD) -> list[Panel]:
    """Those that draw something, in order."""
    drawn = [one for one in json.loads(path.read_text())["panels"] if one["type"] != "row"]
    return [
        Panel(
            one["title"],
            one["fieldConfig"]["defaults"]["unit"],
            [
                Target(_filled_in(target["expr"]), target["legendFormat"])
                for target in one["targets"]
            ],
        )
        for one in drawn
    ]


def _filled_in(expr: str) -> str:
    return expr.replace("$__rate_interval", WINDOW).replace("$tenant", EVERYBODY)


class OfTenants(Telemetry):
    """Tells of calls as if they were for catalogues in turn: the world is one."""

    def __init__(self, measurements: Measurements) -> None:
        super().__init__(measurements)
        self._turns = cycle(TENANTS)
        opened = [Reading(m.TENANTS_OPEN, len(TENANTS)), Reading(m.TENANTS_OPENED, len(TENANTS))]
        measurements.watch("tenants", lambda: opened)

    def ended(
        self, call: Call, status: str, reason: str, seconds: float, recommendation_id: str = ""
    ) -> None:
        """See `Telemetry.ended`."""
        call.tenant = next(self._turns)
        super().ended(call, status, reason, seconds, recommendation_id)


class Failing:
    """A candidate source of somebody else's that fails now and then."""

    name, space = "their_source", ""

    def propose(self, query: object, allowed: object, n: int) -> Any:
        raise SourceFailed(self.name)


async def record(
    folder: Path, steps: int = STEPS, busiest: int = 30, drift_of: int = 100
) -> tuple[str, float]:
    """Metrics of a server under traffic in the format OpenMetrics, and the time of the first."""
    measurements = Measurements(drift_of, max_tenants=len(TENANTS))
    telemetry = OfTenants(measurements)
    recommender = world.filled(folder, telemetry=telemetry)
    recommender.train(force=True)
    backend = Switching(recommender)
    began, chance = float(int(time.time())), random.Random(0)
    samples: dict[str, list[str]] = {}
    async with running(backend, telemetry=telemetry, max_waiting=busiest - 1) as server:
        for step in range(steps):
            broken = 0.5 < step / steps < 0.6
            recommender.ranking.sources.plugged = (Failing(),) if broken else ()
            wave = (1 - math.cos(2 * math.pi * step / steps)) / 2
            await _traffic(server, chance, 4 + int(busiest * wave), step)
            _note(samples, generate_latest(measurements.registry).decode(), began + step * STEP_S)
    return "\n".join(line for lines in samples.values() for line in lines) + "\n# EOF\n", began


async def _traffic(server: Running, chance: random.Random, n: int, step: int) -> None:
    """So many recommendations, some explained; an item, events, and a mistake now and then."""
    recommending = recommend_pb2_grpc.RecommendServiceStub(server.channel)
    explaining = explain_pb2_grpc.ExplainServiceStub(server.channel)
    indexing = index_pb2_grpc.IndexServiceStub(server.channel)
    request = recommend_pb2.RecommendRequest
    users = [f"u{chance.randrange(40)}" for _ in range(n)]
    answers = await asyncio.gather(
        *(recommending.Recommend(request(user_id=user, k=10)) for user in users),
        return_exceptions=True,  # at the busiest, more come than may wait
    )
    for answer in [one for one in answers if not isinstance(one, BaseException)][:3]:
        best = answer.results[0].item.item_id
        asked = {"item_id": best, "recommendation_id": answer.recommendation_id}
        await explaining.Explain(explain_pb2.ExplainRequest(**asked))
    await recommending.SearchItems(recommend_pb2.SearchItemsRequest(text=f"rocket {step % 7}"))
    events = [
        event_pb2.Event(user_id=user, item_id=f"i{chance.randrange(40)}", event_type="watch")
        for user in users[:4]
    ]
    await indexing.RecordEvents(index_pb2.RecordEventsRequest(events=events))
    item = catalog_pb2.Item(item_id=f"new{step}", title=f"Comet {step}", domain="films")
    await indexing.IndexItems(index_pb2.IndexItemsRequest(items=[item]))
    with suppress(grpc.aio.AioRpcError):
        if chance.random() < 0.5:
            await recommending.Recommend(request(filter="price <"))
        else:
            await indexing.GetItem(index_pb2.GetItemRequest(item_id="nowhere"))


def _note(samples: dict[str, list[str]], page: str, at: float) -> None:
    """Add a page's samples with their time below the families that they belong to."""
    family = ""
    for line in page.splitlines():
        if line.startswith("# EOF"):
            return
        if line.startswith("#"):
            family = line.split()[2]
            heads = samples.setdefault(family, [])
            if line not in heads:
                heads.append(line)
        else:
            samples[family].append(f"{line} {at}")


@contextmanager
def prometheus(recorded: str) -> Iterator[str]:
    """The address of a Prometheus that knows what was recorded."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "recorded.om").write_text(recorded, encoding="utf-8")
        (folder / "prometheus.yml").write_text("{}\n", encoding="utf-8")
        blocks = ["tsdb", "create-blocks-from", "openmetrics", "recorded.om", "data"]
        subprocess.run(["promtool", *blocks], cwd=folder, check=True, capture_output=True)
        address = f"127.0.0.1:{_free_port()}"
        process = subprocess.Popen(
            [
                "prometheus",
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address={address}",
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        stack.enter_context(process)
        stack.callback(process.terminate)
        assert process.stderr is not None
        for line in process.stderr:
            if "ready to receive web requests" in line:
                break
        else:
            raise RuntimeError("prometheus ended before it was ready")
        # Else it stops where nobody reads what it says.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address


def query(address: str, target: Target, began: float, steps: int = STEPS) -> list[Line]:
    """What Prometheus answers, over all that was recorded."""
    asked = {
        "query": target.expr,
        "start": began,
        "end": began + (steps - 1) * STEP_S,
        "step": STEP_S,
    }
    url = f"http://{address}/api/v1/query_range?{urllib.parse.urlencode(asked)}"
    with urllib.request.urlopen(url, timeout=30) as page:
        found = json.load(page)["data"]["result"]
    return [_line(target, series) for series in found]


def _line(target: Target, series: Mapping[str, Any]) -> Line:
    name = target.legend
    for label, value in series["metric"].items():
        name = name.replace(f"{{{{{label}}}}}", value.rpartition("/")[2])
    points = [(at, float(value)) for at, value in series["values"]]
    points = [(at, value) for at, value in points if math.isfinite(value)]
    return Line(name, [at for at, _ in points], [value for _, value in points])


def draw(drawn: Sequence[tuple[Panel, Sequence[Line]]], began: float, path: Path) -> None:
    """The panels in a grid."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    rows = math.ceil(len(drawn) / COLUMNS)
    figure, axes = pyplot.subplots(rows, COLUMNS, figsize=(14, 2.4 * rows), squeeze=False)
    for axis in axes.flat[len(drawn) :]:
        axis.axis("off")
    for axis, (panel, lines) in zip(axes.flat, drawn, strict=False):
        for line in lines:
            axis.plot([(at - began) / 60 for at in line.times], line.values, label=line.name, lw=1)
        axis.set_title(f"{panel.title} [{panel.unit}]", fontsize=7)
        axis.tick_params(labelsize=6)
        highest = max((max(line.values, default=0.0) for line in lines), default=0.0)
        axis.set_ylim(0, 1.5 * highest or 1)  # room for the legend
        axis.legend(fontsize=5.5, loc="upper left", ncols=4, frameon=False)
    figure.supxlabel("minutes", fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
    with Image.open(path) as picture:
        few_colours = picture.convert("RGB").quantize(48)
    few_colours.save(path, optimize=True)


def available() -> bool:
    """Whether Prometheus is installed here."""
    return all(shutil.which(program) for program in ("prometheus", "promtool"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help=f"into {PICTURE.name}")
    asked = parser.parse_args()
    if not available():
        sys.exit("prometheus and promtool are not installed (Debian: apt-get install prometheus)")
    logging.getLogger("service").addHandler(logging.NullHandler())  # some of it is wrong on purpose
    with tempfile.TemporaryDirectory() as folder:
        recorded, began = asyncio.run(record(Path(folder) / "world"))
    with prometheus(recorded) as address:
        drawn = [
            (panel, [line for one in panel.targets for line in query(address, one, began)])
            for panel in panels()
        ]
    for panel, lines in drawn:
        print(f"{panel.title}: {len(lines)} series")
    if asked.write:
        draw(drawn, began, PICTURE)


if __name__ == "__main__":
    main()
