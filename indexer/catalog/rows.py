"""Rows of a file, whatever its format: JSON Lines, CSV (both also gzipped) or Parquet.

A row is a mapping with the line it stands on. A row that cannot be parsed is a `RowError` and the
reading goes on; a file that cannot be read, or no further, is a `CatalogError`. One row (Parquet:
one batch) is in memory at a time. Knows nothing of what the fields mean.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from indexer.errors import CatalogError

MAX_LINE_BYTES = 16 * 2**20
PARQUET_BATCH = 1_000
_CHECK = "check that it is the right file"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file, not validated."""

    line: int
    """From 1; in CSV the header is line 1; in Parquet the row's number from 1."""
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that was not used, and why."""

    line: int
    """The line in the file, from 1; for a row that came in a request, its position from 1."""
    item_id: str | None
    """The row's item_id, if it had a readable one."""
    reason: str


def read_rows(
    path: str | os.PathLike[str], *, known: Sequence[str], required: Sequence[str]
) -> Iterator[Row | RowError]:
    """The rows of a file, by its suffix. A header, where there is one, is checked against `known`
    and `required`."""
    file = Path(path)
    suffix = Path(file.stem).suffix.lower() if file.suffix.lower() == ".gz" else file.suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        raise CatalogError(
            file, f"unknown format {suffix or 'without suffix'!r}", f"use {', '.join(_READERS)}"
        )
    if not file.is_file():
        raise CatalogError(file, "there is no such file", "check the path")
    empty = True
    try:
        for row in reader(file, known, required):
            empty = False
            yield row
    except (OSError, EOFError, zlib.error) as error:
        raise CatalogError(
            file, f"it cannot be read ({error})", "check that it is complete and readable"
        ) from error
    if empty:
        raise CatalogError(file, "it is empty: there is no row in it", _CHECK)


def _json_rows(
    file: Path, known: Sequence[str], required: Sequence[str]
) -> Iterator[Row | RowError]:
    first = True
    for line, text in _lines(file):
        if text is None:
            yield RowError(line, None, f"the line is longer than {MAX_LINE_BYTES:,} bytes")
            continue
        if not text.strip():
            continue
        if first and text.lstrip().startswith("["):
            raise CatalogError(
                file,
                "it holds a JSON array",
                "write one object a line (JSON Lines), e.g. with `jq -c '.[]'`",
            )
        first = False
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield RowError(line, None, f"the line is not JSON ({error})")
            continue
        if isinstance(values, dict):
            yield Row(line, values)
        else:
            yield RowError(line, None, "the line is JSON, but not an object with fields")


def _csv_rows(
    file: Path, known: Sequence[str], required: Sequence[str]
) -> Iterator[Row | RowError]:
    csv.field_size_limit(
        MAX_LINE_BYTES
    )  # process-wide, but only ever raised; the default refuses long descriptions
    too_long: list[int] = []

    def texts() -> Iterator[str]:
        for line, text in _lines(file):
            if text is None:
                too_long.append(line)
            yield text or ""

    reader = csv.reader(texts(), strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowError(line, None, f"the line is not CSV ({error})")
            continue
        if too_long:
            yield RowError(
                too_long.pop(), None, f"the line is longer than {MAX_LINE_BYTES:,} bytes"
            )
        elif not cells:
            continue
        elif header is None:
            header = [name.strip() for name in cells]
            _check_header(file, header, known, required)
        elif len(cells) != len(header):
            yield RowError(
                line, None, f"the row has {len(cells)} cells, the header has {len(header)}"
            )
        else:
            yield Row(line, {name: cell for name, cell in zip(header, cells, strict=True) if cell})


def _parquet_rows(
    file: Path, known: Sequence[str], required: Sequence[str]
) -> Iterator[Row | RowError]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        todo = "pip install 'palate[parquet]', or write it as JSON Lines or CSV"
        raise CatalogError(file, f"{error.name}, which reads it, is not installed", todo) from error
    try:
        with pq.ParquetFile(file) as parquet:
            _check_header(file, parquet.schema_arrow.names, known, required)
            line = 0
            for batch in parquet.iter_batches(batch_size=PARQUET_BATCH):
                for values in batch.to_pylist():
                    line += 1
                    yield Row(line, values)
    except pa.ArrowException as error:
        raise CatalogError(file, f"it is not readable Parquet ({error})", _CHECK) from error


def _lines(file: Path) -> Iterator[tuple[int, str | None]]:
    """Numbered lines, decoded; None for a line that is too long to be held."""
    with _open(file) as stream:
        offset = line = 0
        while raw := stream.readline(MAX_LINE_BYTES):
            line += 1
            start = offset
            offset += len(raw)
            if len(raw) == MAX_LINE_BYTES and not raw.endswith(b"\n"):
                while raw := stream.readline(MAX_LINE_BYTES):
                    offset += len(raw)
                    if raw.endswith(b"\n"):
                        break
                yield line, None
                continue
            try:
                text = raw.decode()
            except UnicodeDecodeError as error:
                raise CatalogError(
                    file,
                    f"it is not UTF-8: byte 0x{raw[error.start]:02x} at offset {start + error.start} in line {line}",
                    "save it as UTF-8, e.g. with `iconv -f ENCODING -t UTF-8`",
                ) from None
            yield line, text.removeprefix("\ufeff") if line == 1 else text


def _open(file: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file)) if file.suffix.lower() == ".gz" else file.open("rb")


def _check_header(
    file: Path, names: Sequence[str], known: Sequence[str], required: Sequence[str]
) -> None:
    if missing := [name for name in required if name not in names]:
        raise CatalogError(
            file, f"it has no column {missing[0]!r} (it has {', '.join(names)})", "add or rename it"
        )
    if unknown := [name for name in names if name not in known]:
        raise CatalogError(
            file,
            f"unknown column {unknown[0]!r}",
            f"known are {', '.join(known)}; rename or drop it",
        )
    if len(set(names)) < len(names):
        raise CatalogError(
            file, f"a column appears twice in {', '.join(names)}", "keep one of them"
        )


_READERS: dict[str, Callable[[Path, Sequence[str], Sequence[str]], Iterator[Row | RowError]]] = {
    ".jsonl": _json_rows,
    ".ndjson": _json_rows,
    ".json": _json_rows,
    ".csv": _csv_rows,
    ".parquet": _parquet_rows,
}
