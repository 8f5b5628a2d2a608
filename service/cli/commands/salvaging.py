"""`palate log salvage`: what can be read of a damaged log, into a new one."""

from __future__ import annotations

from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json, local
from service.cli.session import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from indexer.log.sql.salvage import Salvaged

log = typer.Typer(no_args_is_help=True, help="Look after the log of a data folder.")


@log.callback()
def _log() -> None: ...


@log.command()
def salvage(
    file: Annotated[
        Path, typer.Argument(callback=local, metavar="FILE", help="The new log, which is made.")
    ],
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Read what can be read of a damaged log into a new one, and say what is lost.

    The folder stays as it is: put the new file in the place of its log.db to go on with it. Exit
    code 1: something is lost.
    """
    from indexer.log.sql.salvage import salvage as salvage_log
    from service.errors import ConfigError
    from service.storage.data_folder import alone, log_file

    settings = settings_of(data, config)
    damaged = log_file(settings)
    if damaged is None:
        raise ConfigError("the log is in PostgreSQL, which has its own tools; restore a backup")
    with alone(settings), output.progress(as_json) as step:
        done = count(1)
        tables = salvage_log(damaged, file, lambda n_rows: step("pages of rows", next(done), None))
    if as_json:
        output.emit([asdict(table) for table in tables])
    else:
        _say(tables, file, damaged)
    return IN_PART if any(table.damaged or table.gaps for table in tables) else DONE


def _say(tables: Sequence[Salvaged], file: Path, damaged: Path) -> None:
    rows = [
        [table.table, f"{table.read:,}", f"{table.damaged:,}", ", ".join(table.gaps)]
        for table in tables
    ]
    output.table(["table", "read", "damaged", "rows that cannot be read"], rows)
    output.say(
        f"to go on with it: stop the server, keep {damaged} elsewhere, move {file} to its place, and "
        "index again what is lost of the items"
    )
