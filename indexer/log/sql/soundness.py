"""Whether what is in the log's database is what was put there: the database's own structure, and the
checksums of items and events.

An item has the hash of its content, an event a checksum of all its fields; events of before there
were checksums have none, and are not verified. Knows nothing of how damage is mended.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from indexer.errors import StoreError
from indexer.log.sql.database import SqlPart, raw_rows
from indexer.log.sql.schema import events, items

NAMED = 5
"""Problems of one kind that are told one by one; of the rest the number."""
_PAGE = 20_000

EVENT_FIELDS = ("seq", "event_id", "user_id", "item_id", "event_type", "value", "timestamp")
"""What the checksum of an event is of; also of the answer it came from and the position there, where
it has these."""

Check = Callable[[Mapping[str, Any]], bool]
OnRows = Callable[[int], None]
"""Called with the rows that have been verified since the last call."""


def event_checksum(row: Mapping[str, Any]) -> int:
    """Of the fields of an event as they stand in its row: CRC-32, which tells every change of up to
    32 bits in a row."""
    seq, event_id, user_id, item_id, event_type, value, timestamp = (row[f] for f in EVENT_FIELDS)
    plain: tuple[Any, ...] = (
        seq,
        event_id,
        user_id,
        item_id,
        event_type,
        _number(value),
        _number(timestamp),
    )
    if row.get("recommendation_id") is not None or row.get("position") is not None:
        plain += (row.get("recommendation_id"), row.get("position"))
    return zlib.crc32(repr(plain).encode())


def is_sound_event(row: Mapping[str, Any]) -> bool:
    checksum = row.get("checksum")
    return checksum is None or checksum == event_checksum(row)


def is_sound_item(row: Mapping[str, Any]) -> bool:
    """A deleted item has neither content nor hash."""
    if not row["content_hash"] and not row["content"]:
        return True
    digest = hashlib.blake2b(row["content"].encode(), digest_size=16).hexdigest()
    return bool(digest == row["content_hash"])


class SqlSoundness(SqlPart):
    """`Soundness` in SQL."""

    def damage(self, on_rows: OnRows = lambda _: None) -> list[str]:
        try:
            found = self._structure()
        except StoreError as error:
            return [str(error)]
        try:
            found += _told("items whose content is not what was put in", self._bad_items(on_rows))
            found += _told("events that are not as they were recorded", self._bad_events(on_rows))
        except StoreError as error:
            found.append(str(error))
        return found

    def _structure(self) -> list[str]:
        """What SQLite finds; a server looks after itself."""
        if self.database.shared:
            return []
        with self.database.reading() as connection:
            check = connection.exec_driver_sql(f"PRAGMA integrity_check({NAMED})")
            found = [" ".join(str(row[0]).split()) for row in raw_rows(check)]
        return [] if found == ["ok"] else found

    def _bad_items(self, on_rows: OnRows) -> Iterator[str]:
        for row in self._rows(items, items.c.item_index, on_rows):
            if not is_sound_item(row):
                yield repr(row["item_id"])

    def _bad_events(self, on_rows: OnRows) -> Iterator[str]:
        for row in self._rows(events, events.c.seq, on_rows):
            if not is_sound_event(row):
                yield repr(row["event_id"])

    def _rows(
        self, table: sa.Table, key: sa.Column[int], on_rows: OnRows
    ) -> Iterator[Mapping[str, Any]]:
        """All rows in order of the key; no lock is held between two pages."""
        names = [column.name for column in table.c]
        place = names.index(key.name)
        page = select(table).where(key > bindparam("after")).order_by(key).limit(_PAGE)
        after = -1
        while True:
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(page, {"after": after}))
            if not rows:
                return
            yield from (dict(zip(names, row, strict=True)) for row in rows)
            on_rows(len(rows))
            after = rows[-1][place]


def _told(what: str, names: Iterator[str]) -> Sequence[str]:
    first: list[str] = []
    n = 0
    for n, name in enumerate(names, start=1):
        if n <= NAMED:
            first.append(name)
    if not n:
        return []
    more = ", ..." if n > NAMED else ""
    return [f"{n:,} {what}: {', '.join(first)}{more}"]


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
