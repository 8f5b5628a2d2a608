"""Reading what can be read out of a damaged SQLite log, into a new one.

Rows are read in order of their number. Where a page is broken, the next number from which rows can
be read again is looked for. What is read is put in only where it is what was written, as far as
checksums tell. Knows nothing of what the rows are for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table

from indexer.errors import Damaged, InvalidInput
from indexer.log.sql.database import Database
from indexer.log.sql.events import keep_last_seq
from indexer.log.sql.schema import VERSION_KEY, events, impressions, items, metadata
from indexer.log.sql.soundness import is_sound_event, is_sound_item

_PAGE = 500
_LAST_ROWID = 2**62
_BYTES = "context"
"""The one column that is no text."""
_JSON = {"attributes", "metrics", "said"}
"""Columns that hold JSON."""
Row = Mapping[str, Any]
OnRows = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What became of the rows of one table."""

    table: str
    read: int
    damaged: int
    """Could be read, and were not what was written."""
    gaps: Sequence[str]
    """Numbers of rows that could not be read, as `first..last`; whether there were rows of all these
    numbers is not known. The last one is open where nothing could be read after it."""


def salvage(damaged: Path, into: Path, on_rows: OnRows = lambda _: None) -> list[Salvaged]:
    """Make a new log of what can be read in a file that no process has open; a table each.

    InvalidInput where `into` is there already, Damaged where not even its tables are known.
    """
    if into.exists():
        raise InvalidInput("FILE", str(into), "it is there already; name a file that is not")
    into.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(_opened(damaged)) as source,
        closing(Database.open(f"sqlite:///{into.absolute()}")) as new,
    ):
        tables = [_copied(source, new, table, on_rows) for table in metadata.sorted_tables]
        with new.writing() as connection:
            keep_last_seq(new, connection)
    return tables


def _opened(file: Path) -> sqlite3.Connection:
    """To be read as bytes: a text may be none any more."""
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        connection.text_factory = bytes
        (n_tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not n_tables:
            raise sqlite3.DatabaseError("it holds no tables")
    except sqlite3.Error as error:
        why = "not even the list of its tables can be read, so restore a backup"
        raise Damaged(file, str(error), why) from error
    return connection


def _copied(source: sqlite3.Connection, new: Database, table: Table, on_rows: OnRows) -> Salvaged:
    names = [name for name in _columns(source, table.name) if name in table.c]
    reading = _Reading(source, table.name, names, [])
    n_read = n_damaged = 0
    for page in reading.pages():
        decoded = [row for row in map(_decoded, page) if row is not None]
        n_put = _put(new, table, [row for row in decoded if _is_sound(table, row)])
        n_read += n_put
        n_damaged += len(page) - n_put
        on_rows(len(page))
    return Salvaged(table.name, n_read, n_damaged, reading.gaps)


@dataclass(slots=True)
class _Reading:
    """One table, from its first row to the last."""

    source: sqlite3.Connection
    table: str
    columns: Sequence[str]
    gaps: list[str]

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        after = -1
        while self.columns and after < _LAST_ROWID:
            rows = self._rows(after, _PAGE)
            if rows is None:
                rows = self._one_by_one(after)
            if not rows:
                next_after = self._after_gap(after)
                if next_after is None:
                    return
                after = next_after
                continue
            after = rows[-1][0]
            yield [dict(zip(self.columns, row[1:], strict=True)) for row in rows]

    def _rows(self, after: int, size: int) -> list[tuple[Any, ...]] | None:
        """At most `size` rows that come after a number; None where that cannot be read."""
        wanted = ", ".join(f'"{name}"' for name in self.columns)
        query = f'SELECT rowid, {wanted} FROM "{self.table}" WHERE rowid > ? ORDER BY rowid LIMIT ?'
        try:
            return self.source.execute(query, (after, size)).fetchall()
        except sqlite3.Error:
            return None

    def _one_by_one(self, after: int) -> list[tuple[Any, ...]]:
        """Up to the one that cannot be read."""
        rows: list[tuple[Any, ...]] = []
        while len(rows) < _PAGE and (one := self._rows(after, 1)):
            rows += one
            after = one[0][0]
        return rows

    def _after_gap(self, after: int) -> int | None:
        """The number after which rows can be read again; None at the end, or where there is no such
        number."""
        if self._rows(after, 1) is not None:
            return None  # there are no more
        broken, step = after, 1
        while self._rows(after + step, 1) is None:
            broken, step = after + step, 2 * step
            if step > _LAST_ROWID:
                self.gaps.append(f"{after + 1}..")
                return None
        sound = after + step
        while sound - broken > 1:
            between = (broken + sound) // 2
            if self._rows(between, 1) is None:
                broken = between
            else:
                sound = between
        self.gaps.append(f"{after + 1}..{sound}")
        return sound


def _columns(source: sqlite3.Connection, table: str) -> list[str]:
    """Empty where the table is not there, as in a log of before there was it."""
    return [row[1].decode() for row in source.execute(f'PRAGMA table_info("{table}")')]


def _decoded(row: Row) -> dict[str, Any] | None:
    """With texts in the place of bytes; None where one is none."""
    try:
        return {
            name: value.decode() if isinstance(value, bytes) and name != _BYTES else value
            for name, value in row.items()
        }
    except UnicodeDecodeError:
        return None


def _is_sound(table: Table, row: Row) -> bool:
    """As far as that can be told of a row alone."""
    try:
        if table is items:
            return is_sound_item(row)
        if table is events:
            return is_sound_event(row)
        if table is impressions:
            json.loads(row["content"])
        for name in _JSON & row.keys():
            json.loads(row[name])
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _put(new: Database, table: Table, rows: Sequence[Row]) -> int:
    """How many of them went in: not those whose key another one has, or that lack what a row has to
    have. What the new log says of itself stays."""
    if not rows:
        return 0
    kept = [row for row in rows if row.get("key") != VERSION_KEY]
    names = ", ".join(f'"{name}"' for name in rows[0])
    places = ", ".join("?" * len(rows[0]))
    statement = f'INSERT OR IGNORE INTO "{table.name}" ({names}) VALUES ({places})'
    with new.writing() as connection:
        before = _changes(connection)
        if kept:
            connection.exec_driver_sql(statement, [tuple(row.values()) for row in kept])
        return _changes(connection) - before + len(rows) - len(kept)


def _changes(connection: Connection) -> int:
    """Rows that the connection has put in so far."""
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())
