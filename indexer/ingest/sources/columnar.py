"""Rows of Parquet, Arrow and Feather files, and of folders that Hugging Face `datasets` wrote.

A batch of rows is in memory at a time. Numbers that stand for the names of classes in a data set are
those names. Knows nothing of what the fields mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from indexer.errors import CatalogError
from indexer.ingest.sources.source import DATASET_INFO, Row, Rows
from indexer.ingest.sources.stream import Opened, opened, spooled

BATCH = 1_000
_CHECK = "check that it is the right file"


def parquet_rows(given: Opened) -> Rows:
    """The rows of a Parquet file."""
    try:
        with _seekable(given) as file, pq.ParquetFile(file) as parquet:
            yield from _numbered(parquet.iter_batches(batch_size=BATCH))
    except pa.ArrowException as error:
        raise CatalogError(given.name, f"it is not readable Parquet ({error})", _CHECK) from error


def arrow_rows(given: Opened) -> Rows:
    """The rows of an Arrow file or stream; Feather is one."""
    try:
        with _seekable(given) as file:
            yield from _numbered(_arrow_batches(file))
    except pa.ArrowException as error:
        raise CatalogError(given.name, f"it is not readable Arrow ({error})", _CHECK) from error


def dataset_rows(folder: Path) -> Rows:
    """The rows of a folder that `datasets` wrote, in the order of its files."""
    classes = _classes(folder)
    try:
        for number, row in enumerate(_dataset_rows(folder), start=1):
            values = {
                name: _class_name(classes[name], value) if name in classes else value
                for name, value in row.values.items()
            }
            yield Row(number, values)
    except pa.ArrowException as error:
        raise CatalogError(folder, f"it is not a readable data set ({error})", _CHECK) from error


def count_parquet(path: Path) -> int | None:
    """From what its end says; None where it is packed, or damaged."""
    try:
        rows: int = pq.ParquetFile(path).metadata.num_rows
    except (OSError, pa.ArrowException):
        return None
    return rows


def stated_by_parquet(path: Path) -> Mapping[str, str]:
    """What its end says besides, by key; nothing where it cannot be read, which its rows will say."""
    try:
        stated = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException):
        return {}
    return {
        key.decode("utf-8", "replace"): of.decode("utf-8", "replace") for key, of in stated.items()
    }


def _seekable(given: Opened) -> Any:
    if given.path is not None:
        return pa.OSFile(str(given.path))
    return pa.PythonFile(spooled(given.stream))


def _arrow_batches(file: Any) -> Iterator[pa.RecordBatch]:
    if file.read(6) == b"ARROW1":
        file.seek(0)
        reader = pa.ipc.open_file(file)
        yield from (reader.get_batch(place) for place in range(reader.num_record_batches))
    else:
        file.seek(0)
        yield from pa.ipc.open_stream(file)


def _numbered(batches: Iterator[pa.RecordBatch]) -> Rows:
    number = 0
    for batch in batches:
        for start in range(0, len(batch), BATCH):  # a batch of an Arrow file may be all of it
            for values in batch.slice(start, BATCH).to_pylist():
                number += 1
                yield Row(number, values)


def _dataset_rows(folder: Path) -> Iterator[Row]:
    for file in _files(folder):
        with opened(file) as given:
            yield from (row for row in arrow_rows(given) if isinstance(row, Row))


def _files(folder: Path) -> Sequence[Path]:
    state = folder / "state.json"
    try:
        named = json.loads(state.read_text("utf-8"))["_data_files"]
        return [folder / one["filename"] for one in named]
    except (OSError, ValueError, KeyError, TypeError):
        return sorted(folder.glob("*.arrow"))


def _classes(folder: Path) -> Mapping[str, Sequence[str]]:
    """Names of the classes by column."""
    try:
        features = json.loads((folder / DATASET_INFO).read_text("utf-8"))["features"]
        return {
            name: one["names"] for name, one in features.items() if one.get("_type") == "ClassLabel"
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _class_name(names: Sequence[str], value: object) -> object:
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else None
