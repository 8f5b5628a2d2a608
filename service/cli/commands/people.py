"""`palate users`: profiles taken in, and everything that is held about a person given out, deleted, or
made one with another's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.catalog.personalization import Personalization
from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE, FileReport, read_in, take_in, tell
from service.cli.maps import Maps
from service.cli.options import Config, Data, Errors, Files, Json, Map, Query
from service.cli.output import Step
from service.cli.session import (
    Naming,
    answering,
    as_sent,
    open_recommender,
    people_log,
    require_data,
    settings_of,
)

if TYPE_CHECKING:
    from indexer.catalog.profile import Profile
    from indexer.ingest.sources.source import Source
    from service.api.services import Backend

COUNTS = ("stored",)
BATCH = 1_000
Put = Callable[[Sequence["Profile"]], None]

users = typer.Typer(
    help="What is held about people: import, consent, export, delete, merge, sweep.",
    no_args_is_help=True,
)

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

    def all_of(put: Put, naming: Naming) -> int:
        reports = take_in(
            sources,
            COUNTS,
            lambda *of_one: _import(put, naming, maps, *of_one),
            errors=errors,
            as_json=as_json,
        )
        return tell(reports, errors=errors, as_json=as_json)

    if server:
        with answering(data, config, server, quiet=as_json) as backend:
            return all_of(lambda batch: _send(backend, batch), as_sent)
    with people_log(settings_of(data, config)) as (log, naming):
        return all_of(log.put_users, naming)


def _import(
    put: Put, naming: Naming, maps: Maps, source: Source, report: FileReport, step: Step
) -> None:
    """One source."""
    from indexer.ingest.reading import ProfileReading

    people = naming(source)
    source, mapping = maps.of(source, report)
    reading = ProfileReading(source, mapping, report.problems)
    for part in read_in(reading, report, step, BATCH):
        put([replace(one, user_id=people.of(one.user_id)) for _, one in part])
        report.counts["stored"] += len(part)


def _send(backend: Backend, batch: Sequence[Profile]) -> None:
    from service.api.messages import UserProfile

    for profile in batch:
        attributes = {name: str(value) for name, value in profile.attributes.items()}
        backend.put_user(UserProfile(profile.user_id, attributes, profile.taste))
        if profile.consent is not None:
            backend.set_consent(profile.user_id, profile.consent)


@users.command()
def consent(
    user: UserId,
    allowed: Annotated[
        Personalization,
        typer.Argument(
            metavar="CONSENT",
            help="full: all; contextual: what a request brings, and nothing that is stored; "
            "non_profiled: neither.",
        ),
    ],
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Store how much of what is stored about a person may be used."""
    with answering(data, config, server, quiet=as_json) as backend:
        backend.set_consent(user, allowed)
    if as_json:
        output.emit({"user_id": user, "consent": allowed.value})
    elif allowed is Personalization.FULL:
        output.say("what is stored of them may be used")
    else:
        output.say(
            "nothing that is stored of them is used any more, and no events of theirs are kept;"
            " the next `palate train` makes a model without them"
        )
    return DONE


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
    with answering(data, config, server, quiet=True) as backend:
        output.emit(backend.export_user(user).data)
    return DONE


@users.command()
def delete(
    user: UserId,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    retrain: Annotated[
        bool,
        typer.Option(
            "--retrain",
            help="Have the server train without the person soon, where its model has learnt of them.",
        ),
    ] = False,
    as_json: Json = False,
) -> int:
    """Delete everything that is stored about a person."""
    with answering(data, config, server, quiet=as_json) as backend:
        deletion = backend.delete_user(user, retrain=retrain)
    if as_json:
        told = asdict(deletion)
        output.emit({**told.pop("deleted"), **told})
        return DONE
    _say_counts("deleted", deletion.deleted, f"nothing was stored about {user!r}")
    if deletion.retraining:
        output.say("a training without them is in the queue; the server does it next")
    elif deletion.exposed_model_version:
        output.say(
            f"model {deletion.exposed_model_version}, which serves, has learnt of them among others;"
            " the next `palate train` makes one that has not"
        )
    return DONE


@users.command()
def merge(
    guest: Annotated[str, typer.Argument(metavar="GUEST", help="Id of the guest.")],
    user: UserId,
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
    as_json: Json = False,
) -> int:
    """Give a person all that is known of a guest, such as a session before the sign-in, and delete
    the guest."""
    with answering(data, config, server, quiet=as_json) as backend:
        merged = backend.merge_users(guest, user)
    if as_json:
        output.emit(dict(merged))
    else:
        _say_counts("merged", merged, f"nothing was stored about {guest!r}")
    return DONE


@users.command()
def sweep(data: Data = None, config: Config = None, as_json: Json = False) -> int:
    """Delete events that are older than `privacy.retention_days` of the settings; a running server
    does so every hour."""
    settings = settings_of(data, config)
    require_data(settings)
    with closing(open_recommender(settings)) as recommender:
        swept = recommender.sweep_events()
    if as_json:
        output.emit(dict(swept))
    else:
        _say_counts("deleted", swept, "nothing is older than privacy.retention_days keeps it")
    return DONE


def _say_counts(verb: str, counts: Mapping[str, int], nothing: str) -> None:
    if any(counts.values()):
        output.say(f"{verb}: " + ", ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    else:
        output.say(nothing)
