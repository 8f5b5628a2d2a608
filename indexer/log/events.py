"""The events of the log: appended once each, read by user or as columns.

`seq` grows with every event and is never given twice, so a reader may go on where it stopped. An
event may name an item that is not in the catalogue (yet): it is kept, and read with item_index -1
until the item is there. Knows nothing of what event types mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, false, select

from indexer.catalog.event import Event
from indexer.log.database import LogDatabase, chunks, raw_rows
from indexer.log.schema import events, items, meta, users

UNKNOWN_ITEM = -1
_LAST_SEQ = "last_event_seq"
_ROWS_PER_INSERT = 20_000

_COLUMNS = (
    events.c.seq,
    events.c.user_id,
    events.c.item_id,
    events.c.event_type,
    events.c.value,
    events.c.timestamp,
    events.c.event_id,
)
_OF_USER = (
    select(*_COLUMNS)
    .where(events.c.user_id == bindparam("user"))
    .order_by(events.c.timestamp.desc(), events.c.seq.desc())
)
_LATEST_OF_USER = _OF_USER.limit(bindparam("size"))
_PAGE = (
    select(
        events.c.seq,
        events.c.user_id,
        sa.func.coalesce(items.c.item_index, UNKNOWN_ITEM),
        events.c.event_type,
        events.c.value,
        events.c.timestamp,
    )
    .select_from(
        events.outerjoin(
            items, (items.c.item_id == events.c.item_id) & (items.c.deleted == false())
        )
    )
    .where(events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("size"))
)
_KNOWN_USERS = sa.union(select(events.c.user_id).distinct(), select(users.c.user_id)).subquery()
_USERS_PAGE = (
    sa.union(
        select(events.c.user_id).distinct().where(events.c.user_id > bindparam("after")),
        select(users.c.user_id).where(users.c.user_id > bindparam("after")),
    )
    .order_by("user_id")
    .limit(bindparam("size"))
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its place in the log; its `event_id` is always set."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events as columns of one length, in `seq` order."""

    seq: NDArray[np.int64]
    user_id: NDArray[np.object_]
    """Strings."""
    item_index: NDArray[np.int64]
    """-1 where the item is not in the catalogue."""
    event_type: NDArray[np.object_]
    """Strings."""
    value: NDArray[np.float64]
    """NaN where there is none."""
    timestamp: NDArray[np.float64]
    """Unix seconds."""

    def __len__(self) -> int:
        return len(self.seq)


class EventTable(LogDatabase):
    """What users did, in the order in which we were told."""

    def append_events(self, batch: Sequence[Event]) -> list[bool]:
        """Add events in one transaction; False for one whose event_id is there already (or twice in
        the batch)."""
        if not batch:
            return []
        with self.writing() as connection:
            first = _last_seq(connection) + 1
            insert = self.insert(events).on_conflict_do_nothing(index_elements=["event_id"])
            rows: list[dict[str, Any]] = [
                {
                    "seq": seq,
                    "event_id": event.identity(),
                    "user_id": event.user_id,
                    "item_id": event.item_id,
                    "event_type": event.event_type,
                    "value": event.value,
                    "timestamp": event.timestamp,
                }
                for seq, event in enumerate(batch, start=first)
            ]
            for part in chunks(rows, _ROWS_PER_INSERT):
                connection.execute(insert, list(part))
            self._put_meta(connection, _LAST_SEQ, str(first + len(batch) - 1))
            # Which of them went in: the numbers from `first` on that exist now.
            added = set(
                connection.execute(select(events.c.seq).where(events.c.seq >= first)).scalars()
            )
        return [first + offset in added for offset in range(len(batch))]

    def delete_events(self, user_id: str, event_ids: Iterable[str] | None = None) -> int:
        """Delete the user's events of these ids, or all of them; returns how many there were."""
        with self.writing() as connection:
            if event_ids is None:
                return _delete_all(connection, user_id)
            wanted = list(dict.fromkeys(event_ids))
            of_user = events.delete().where(events.c.user_id == user_id)
            return sum(
                connection.execute(of_user.where(events.c.event_id.in_(p))).rowcount
                for p in chunks(wanted)
            )

    def user_events(self, user_id: str, limit: int | None = None) -> list[StoredEvent]:
        """The user's events, oldest first by (timestamp, seq); with `limit`, the latest so many."""
        with self.reading() as connection:
            if limit is None:
                result = connection.execute(_OF_USER, {"user": user_id})
            else:
                result = connection.execute(_LATEST_OF_USER, {"user": user_id, "size": limit})
            rows = raw_rows(result)
        rows.reverse()
        return [StoredEvent(row[0], Event(*row[1:])) for row in rows]

    def read_events(self, after_seq: int = 0, batch: int = 50_000) -> Iterator[EventBatch]:
        """All events after `after_seq` in columns, `batch` at a time; holds no lock in between."""
        while True:
            with self.reading() as connection:
                rows = raw_rows(connection.execute(_PAGE, {"after": after_seq, "size": batch}))
            if not rows:
                return
            page = _columns(rows)
            yield page
            after_seq = int(page.seq[-1])

    def count_events(self) -> int:
        with self.reading() as connection:
            return connection.execute(select(sa.func.count()).select_from(events)).scalar_one()

    def last_seq(self) -> int:
        """The highest number given so far; 0 before the first event."""
        with self.reading() as connection:
            return _last_seq(connection)

    def users_count(self) -> int:
        """Users with an event or a profile."""
        with self.reading() as connection:
            return connection.execute(
                select(sa.func.count()).select_from(_KNOWN_USERS)
            ).scalar_one()

    def iter_user_ids(self, batch: int = 10_000) -> Iterator[str]:
        """Users with an event or a profile, in the database's order of text."""
        after = ""
        while True:
            with self.reading() as connection:
                page = list(
                    connection.execute(_USERS_PAGE, {"after": after, "size": batch}).scalars()
                )
            if not page:
                return
            yield from page
            after = page[-1]


def _last_seq(connection: Connection) -> int:
    found = connection.execute(
        select(meta.c.value).where(meta.c.key == _LAST_SEQ)
    ).scalar_one_or_none()
    return int(found) if found is not None else 0


def _delete_all(connection: Connection, user_id: str) -> int:
    return connection.execute(events.delete().where(events.c.user_id == user_id)).rowcount


def _columns(rows: Sequence[tuple[Any, ...]]) -> EventBatch:
    seq, user_id, item_index, event_type, value, timestamp = zip(*rows, strict=True)
    return EventBatch(
        seq=np.array(seq, dtype=np.int64),
        user_id=np.array(user_id, dtype=object),
        item_index=np.array(item_index, dtype=np.int64),
        event_type=np.array(event_type, dtype=object),
        value=np.array(value, dtype=np.float64),  # None becomes NaN
        timestamp=np.array(timestamp, dtype=np.float64),
    )
