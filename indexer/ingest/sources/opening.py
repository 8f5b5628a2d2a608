"""From what a command is told to sources: files of any format, folders, stdin, databases.

Formats are told by the first bytes, then by the name. Knows nothing of what rows mean.
"""

from __future__ import annotations

import lzma
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from indexer.errors import CatalogError
from indexer.ingest.sources.delimited import delimited_rows
from indexer.ingest.sources.encoding import encoding_of
from indexer.ingest.sources.json_rows import json_rows
from indexer.ingest.sources.query import is_database, query_rows, without_password
from indexer.ingest.sources.source import DATASET_INFO, Rows, Source
from indexer.ingest.sources.stream import Opened, is_packed, opened, without_arrow
from indexer.ingest.sources.workbook import SUFFIXES, workbook_rows

STDIN = "-"
Reader = Callable[[Opened], Rows]


def parquet_rows(given: Opened) -> Rows:
    """The rows of a Parquet file."""
    yield from _columnar(given.name).parquet_rows(given)


def arrow_rows(given: Opened) -> Rows:
    """The rows of an Arrow file or stream; Feather is one."""
    yield from _columnar(given.name).arrow_rows(given)


def _columnar(name: str) -> ModuleType:
    """What reads columns; CatalogError where its library is not installed."""
    try:
        from indexer.ingest.sources import columnar
    except ModuleNotFoundError as error:
        raise without_arrow(name, error) from error
    return columnar


PACKED = (".gz", ".zst", ".bz2", ".xz")
_BY_SUFFIX: dict[str, Reader] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".dat", ".data"), delimited_rows),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), json_rows),
    **dict.fromkeys((".parquet", ".pq"), parquet_rows),
    **dict.fromkeys((".arrow", ".feather", ".ipc"), arrow_rows),
    **dict.fromkeys(SUFFIXES, workbook_rows),
}
_BY_MAGIC: dict[bytes, Reader] = {
    b"PAR1": parquet_rows,
    b"ARROW1": arrow_rows,
    b"\xff\xff\xff\xff": arrow_rows,
    b"PK\x03\x04": workbook_rows,
    b"\xd0\xcf\x11\xe0": workbook_rows,
}
_START_BYTES = 1_000
"""Of a text, to tell JSON from cells and from what is no text."""
_BY_LINE = (delimited_rows, json_rows)
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]+)://", re.IGNORECASE)
_FORMATS = "CSV, TSV, JSON, JSON Lines, Parquet, Arrow, Excel; .gz or .zst of them"


def open_sources(names: Sequence[str], query: str = "") -> list[Source]:
    """What each name stands for, in order; CatalogError for one that is nothing with rows."""
    return [source for name in names for source in _sources(name, query)]


def file_source(path: Path) -> Source:
    """One file, which need not be there before it is opened."""
    return Source(
        str(path),
        lambda: _guarded(str(path), lambda: _file_rows(path)),
        lambda: _count(path),
        root=path.resolve().parent,
        path=path,
        changed_at=_changed_at(path),
        stated=lambda: _stated(path),
        unit=_unit(path),
    )


def _sources(name: str, query: str) -> Iterator[Source]:
    if name == STDIN:
        yield Source("stdin", lambda: _guarded("stdin", lambda: _file_rows(None)), unit="line")
        return
    scheme = _SCHEME.match(name)
    if scheme and scheme[1].lower() == "file":
        name, scheme = name[len(scheme[0]) :], None
    if scheme:
        yield _database(name, scheme[1], query)
        return
    if query:
        why = "--query is asked of a database"
        raise CatalogError(name, why, "name one by its URL, like postgresql://host/shop")
    path = Path(name)
    if not path.is_dir():
        yield file_source(path)
    else:
        yield from _folder(path)


def _database(url: str, scheme: str, query: str) -> Source:
    if not is_database(url):
        why = f"{scheme}:// addresses are not read"
        todo = (
            "fetch it first, e.g. with `curl -LO URL`, or pipe it in: `curl -L URL | palate ... -`"
        )
        raise CatalogError(without_password(url), why, todo)
    name = without_password(url)
    if not query:
        todo = 'add --query "SELECT ..." or --query TABLE'
        raise CatalogError(name, "it is not said what to read from this database", todo)
    return Source(name, lambda: _guarded(name, lambda: query_rows(url, query)))


def _folder(folder: Path) -> Iterator[Source]:
    datasets = [one for one in (folder, *sorted(folder.iterdir())) if _is_dataset(one)]
    for one in datasets:
        yield Source(
            str(one),
            lambda one=one: _guarded(str(one), lambda: _columnar(str(one)).dataset_rows(one)),  # type: ignore[misc]
            root=one.resolve(),
            path=one,
            changed_at=_changed_at(one),
        )
    if datasets:
        return
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and _suffix(path) in _BY_SUFFIX and not path.name.startswith(".")
    )
    if not files:
        raise CatalogError(
            folder, "there is no file of rows in this folder", f"read are {_FORMATS}"
        )
    yield from map(file_source, files)


def _is_dataset(folder: Path) -> bool:
    """Whether `datasets` wrote it with `save_to_disk`, or keeps it in its cache."""
    return (folder / DATASET_INFO).is_file() and any(folder.glob("*.arrow"))


def _guarded(name: str, read: Callable[[], Rows]) -> Rows:
    """The same rows; what stops them is a CatalogError, and so is that there are none."""
    empty = True
    try:
        for row in read():
            empty = False
            yield row
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        todo = "check that it is complete and readable"
        raise CatalogError(name, f"it cannot be read ({error})", todo) from error
    if empty:
        todo = "check that it is the right file"
        raise CatalogError(name, "it is empty: there is no row in it", todo)


def _file_rows(path: Path | None) -> Rows:
    if path is not None and not path.exists():
        raise CatalogError(path, "there is no such file", "check the path")
    with opened(path) as given:
        yield from _reader_of(path, given)(given)


def _reader_of(path: Path | None, given: Opened) -> Reader:
    named = None if path is None else _BY_SUFFIX.get(_suffix(path))
    return _by_magic(given.head) or named or _text_reader(given)


def _by_magic(head: bytes) -> Reader | None:
    return next((read for magic, read in _BY_MAGIC.items() if head.startswith(magic)), None)


def _text_reader(given: Opened) -> Reader:
    """Of what no suffix tells: JSON, or cells where it is a text at all."""
    start = given.head[:_START_BYTES]
    if start.decode(encoding_of(start), "replace").lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return json_rows
    if b"\0" in start and given.head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise CatalogError(given.name, "its format is not known", f"give {_FORMATS}")
    return delimited_rows


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKED else suffix


def _unit(path: Path) -> str:
    """By the name; a .json file holds a list, or else an object a line, which is its row as well."""
    by_line = _BY_SUFFIX.get(_suffix(path), delimited_rows) in _BY_LINE
    return "line" if by_line and _suffix(path) != ".json" else "row"


def _changed_at(path: Path) -> float:
    try:
        return min(path.stat().st_mtime, time.time())
    except OSError:
        return time.time()


def _stated(path: Path) -> Mapping[str, str]:
    try:
        if not path.is_file():  # a pipe can be read once
            return {}
        with path.open("rb") as stream:
            magic = stream.read(8)
    except OSError:  # reading it says why
        return {}
    if _by_magic(magic) is not parquet_rows:
        return {}
    stated: Mapping[str, str] = _columnar(str(path)).stated_by_parquet(path)
    return stated


def _count(path: Path) -> int | None:
    try:
        if not path.is_file() or is_packed(path):  # a pipe can be read once
            return None
        reader = _BY_SUFFIX.get(_suffix(path))
        if reader is parquet_rows:
            rows: int | None = _columnar(str(path)).count_parquet(path)
            return rows
        if reader not in _BY_LINE or _suffix(path) == ".json":
            return None
        with path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    except (OSError, CatalogError):  # the reader says what is not installed
        return None
