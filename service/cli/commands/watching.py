"""`palate top`: a running server at a glance, from the page of its metrics."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import connection
from service.cli.files import DONE
from service.cli.options import Json, local
from service.cli.session import settings_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from service.cli.metrics_page import Calls, Page, Vitals

DEFAULT_METRICS = "127.0.0.1:9464"


def top(
    metrics: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="The page to read; else that of server.metrics, else http://127.0.0.1:9464/metrics.",
            show_default=False,
        ),
    ] = "",
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.2, help="Between two looks.")
    ] = 2.0,
    once: Annotated[
        bool, typer.Option("--once", help="Look once: what went on since the server began.")
    ] = False,
    key_file: Annotated[
        Path | None,
        typer.Option(
            callback=local,
            metavar="FILE",
            help="The key is in this file, where the page asks for one. Else $PALATE_CLIENT_KEY_FILE.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Show what a server does: calls, errors, how long they take, by tenant where there are any; queues,
    model, failing sources.

    Reads the metrics that `server.metrics` turns on. Ctrl-C ends it; with --json it is one object
    for each look.
    """
    from service.cli.metrics_page import read, vitals

    url = metrics or f"http://{settings_of(None, None).server.metrics or DEFAULT_METRICS}/metrics"
    key = connection(url, key_file=key_file).key
    if once or not (as_json or sys.stdout.isatty()):
        seen = vitals(None, read(url, key))
        if as_json:
            output.emit(asdict(seen))
        else:
            output.show(_drawn(seen))
        return DONE
    try:
        if as_json:
            for seen in _looks(read(url, key), url, key, every):
                output.emit(asdict(seen), indent=None)
        else:
            output.keep_showing(_drawn(seen) for seen in _looks(read(url, key), url, key, every))
    except KeyboardInterrupt:
        pass
    return DONE


def _looks(first: Page, url: str, key: str, every_s: float) -> Iterator[Vitals]:
    """Since the server began, and then since the look before."""
    from service.cli.metrics_page import read, vitals

    before = first
    yield vitals(None, first)
    while True:
        time.sleep(every_s)
        now = read(url, key)
        yield vitals(before, now)
        before = now


def _drawn(seen: Vitals) -> RenderableType:
    from rich.console import Group

    numbers = ["calls/s", "errors/s", "p50 ms", "p99 ms"]
    queues = [[one.name, one.pending, one.capacity, one.shed_per_s] for one in seen.queues]
    tenants = [output.table_of(["tenant", *numbers], _calls(seen.tenants), right=numbers)]
    return Group(
        output.grid_of(_facts(seen)),
        output.table_of(["method", *numbers], _calls(seen.methods), right=numbers),
        *(tenants if seen.tenants else ()),
        output.table_of(
            ["queue", "pending", "of", "shed/s"], queues, right=["pending", "of", "shed/s"]
        ),
    )


def _calls(of: Sequence[Calls]) -> list[list[object]]:
    return [
        [
            one.name,
            one.calls_per_s,
            one.errors_per_s,
            _or_nothing(one.p50_ms),
            _or_nothing(one.p99_ms),
        ]
        for one in of
    ]


def _facts(seen: Vitals) -> list[list[str]]:
    age = "" if seen.model_age_s is None else f", trained {_span(seen.model_age_s)} ago"
    facts = {
        "state": "serving" if seen.serving else "not serving",
        "over": _span(seen.over_s),
        "model": f"{seen.model or 'not loaded'}{age}",
        "degraded": ""
        if seen.degraded_share is None
        else f"{seen.degraded_share:.0%} of the answers",
        "failing sources": ", ".join(seen.failing_sources),
        "errors": ", ".join(f"{why} {n:.3f}/s" for why, n in seen.reasons_per_s.items()),
        "popularity": f"{seen.events_behind:,} events behind" if seen.events_behind else "",
        "score drift": "" if seen.drift is None else f"{seen.drift:.2f}",
        "items": f"{seen.items:,}",
        "memory": f"{seen.memory_bytes / 2**20:,.0f} MiB",
    }
    return [[name, fact] for name, fact in facts.items() if fact]


def _or_nothing(value: float | None) -> object:
    return "" if value is None else value


def _span(seconds: float) -> str:
    """A length of time in the unit that suits it."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
