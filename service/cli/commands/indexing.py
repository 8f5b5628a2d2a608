"""`palate index` and `palate rebuild`: catalogues into the log and the store, without loading a
ranker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE, FileReport, Rows, read_in, take_in, tell
from service.cli.maps import Maps
from service.cli.options import Config, Data, Errors, Files, Json, Map, Query, Workers
from service.cli.output import Step
from service.cli.session import answering, require_data, settings_of

if TYPE_CHECKING:
    from encoders.base import Encoder
    from indexer.catalog.item import Item
    from indexer.indexing.indexer import Indexer
    from indexer.ingest.problems import Problems
    from indexer.ingest.sources.source import Source
    from service.api.services import Backend
    from service.config import Settings
    from service.storage.workspace import Workspace

COUNTS = ("indexed", "skipped", "joined")
"""Joined rows are variants, further pictures or repetitions of an item that another row began."""
PART = 2_560
"""Items after which it is counted what became of them."""
REMOTE_ITEMS = 200
REMOTE_BYTES = 8 * 2**20
"""A call over the wire ends at so many items, or media of so many bytes."""
REMOTE_FILE_BYTES = 10 * 2**20
"""Largest picture or sound that is sent."""


def index(
    files: Files,
    map: Map = "",
    query: Query = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    errors: Errors = None,
    workers: Workers = 0,
    as_json: Json = False,
) -> int:
    """Add or replace the items of files, folders, stdin or a database; what is unchanged is skipped.

    Columns with other names than ours are mapped by --map. What cannot be read of a row is left out
    and told; only a row without an id is lost.
    """
    from indexer.ingest.sources.opening import open_sources

    sources, maps = open_sources(files, query), Maps("items", map, as_json=as_json)
    if server:
        if workers:
            raise typer.BadParameter(
                "--workers is for encoding here; what --server encodes, it encodes with its own."
            )
        with answering(data, config, server, quiet=as_json) as backend:
            reports = take_in(
                sources,
                COUNTS,
                lambda *of_one: _send(backend, maps, *of_one),
                errors=errors,
                as_json=as_json,
            )
        return tell(reports, errors=errors, as_json=as_json)
    from service.cli.times import run_times

    with _workspace(settings_of(data, config), as_json, workers) as workspace:
        indexer = workspace.indexer()
        started = perf_counter()
        with output.progress(as_json) as step:
            workspace.reconcile(
                lambda done, total: step("finishing what an earlier run left", done, total)
            )
        reports = take_in(
            sources,
            COUNTS,
            lambda *of_one: _index(indexer, maps, *of_one),
            errors=errors,
            as_json=as_json,
        )
        if not any(report.interrupted for report in reports):
            workspace.store.optimize()
        rows = sum(report.rows for report in reports)
        times = run_times(_encoders(workspace).values(), rows, perf_counter() - started)
    return tell(reports, errors=errors, as_json=as_json, times=times)


def rebuild(
    data: Data = None,
    config: Config = None,
    workers: Workers = 0,
    as_json: Json = False,
) -> int:
    """Make the vector store anew from the log, with the encoders that are configured now."""
    settings = settings_of(data, config)
    require_data(settings)
    with (
        _workspace(settings, as_json, workers, anew=True) as workspace,
        output.progress(as_json) as step,
    ):
        report = workspace.indexer().rebuild(lambda done, total: step("encoding", done, total))
        workspace.store.optimize()
        encoders = {name: encoder.name for name, encoder in _encoders(workspace).items()}
    if as_json:
        output.emit(
            {"indexed": report.indexed, "warnings": len(report.warnings), "encoders": encoders}
        )
    else:
        output.table(
            ["items", "without a file of theirs", "encoders"],
            [[report.indexed, len(report.warnings), ", ".join(encoders.values())]],
            right=["items", "without a file of theirs"],
        )
    return DONE


def _encoders(workspace: Workspace) -> dict[str, Encoder]:
    """By modality."""
    media = {name: one.encoder for name, one in workspace.modalities.items()}
    return {"text": workspace.text_encoder, **media}


@contextmanager
def _workspace(
    settings: Settings, quiet: bool, workers: int, *, anew: bool = False
) -> Iterator[Workspace]:
    with output.waiting("loading encoders", quiet):
        from encoders.networks.network import use_cores
        from service.storage.workspace import Workspace

        use_cores(workers)
        if anew:
            _check_log(settings)
        workspace = Workspace.open(settings, anew=anew)
    try:
        yield workspace
    finally:
        workspace.close()


def _check_log(settings: Settings) -> None:
    """Before vectors are thrown away, whatever they are to be made from again must be readable."""
    from indexer.log.opening import open_event_log

    with open_event_log(settings.log_url) as log:
        log.count_items()


def _index(indexer: Indexer, maps: Maps, source: Source, report: FileReport, step: Step) -> None:
    """One source into the data folder here."""
    from indexer.catalog.rows import RowError
    from indexer.ingest.reading import ItemReading

    source, mapping = maps.of(source, report)
    reading = ItemReading(source, mapping, report.problems)
    total = source.count()
    for part in read_in(reading, report, step, PART):
        lines = [line for line, _ in part]
        before = reading.rows - len(part)
        found = indexer.index_items(
            [item for _, item in part],
            root=source.root,
            on_progress=lambda done, _, before=before: step(source.name, before + done, total),  # type: ignore[misc]
        )
        report.counts["indexed"] += found.indexed
        report.counts["skipped"] += found.skipped
        report.counts["joined"] = reading.joined
        for row in found.warnings:
            report.problems.warn_row(RowError(lines[row.line - 1], row.item_id, row.reason))
    report.counts["joined"] = reading.joined


def _send(backend: Backend, maps: Maps, source: Source, report: FileReport, step: Step) -> None:
    """One source through a server, with the pictures and sounds that lie beside it."""
    from indexer.catalog.rows import RowError
    from indexer.ingest.reading import ItemReading

    source, mapping = maps.of(source, report)
    reading = ItemReading(source, mapping, report.problems)
    rows, total = Rows(reading), source.count()
    batch: list[tuple[int, Item]] = []
    size = 0

    def flush() -> None:
        nonlocal size
        if batch:
            answer = backend.index_items([item for _, item in batch], {})
            lines = [line for line, _ in batch]
            report.counts["indexed"] += answer.indexed
            report.counts["skipped"] += answer.skipped
            for row in answer.failed:
                report.problems.lose_row(RowError(lines[row.line - 1], row.item_id, row.reason))
            for row in answer.warnings:
                report.problems.warn_row(RowError(lines[row.line - 1], row.item_id, row.reason))
        batch.clear()
        size = 0

    for line, row in rows:
        item = _with_files(row, source.root, line, report.problems)
        size += sum(len(name) for names in item.media.values() for name in names)
        batch.append((line, item))
        if len(batch) >= REMOTE_ITEMS or size >= REMOTE_BYTES:
            flush()
            step(source.name, reading.rows, total)
    flush()
    step(source.name, reading.rows, total)
    report.counts["joined"] = reading.joined
    report.stopped = rows.stopped


def _with_files(item: Item, root: Path, line: int, problems: Problems) -> Item:
    """The item with its pictures and sounds themselves in place of paths, which mean nothing to the
    server."""
    from encoders.errors import MediaError
    from indexer.catalog.rows import RowError

    for modality, paths in item.media.items():
        names = []
        for name in paths:
            try:
                names.append(_portable(name, root))
            except MediaError as error:
                why = f"indexed without {name!r}: {error}"
                problems.warn_row(RowError(line, item.item_id, why))
        item = item.with_perceived(modality, names)
    return item


def _portable(name: str, root: Path) -> str:
    from base64 import b64encode

    from encoders.errors import MediaError
    from indexer.media.folder import admitted, is_inline, is_url

    if is_url(name) or is_inline(name):
        return name
    path = Path(admitted(name, root))
    try:
        if path.stat().st_size > REMOTE_FILE_BYTES:
            raise MediaError(name, f"is over {REMOTE_FILE_BYTES:,} bytes", "give a smaller one")
        return f"data:;base64,{b64encode(path.read_bytes()).decode()}"
    except OSError as error:
        raise MediaError(name, f"cannot be read ({error.strerror})", "check the path") from None
