"""`palate users`: profiles taken in, and everything that is held about a person given out or deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE, FileReport, Rows, batched, take_in, tell
from service.cli.maps import Maps
from service.cli.options import Config, Data, Errors, Files, Json, Map, Query
from service.cli.output import Step
from service.cli.session import answering, event_log, require_data, settings_of

if TYPE_CHECKING:
    from indexer.catalog.profile import Profile
    from indexer.ingest.sources.source import Source
    from service.api.services import Backend

COUNTS = ("stored",)
AGAIN = "profiles that are in are replaced by the same."
BATCH = 1_000
Put = Callable[[Sequence["Profile"]], None]

users = typer.Typer(help="What is held about people: import, export, delete.", no_args_is_help=True)

UserId = Annotated[str, typer.Argument(metavar="USER", help="Id of the person.")]


@users.command("import")
def import_(
    files: Files,
    map: Map = "",
    query: Query = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    errors: Errors = None,
    as_json: Json = False,
) -> int:
    """Store what files, folders, stdin or a database say of people; it replaces what was stored of
    them, and touches no events."""
    from indexer.ingest.sources.opening import open_sources

    sources, maps = open_sources(files, query), Maps("users", map, as_json=as_json)

    def all_of(put: Put) -> int:
        reports = take_in(
            sources,
            COUNTS,
            lambda *of_one: _import(put, maps, *of_one),
            errors=errors,
            as_json=as_json,
        )
        return tell(reports, again=AGAIN, errors=errors, as_json=as_json)

    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            return all_of(lambda batch: _send(backend, batch))
    with event_log(settings_of(data, config)) as log:
        return all_of(log.put_users)


def _import(put: Put, maps: Maps, source: Source, report: FileReport, step: Step) -> None:
    """One source."""
    from indexer.ingest.reading import ProfileReading

    source, mapping = maps.of(source, report)
    reading = ProfileReading(source, mapping, report.problems)
    rows, total = Rows(reading), source.count()
    for part in batched(rows, BATCH):
        put([profile for _, profile in part])
        report.counts["stored"] += len(part)
        step(source.name, reading.rows, total)
    report.stopped = rows.stopped


def _send(backend: Backend, batch: Sequence[Profile]) -> None:
    from service.api.messages import UserProfile

    for profile in batch:
        attributes = {name: str(value) for name, value in profile.attributes.items()}
        backend.put_user(UserProfile(profile.user_id, attributes, profile.taste))


@users.command()
def export(
    user: UserId,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Always JSON; the option is taken for uniformity.")
    ] = True,
) -> int:
    """Everything that is stored about a person, as JSON."""
    if server:
        with answering(data, config, server, quiet=True) as backend:
            output.emit(backend.export_user(user))
        return DONE
    settings = settings_of(data, config)
    require_data(settings)
    with event_log(settings) as log:
        output.emit(log.export_user(user))
    return DONE


@users.command()
def delete(
    user: UserId,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Delete everything that is stored about a person."""
    with answering(data, config, server, quiet=as_json) as backend:
        counts = backend.delete_user(user)
    if as_json:
        output.emit(dict(counts))
    elif any(counts.values()):
        output.say("deleted: " + ", ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    else:
        output.say(f"nothing was stored about {user!r}")
    return DONE
