"""What was served in short, and what people did with it, in SQL. Knows nothing of figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import bindparam, select

from indexer.log.event_log import UNKNOWN_ITEM, FeedbackBatch, ImpressionRecord
from indexer.log.sql.database import SqlPart, chunks, raw_rows
from indexer.log.sql.schema import events, impressions, items

_IDS: sa.BindParameter[Any] = bindparam("ids", expanding=True)
_ALL = select(
    impressions.c.recommendation_id,
    impressions.c.user_id,
    impressions.c.content,
    impressions.c.created_at,
)
_BY_ID = _ALL.where(impressions.c.recommendation_id.in_(_IDS))
_PAGE = (
    _ALL.where(
        sa.tuple_(impressions.c.created_at, impressions.c.recommendation_id)
        > sa.tuple_(bindparam("after", type_=sa.Float), bindparam("after_id", type_=sa.String))
    )
    .order_by(impressions.c.created_at, impressions.c.recommendation_id)
    .limit(bindparam("size"))
)
_OLDEST = select(sa.func.min(impressions.c.created_at))
_FEEDBACK = (
    select(
        events.c.seq,
        events.c.recommendation_id,
        events.c.user_id,
        sa.func.coalesce(items.c.item_index, UNKNOWN_ITEM),
        events.c.event_type,
        events.c.value,
        events.c.timestamp,
        events.c.position,
    )
    # An item that has gone since was served all the same.
    .select_from(events.outerjoin(items, items.c.item_id == events.c.item_id))
    .where(events.c.recommendation_id.is_not(None), events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("size"))
)


class SqlImpressions(SqlPart):
    """`ImpressionRecords` in SQL."""

    def get_impressions(self, recommendation_ids: Iterable[str]) -> dict[str, ImpressionRecord]:
        found: dict[str, ImpressionRecord] = {}
        for part in chunks(list(dict.fromkeys(recommendation_ids))):
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(_BY_ID, {"ids": part}))
            found |= {row[0]: ImpressionRecord(*row) for row in rows}
        return found

    def iter_impressions(
        self, since: float = 0.0, batch: int = 5_000
    ) -> Iterator[ImpressionRecord]:
        values: dict[str, Any] = {"after": since, "after_id": "", "size": batch}
        while True:
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(_PAGE, values))
            if not rows:
                return
            records = [ImpressionRecord(*row) for row in rows]
            yield from records
            values |= {"after": records[-1].created_at, "after_id": records[-1].recommendation_id}

    def oldest_impression(self) -> float | None:
        with self.database.reading() as connection:
            oldest: float | None = connection.execute(_OLDEST).scalar_one()
        return oldest

    def prune_impressions(self, before: float) -> int:
        with self.database.writing() as connection:
            old = impressions.c.created_at < before
            return connection.execute(impressions.delete().where(old)).rowcount

    def read_feedback(self, after_seq: int = 0, batch: int = 20_000) -> Iterator[FeedbackBatch]:
        while True:
            with self.database.reading() as connection:
                rows = raw_rows(connection.execute(_FEEDBACK, {"after": after_seq, "size": batch}))
            if not rows:
                return
            yield _columns(rows)
            after_seq = int(rows[-1][0])


def _columns(rows: list[tuple[Any, ...]]) -> FeedbackBatch:
    seq, answer, user_id, item, event_type, value, timestamp, position = zip(*rows, strict=True)
    return FeedbackBatch(
        seq=np.array(seq, dtype=np.int64),
        recommendation_id=answer,
        user_id=user_id,
        item_index=item,
        event_type=event_type,
        value=value,
        timestamp=timestamp,
        position=position,
    )
