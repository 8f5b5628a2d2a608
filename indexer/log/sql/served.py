"""Served answers in SQL: bytes and texts that the caller can read, whose they are, and when. Knows
nothing of ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table, bindparam, select

from indexer.log.event_log import Served
from indexer.log.sql.database import SqlPart, raw_rows
from indexer.log.sql.erasure import that_may_be_kept
from indexer.log.sql.schema import impressions, served

_WITH_CONTEXT = (
    select(
        served.c.recommendation_id.label("id"),
        served.c.user_id,
        served.c.context,
        served.c.created_at,
        sa.func.coalesce(impressions.c.content, sa.literal_column("''")),
    )
    .select_from(
        served.outerjoin(impressions, impressions.c.recommendation_id == served.c.recommendation_id)
    )
    .where(served.c.user_id == bindparam("user"), served.c.recommendation_id > bindparam("after"))
)
_IN_SHORT_ONLY = select(
    impressions.c.recommendation_id,
    impressions.c.user_id,
    sa.null(),
    impressions.c.created_at,
    impressions.c.content,
).where(
    impressions.c.user_id == bindparam("user"),
    impressions.c.recommendation_id > bindparam("after"),
    ~sa.exists().where(served.c.recommendation_id == impressions.c.recommendation_id),
)
_TO_USER = sa.union_all(_WITH_CONTEXT, _IN_SHORT_ONLY).order_by(sa.literal_column("1"))
_CONTEXT = select(served.c.context).where(served.c.recommendation_id == bindparam("id"))


class SqlServed(SqlPart):
    """`ServedRecords` in SQL."""

    def put_served_batch(self, batch: Sequence[Served]) -> None:
        if not batch:
            return
        contexts = [_row(one, "context", one.context) for one in batch if one.context is not None]
        shown = [_row(one, "content", one.impression) for one in batch if one.impression]
        with self.database.writing() as connection:
            kept = {one.recommendation_id for one in that_may_be_kept(connection, batch)}
            self._put(
                connection, served, [row for row in contexts if row["recommendation_id"] in kept]
            )
            self._put(
                connection, impressions, [row for row in shown if row["recommendation_id"] in kept]
            )

    def served_to(self, user_id: str, after: str = "", limit: int | None = None) -> list[Served]:
        asked = {"user": user_id, "after": after}
        with self.database.reading() as connection:
            rows = raw_rows(connection.execute(_TO_USER.limit(limit), asked))
        return [Served(*row) for row in rows]

    def get_served(self, recommendation_id: str) -> bytes | None:
        with self.database.reading() as connection:
            return connection.execute(_CONTEXT, {"id": recommendation_id}).scalar_one_or_none()

    def prune_served(self, before: float, keep: int) -> int:
        latest_first = select(served.c.created_at).order_by(served.c.created_at.desc())
        with self.database.writing() as connection:
            newest_gone = connection.scalar(latest_first.offset(keep).limit(1))
            old = served.c.created_at < before
            if newest_gone is not None:
                old |= served.c.created_at <= newest_gone
            return connection.execute(served.delete().where(old)).rowcount

    def _put(self, connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            insert = self.database.insert(table)
            connection.execute(
                insert.on_conflict_do_nothing(index_elements=["recommendation_id"]), list(rows)
            )


def _row(answer: Served, name: str, value: bytes | str) -> dict[str, Any]:
    return {
        "recommendation_id": answer.recommendation_id,
        "user_id": answer.user_id,
        name: value,
        "created_at": answer.created_at,
    }
