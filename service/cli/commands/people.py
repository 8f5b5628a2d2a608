"""`palate users`: everything that is held about a person, given out or deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.session import answering, event_log, require_data, settings_of

users = typer.Typer(help="What is held about a person: export, delete.", no_args_is_help=True)

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
