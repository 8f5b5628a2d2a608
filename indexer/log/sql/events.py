"""Events in SQL: appended once each, read by user or as columns. Knows nothing of what event types
mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, false, select

from indexer.catalog.clock import latest_plausible, settled
from indexer.catalog.event import Event
from indexer.catalog.rating_habits import RatingCounts
from indexer.log.event_log import UNKNOWN_ITEM, EventBatch, StoredEvent
from indexer.log.sql.consents import restricted_of
from indexer.log.sql.database import Database, SqlPart, chunks, raw_rows
from indexer.log.sql.meta import get_value, put_value
from indexer.log.sql.schema import RESTRICTED, events, items, users
from indexer.log.sql.soundness import event_checksum
from indexer.log.sql.wiping import remember_deleted

_LAST_SEQ = "last_event_seq"
_ROWS_PER_INSERT = 20_000
_ROWS_PER_DELETE = 5_000

_RECORDED = select(
    events.c.seq,
    events.c.user_id,
    events.c.item_id,
    events.c.event_type,
    events.c.value,
    events.c.timestamp,
    events.c.event_id,
    sa.func.coalesce(events.c.recommendation_id, sa.literal_column("''")),
    events.c.position,
).where(events.c.user_id == bindparam("user"))
_OF_USER = _RECORDED.order_by(events.c.timestamp.desc(), events.c.seq.desc())
_IN_ORDER = _RECORDED.where(events.c.seq > bindparam("after")).order_by(events.c.seq)
_LATEST_OF_USER = _OF_USER.limit(bindparam("size"))
_OF_TYPES = events.c.event_type.not_in(bindparam("but", expanding=True))
_RESTRICTED_USERS = select(users.c.user_id).where(RESTRICTED)
_MAY_BE_USED = events.c.user_id.not_in(_RESTRICTED_USERS)
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
    .where(events.c.seq > bindparam("after"), _MAY_BE_USED)
    .order_by(events.c.seq)
    .limit(bindparam("size"))
)
_IS_RATED = sa.and_(
    events.c.event_type == bindparam("type"), events.c.value.is_not(None), _MAY_BE_USED
)
_BY_VALUE = select(events.c.value, sa.func.count()).where(_IS_RATED).group_by(events.c.value)
_BY_PERSON = (
    select(sa.func.count(), sa.func.sum(events.c.value)).where(_IS_RATED).group_by(events.c.user_id)
)
_COUNT = select(sa.func.count()).select_from(events)
_COUNT_OF_RESTRICTED = _COUNT.where(events.c.user_id.in_(_RESTRICTED_USERS))
_COUNT_AHEAD = _COUNT.where(_MAY_BE_USED, events.c.timestamp > bindparam("latest"))
_SEQ_FROM = select(events.c.seq).where(events.c.seq >= bindparam("first"))


class SqlEvents(SqlPart):
    """`EventRecords` in SQL."""

    def append_events(self, batch: Sequence[Event]) -> list[bool]:
        if not batch:
            return []
        insert = self.database.insert(events).on_conflict_do_nothing(index_elements=["event_id"])
        with self.database.writing() as connection:
            first = last_seq_of(connection) + 1
            rows = [_row(seq, event) for seq, event in enumerate(batch, start=first)]
            for part in chunks(rows, _ROWS_PER_INSERT):
                connection.execute(insert, list(part))
            last = first + len(batch) - 1
            put_value(self.database, connection, _LAST_SEQ, str(last))
            # Which of them went in: the numbers from `first` on that exist now.
            added = set(connection.execute(_SEQ_FROM, {"first": first}).scalars())
        return [seq in added for seq in range(first, last + 1)]

    def delete_events(self, user_id: str, event_ids: Iterable[str] | None = None) -> int:
        of_user = events.delete().where(events.c.user_id == user_id)
        with self.database.writing() as connection:
            if event_ids is None:
                event_ids = event_ids_of(connection, user_id)
            deleted = 0
            for part in chunks(list(dict.fromkeys(event_ids))):
                remember_deleted(self.database, connection, [user_id, *part])
                deleted += connection.execute(of_user.where(events.c.event_id.in_(part))).rowcount
        self.database.empty_wal()
        return deleted

    def recorded_events(
        self, user_id: str, after_seq: int = 0, limit: int | None = None
    ) -> list[StoredEvent]:
        wanted = _IN_ORDER.limit(limit)
        with self.database.reading() as connection:
            rows = raw_rows(connection.execute(wanted, {"user": user_id, "after": after_seq}))
        return [StoredEvent(row[0], Event(*row[1:])) for row in rows]

    def delete_events_before(self, event_type: str, before: float) -> int:
        old = (events.c.event_type == event_type) & (events.c.timestamp < before)
        some = select(events.c.seq).where(old).limit(_ROWS_PER_DELETE)
        deleted = 0
        while True:
            with self.database.writing() as connection:
                n = connection.execute(events.delete().where(events.c.seq.in_(some))).rowcount
            deleted += n
            if n < _ROWS_PER_DELETE:
                break
        if deleted:
            self.database.empty_wal()
        return deleted

    def user_events(
        self, user_id: str, limit: int | None = None, *, but: Collection[str] = ()
    ) -> list[StoredEvent]:
        with self.database.reading() as connection:
            if restricted_of(connection, [user_id]):
                return []
            stored = events_of(connection, user_id, limit, but=but)
        latest = latest_plausible()
        if not stored or stored[-1].event.timestamp <= latest:
            return stored
        return _in_plausible_order(stored, latest)

    def read_events(self, after_seq: int = 0, batch: int = 50_000) -> Iterator[EventBatch]:
        latest, newest = latest_plausible(), -np.inf
        while True:
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(_PAGE, {"after": after_seq, "size": batch}))
            if not rows:
                return
            page = _columns(rows)
            page = replace(page, timestamp=settled(page.timestamp, latest, newest))
            newest = max(newest, page.timestamp.max())
            yield page
            after_seq = int(page.seq[-1])

    def count_events(self, after_seq: int = 0) -> int:
        counts = [_COUNT, _COUNT_OF_RESTRICTED]
        if after_seq:
            counts = [one.where(events.c.seq > after_seq) for one in counts]
        # Of all less of a few: to ask of every event whose it is takes nine times as long.
        everybody, restricted = (one.scalar_subquery() for one in counts)
        with self.database.reading() as connection:
            return int(connection.execute(select(everybody - restricted)).scalar_one())

    def count_ahead(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(_COUNT_AHEAD, {"latest": latest_plausible()}).scalar_one()

    def count_ratings(self, event_type: str) -> RatingCounts:
        asked = {"type": event_type}
        with self.database.reading() as connection:
            by_value = raw_rows(connection.execute(_BY_VALUE, asked))
            # Going from person to person takes ten times as long, also where nobody rates.
            by_person = raw_rows(connection.execute(_BY_PERSON, asked)) if by_value else []
        return RatingCounts(dict(by_value), tuple(by_person))

    def last_seq(self) -> int:
        with self.database.reading() as connection:
            return last_seq_of(connection)


def event_ids_of(connection: Connection, user_id: str) -> list[str]:
    """Of all the user's events."""
    found = select(events.c.event_id).where(events.c.user_id == user_id)
    return list(connection.execute(found).scalars())


def events_of(
    connection: Connection,
    user_id: str,
    limit: int | None = None,
    *,
    but: Collection[str] = (),
) -> list[StoredEvent]:
    """The user's events, oldest first by (timestamp, seq); with `limit`, the latest so many; without
    those of the types `but`."""
    wanted, values = _OF_USER, dict[str, Any](user=user_id)
    if limit is not None:
        wanted, values = _LATEST_OF_USER, values | {"size": limit}
    if but:
        wanted, values = wanted.where(_OF_TYPES), values | {"but": list(but)}
    rows = raw_rows(connection.execute(wanted, values))
    rows.reverse()
    return [StoredEvent(row[0], Event(*row[1:])) for row in rows]


def _in_plausible_order(stored: list[StoredEvent], latest: float) -> list[StoredEvent]:
    """Those that lie ahead of the clock at the place where they were recorded."""
    recorded = sorted(stored, key=lambda one: one.seq)
    times = settled([one.event.timestamp for one in recorded], latest).tolist()
    moved = [
        StoredEvent(one.seq, replace(one.event, timestamp=time))
        for one, time in zip(recorded, times, strict=True)
    ]
    return sorted(moved, key=lambda one: (one.event.timestamp, one.seq))


def keep_last_seq(database: Database, connection: Connection) -> None:
    """Let the next event have a number above all there are."""
    last = connection.execute(select(sa.func.max(events.c.seq))).scalar_one() or 0
    put_value(database, connection, _LAST_SEQ, str(max(last, last_seq_of(connection))))


def last_seq_of(connection: Connection) -> int:
    return int(get_value(connection, _LAST_SEQ) or 0)


def skip_to(database: Database, connection: Connection, seq: int) -> None:
    """Numbers up to `seq` have been given, and are not given again."""
    if seq > last_seq_of(connection):
        put_value(database, connection, _LAST_SEQ, str(seq))


def _row(seq: int, event: Event) -> dict[str, Any]:
    row = {
        "seq": seq,
        "event_id": event.identity(),
        "user_id": event.user_id,
        "item_id": event.item_id,
        "event_type": event.event_type,
        "value": event.value,
        "timestamp": event.timestamp,
        "recommendation_id": event.recommendation_id or None,
        "position": event.position,
    }
    return row | {"checksum": event_checksum(row)}


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
