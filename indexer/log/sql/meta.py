"""Small values by key, in the table `meta`: for callers, and for the log's other parts, which read
and write them inside their own transactions. Keys that were released are never renamed."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from indexer.log.sql.database import Database, SqlPart
from indexer.log.sql.schema import meta

_VALUE = select(meta.c.value).where(meta.c.key == bindparam("key"))


class SqlSmallValues(SqlPart):
    """`SmallValues` in SQL."""

    def meta_get(self, key: str) -> str | None:
        with self.database.reading() as connection:
            return get_value(connection, key)

    def meta_set(self, key: str, value: str) -> None:
        with self.database.writing() as connection:
            put_value(self.database, connection, key, value)


def get_value(connection: Connection, key: str) -> str | None:
    """The value of a key, if there is one."""
    return connection.execute(_VALUE, {"key": key}).scalar_one_or_none()


def put_value(database: Database, connection: Connection, key: str, value: str) -> None:
    """Replace the value of a key."""
    database.upsert(connection, meta, {"key": key}, {"value": value})
