"""Every table of the log as it was at one moment, row by row, and such rows put into a fresh log.

Rows are as the database has them. Knows nothing of what they mean, nor where they are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select

from indexer.log.event_log import Row
from indexer.log.sql.database import SqlPart, chunks
from indexer.log.sql.events import last_seq_of, skip_to
from indexer.log.sql.schema import events, metadata

_ROWS_PER_INSERT = 5_000


class SqlLogSnapshot:
    """A `LogSnapshot`, inside one transaction that only reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.position = last_seq_of(connection)

    @property
    def tables(self) -> Sequence[str]:
        return list(metadata.tables)

    def rows(
        self, table: str, after: Any = None, batch: int = 1000
    ) -> Iterator[Sequence[Mapping[str, Any]]]:
        columns = metadata.tables[table]
        key, *_ = columns.primary_key.columns
        wanted = select(columns).order_by(*columns.primary_key.columns)
        if after is not None:
            wanted = wanted.where(key > after)
        found = self._connection.execution_options(yield_per=batch).execute(wanted)
        for page in found.mappings().partitions():
            yield [dict(row) for row in page]


class SqlSnapshots(SqlPart):
    """`Snapshots` in SQL."""

    @contextmanager
    def snapshot(self) -> Iterator[SqlLogSnapshot]:
        with self.database.reading_at_once() as connection:
            yield SqlLogSnapshot(connection)

    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        into = metadata.tables[table]
        # Also the version of the tables: it is of those that are here.
        insert = self.database.insert(into).on_conflict_do_nothing()
        with self.database.writing() as connection:
            for part in chunks(rows, _ROWS_PER_INSERT):
                connection.execute(insert, [dict(row) for row in part])
            if table == events.name and rows:
                skip_to(self.database, connection, max(row["seq"] for row in rows))
