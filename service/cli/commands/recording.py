"""`palate events`: events into the log, without encoders and vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from service.cli.connection import HERE, Server
from service.cli.files import FileReport, Rows, count_rows, take_in, tell
from service.cli.options import Config, Data, Errors, Files, Json
from service.cli.output import Step
from service.cli.session import answering, event_log, settings_of

if TYPE_CHECKING:
    from indexer.catalog.event import Event
    from indexer.log.event_log import EventLog
    from service.api.messages import EventReport
    from service.config import Settings
    from service.storage.pseudonyms import Pseudonyms

BATCH = 10_000
REMOTE_BATCH = 5_000

T = TypeVar("T")
Record = Callable[[Sequence["Event"]], "EventReport"]


def events(
    files: Files,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    errors: Errors = None,
    as_json: Json = False,
) -> int:
    """Append the events of files; an event that is there already is counted once.

    Unknown items are recorded events of items that are not in the catalogue: they count as soon as
    these are indexed. Unattributed are recorded events whose recommendation_id names no answer that
    they can have come from.
    """
    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            return _all(files, backend.record_events, REMOTE_BATCH, errors, as_json)
    from service.storage.pseudonyms import Pseudonyms

    settings = settings_of(data, config)
    pseudonyms = Pseudonyms.of_settings(settings)
    with event_log(settings) as log:
        pseudonyms.check(log)
        return _all(files, _recorder(log, settings, pseudonyms), BATCH, errors, as_json)


def _all(
    files: Sequence[Path], record: Record, batch: int, errors: Path | None, as_json: bool
) -> int:
    reports = take_in(files, lambda path, step: _one(path, record, batch, step), as_json=as_json)
    return tell(reports, errors=errors, as_json=as_json)


def _one(path: Path, record: Record, batch: int, step: Step) -> FileReport:
    from indexer.catalog.event import Event, RowError, read_events

    counts = {"recorded": 0, "duplicates": 0, "unknown_items": 0, "unattributed": 0}
    report = FileReport(str(path), counts)
    done = 0
    rows, total = Rows(read_events(path)), count_rows(path)
    for part in _batches(rows, batch):
        report.failed += [row for row in part if isinstance(row, RowError)]
        sound = [row for row in part if isinstance(row, Event)]
        if sound:
            answer = record(sound)
            report.counts["recorded"] += answer.recorded
            report.counts["duplicates"] += answer.duplicates
            report.counts["unknown_items"] += answer.unknown_items
            report.counts["unattributed"] += answer.unattributed
        done += len(part)
        step(path.name, done, total)
    report.stopped = rows.stopped
    return report


def _recorder(log: EventLog, settings: Settings, pseudonyms: Pseudonyms) -> Record:
    from service.api.messages import EventReport
    from service.online.online import Online, WrittenAnswers

    known = log.item_indices()
    policy, days = settings.events.policy(), settings.online.attribution_days
    online = Online(log, WrittenAnswers(log), policy, days)

    def record(batch: Sequence[Event]) -> EventReport:
        batch = pseudonyms.of_events(batch)
        added = log.append_events(batch)
        fresh = [event for event, new in zip(batch, added, strict=True) if new]
        unknown = sum(event.item_id not in known for event in fresh)
        return EventReport(
            recorded=len(fresh),
            duplicates=len(batch) - len(fresh),
            unknown_items=unknown,
            unattributed=online.count_unattributed(fresh, known.get),
        )

    return record


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(rows)
    while part := list(islice(iterator, size)):
        yield part
