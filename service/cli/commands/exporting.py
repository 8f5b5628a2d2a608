"""`palate export`: what is kept, as Parquet, for whoever works with it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json, local
from service.cli.session import event_log, require_data, settings_of

if TYPE_CHECKING:
    import pyarrow as pa

    from indexer.export.tables import Batches
    from indexer.log.event_log import EventLog
    from service.config import Settings
    from service.storage.workspace import Workspace


class What(StrEnum):
    """What there is to export."""

    ITEMS = "items"
    EVENTS = "events"
    USERS = "users"
    VECTORS = "vectors"


def export(
    what: Annotated[
        What, typer.Argument(help="Items, events, profiles, or a vector of each item.")
    ],
    file: Annotated[
        Path,
        typer.Argument(callback=local, metavar="FILE", help="Parquet; what is there is replaced."),
    ],
    vector: Annotated[
        str,
        typer.Option(
            "--vector",
            metavar="NAME",
            help="Which vectors; by default those of the model that serves.",
        ),
    ] = "",
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Write what is kept to a Parquet file, which `index`, `events` and `users import` take back.

    People are called in it what they are called in the data folder: by pseudonyms, where it has them.

    It needs the data folder to itself; beside a server, export from what `palate restore` makes of a
    backup.
    """
    if vector and what is not What.VECTORS:
        raise typer.BadParameter("--vector is for vectors.")
    settings = settings_of(data, config)
    require_data(settings)
    with _opened(what, settings, vector, as_json) as (schema, batches):
        rows = _write(file, schema, batches, what, as_json)
    if as_json:
        output.emit({"file": str(file), "rows": rows})
    else:
        output.say(f"{file}: {rows:,} rows")
    return DONE


@contextmanager
def _opened(
    what: What, settings: Settings, vector: str, quiet: bool
) -> Iterator[tuple[pa.Schema, Batches]]:
    from encoders.errors import PackageMissing

    try:
        from indexer.export import tables
    except ModuleNotFoundError as error:
        raise PackageMissing("Exporting", error.name or "pyarrow", "parquet") from error
    if what is What.VECTORS:
        with output.waiting("loading encoders", quiet):
            from service.storage.workspace import Workspace

            workspace = Workspace.open(settings)
        try:
            name = _vector_name(workspace, vector)
            dim = workspace.store.vector_names()[name]
            yield tables.vectors_schema(dim), tables.vector_batches(workspace.store, name)
        finally:
            workspace.close()
        return
    with event_log(settings) as log:
        if what is What.ITEMS:
            yield tables.items_schema(), tables.item_batches(log)
        elif what is What.EVENTS:
            yield _of_people(tables.EVENTS, log), tables.event_batches(log)
        else:
            yield _of_people(tables.USERS, log), tables.user_batches(log)


def _of_people(schema: pa.Schema, log: EventLog) -> pa.Schema:
    """The same, and in the file it says where people in it have pseudonyms."""
    from service.storage.pseudonyms import STATED, mark_of

    mark = mark_of(log)
    if not mark:
        return schema
    output.remark(
        "people in it have pseudonyms, as in the data folder; read again from this file they keep them,"
        " and from what else is made of it they would get others"
    )
    return schema.with_metadata({STATED: mark})


def _vector_name(workspace: Workspace, wanted: str) -> str:
    from service.models.serving_model import VECTORS_OF_MODELS

    names = workspace.store.vector_names()
    active = workspace.log.active_model()
    name = wanted or ("" if active is None else f"{VECTORS_OF_MODELS}{active.version}")
    if name not in names:
        lacking = f"there is no vector {name!r}" if name else "no model is trained"
        raise typer.BadParameter(f"{lacking}; there are {', '.join(names)}, by --vector.")
    return name


def _write(file: Path, schema: pa.Schema, batches: Batches, what: What, quiet: bool) -> int:
    """All of it in the place of what was there, or nothing; returns the rows."""
    import pyarrow.parquet as pq

    from encoders.durable import sync

    draft, rows = file.with_name(f"{file.name}.new"), 0
    try:
        with output.progress(quiet) as step, pq.ParquetWriter(draft, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += len(batch)
                step(what.value, rows, None)
        sync(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return rows
