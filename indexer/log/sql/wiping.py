"""No byte of what was deleted is left in the file of a log: neither in its write-ahead log, nor where
rows were moved (`indexer.log.sql.residue`).

What has to be wiped is remembered by the process alone, since it is ids. That there is something to wipe
is in the log; after a kill the file is written anew. A server looks after its own files. Knows nothing
of what was deleted.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from indexer.log.sql.database import Database, SqlPart
from indexer.log.sql.meta import get_value, put_value
from indexer.log.sql.residue import is_left
from indexer.log.sql.schema import meta

_TO_WIPE = "erasure_to_wipe"
_UNKNOWN = b""
"""Stands for what a process has deleted that was killed before it had wiped the file."""


class SqlWiping(SqlPart):
    """`Wiping` in SQL."""

    def to_wipe(self) -> bool:
        with self.database.reading() as connection:
            return get_value(connection, _TO_WIPE) is not None

    def wipe(self) -> bool:
        file = self.database.file
        if file is None or not self.to_wipe():
            return True
        with self.database.writing():
            deleted = self.database.deleted or {_UNKNOWN}
            wiping = frozenset(deleted)
        if not self.database.empty_wal():
            return False
        if _UNKNOWN in wiping or is_left(file, wiping):
            self.database.write_anew()
            if not self.database.empty_wal():
                return False
        with self.database.writing() as connection:
            self.database.deleted -= wiping
            if not self.database.deleted:
                connection.execute(meta.delete().where(meta.c.key == _TO_WIPE))
            return not self.database.deleted


def remember_deleted(database: Database, connection: Connection, ids: Iterable[str]) -> None:
    """In the transaction that deletes them: the file has to be wiped of these."""
    if database.file is None:
        return
    if not database.deleted and get_value(connection, _TO_WIPE) is not None:
        database.deleted.add(_UNKNOWN)
    database.deleted.update(one.encode() for one in ids)
    put_value(database, connection, _TO_WIPE, "1")
