"""`palate export`: what is kept, as Parquet, for whoever works with it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.files import DONE, IN_PART
from service.cli.options import Config, Data, Json, local
from service.cli.session import event_log, require_data, settings_of

if TYPE_CHECKING:
    import pyarrow as pa

    from indexer.export.media import MediaExport
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
    media: Annotated[
        bool,
        typer.Option(
            help="Whether pictures and sounds of items that are files are copied beside it, into a folder."
        ),
    ] = True,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Write what is kept to a Parquet file, which `index`, `events` and `users import` take back.

    Pictures and sounds of items lie beside it then, in FILE's folder `<name>.media`, and `index` finds them
    there, also for a server; those on the web stay addresses.

    People are called in it what they are called in the data folder: by pseudonyms, where it has them.

    It needs the data folder to itself; beside a server, export from what `palate restore` makes of a
    backup.
    """
    if vector and what is not What.VECTORS:
        raise typer.BadParameter("--vector is for vectors.")
    settings = settings_of(data, config)
    require_data(settings)
    perceived = _media_export(file, settings, media)
    with _opened(what, settings, vector, perceived, as_json) as (schema, batches):
        rows = _write(file, schema, batches, what, as_json)
    counts = _counts(perceived)
    if as_json:
        told = {"media": counts} if what is What.ITEMS else {}
        output.emit({"file": str(file), "rows": rows, **told})
    else:
        output.say(f"{file}: {rows:,} rows")
        for line in _told(counts):
            output.remark(line)
    return IN_PART if any("missing" in of_kind for of_kind in counts.values()) else DONE


def _media_export(file: Path, settings: Settings, copies: bool) -> MediaExport:
    from indexer.export.media import MediaExport
    from indexer.media.folder import MediaFolder
    from service.storage.data_folder import MEDIA_FOLDER

    return MediaExport(file, MediaFolder(settings.data / MEDIA_FOLDER), copies=copies)


def _counts(exported: MediaExport) -> dict[str, dict[str, int]]:
    """What became of them, by their kind."""
    from encoders.modality import media_types

    counts: dict[str, dict[str, int]] = {}
    for (modality, became), n in exported.counts.items():
        counts.setdefault(media_types()[modality].plural, {})[became] = n
    return counts


def _told(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """What became of pictures and sounds, and what to do about those that are not there."""
    from indexer.export.media import Became

    for plural, of_kind in counts.items():
        yield f"{plural}: " + ", ".join(f"{n:,} {became}" for became, n in of_kind.items())
        if Became.MISSING in of_kind:
            yield f"{plural} that are missing are not where their items say, or were removed: index them again"
        if Became.LEFT_OUT in of_kind:
            yield f"{plural} that are left out are copied without --no-media"


@contextmanager
def _opened(
    what: What, settings: Settings, vector: str, media: MediaExport, quiet: bool
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
            yield tables.items_schema(), tables.item_batches(log, media.of)
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
