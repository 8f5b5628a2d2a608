"""`palate users`: everything that is held about a person, given out, deleted, or made one with
another's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.session import answering, open_recommender, require_data, settings_of

users = typer.Typer(
    help="What is held about a person: export, delete, merge, sweep.", no_args_is_help=True
)

UserId = Annotated[str, typer.Argument(metavar="USER", help="Id of the person.")]


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
