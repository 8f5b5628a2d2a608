"""`palate events`: events into the log, without encoders and vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from service.cli.connection import HERE, Server
from service.cli.files import FileReport, read_in, take_in, tell
from service.cli.maps import Maps
from service.cli.options import Config, Data, Errors, Files, Json, Map, Query
from service.cli.output import Step
from service.cli.session import Naming, answering, as_sent, people_log, settings_of

if TYPE_CHECKING:
    from indexer.catalog.event import Event
    from indexer.ingest.sources.source import Source
    from indexer.log.event_log import EventLog
    from service.api.messages import EventReport
    from service.config import Settings

BATCH = 10_000
REMOTE_BATCH = 5_000

COUNTS = ("recorded", "duplicates", "unknown_items", "unattributed", "withheld")

Record = Callable[[Sequence["Event"]], "EventReport"]


def events(
    files: Files,
    map: Map = "",
    query: Query = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    errors: Errors = None,
    as_json: Json = False,
) -> int:
    """Append the events of files, folders, stdin or a database; one that is there already is counted
    once.

    Unknown items are recorded events of items that are not in the catalogue: they count as soon as
    these are indexed. Unattributed are recorded events whose recommendation_id names no answer that
    they can have come from. Withheld are events of people whose consent does not let them be kept.
    """
    from indexer.ingest.sources.opening import open_sources

    sources, maps = open_sources(files, query), Maps("events", map, as_json=as_json)

    def all_of(record: Record, batch: int, naming: Naming) -> int:
        reports = take_in(
            sources,
            COUNTS,
            lambda *of_one: _record(record, batch, naming, maps, *of_one),
            errors=errors,
            as_json=as_json,
        )
        return tell(reports, errors=errors, as_json=as_json)

    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            return all_of(backend.record_events, REMOTE_BATCH, as_sent)
    settings = settings_of(data, config)
    with people_log(settings) as (log, naming):
        return all_of(_recorder(log, settings), BATCH, naming)


def _record(
    record: Record,
    batch: int,
    naming: Naming,
    maps: Maps,
    source: Source,
    report: FileReport,
    step: Step,
) -> None:
    """One source."""
    from indexer.ingest.reading import EventReading

    people = naming(source)
    source, mapping = maps.of(source, report)
    reading = EventReading(source, mapping, report.problems)
    for part in read_in(reading, report, step, batch):
        answer = record(people.of_events([event for _, event in part]))
        report.counts["recorded"] += answer.recorded
        report.counts["duplicates"] += answer.duplicates
        report.counts["unknown_items"] += answer.unknown_items
        report.counts["unattributed"] += answer.unattributed
        report.counts["withheld"] += answer.withheld


def _recorder(log: EventLog, settings: Settings) -> Record:
    from service.api.messages import EventReport
    from service.online.online import Online, WrittenAnswers
    from service.storage.consents import allowed

    known = log.item_indices()
    policy, days = settings.events.policy(), settings.online.attribution_days
    online = Online(log, WrittenAnswers(log), policy, days)

    def record(batch: Sequence[Event]) -> EventReport:
        n_told, batch = len(batch), allowed(log, batch)
        added = log.append_events(batch)
        fresh = [event for event, new in zip(batch, added, strict=True) if new]
        unknown = sum(event.item_id not in known for event in fresh)
        return EventReport(
            recorded=len(fresh),
            duplicates=len(batch) - len(fresh),
            unknown_items=unknown,
            unattributed=online.count_unattributed(fresh, known.get),
            withheld=n_told - len(batch),
        )

    return record
