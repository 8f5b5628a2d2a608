"""Served answers in SQL: bytes that the caller can read, whose they are, and when. Knows nothing of
ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, select

from indexer.log.event_log import Served
from indexer.log.sql.database import SqlPart
from indexer.log.sql.erasure import of_the_living
from indexer.log.sql.schema import served

_CONTEXT = select(served.c.context).where(served.c.recommendation_id == bindparam("id"))


class SqlServed(SqlPart):
    """`ServedRecords` in SQL."""

    def put_served_batch(self, batch: Sequence[Served]) -> None:
        if not batch:
            return
        insert = self.database.insert(served).on_conflict_do_nothing(
            index_elements=["recommendation_id"]
        )
        with self.database.writing() as connection:
            if kept := of_the_living(connection, batch):
                connection.execute(insert, [asdict(answer) for answer in kept])

    def served_to(self, user_id: str, after: str = "", limit: int | None = None) -> list[Served]:
        wanted = select(served).where(
            served.c.user_id == user_id, served.c.recommendation_id > after
        )
        with self.database.reading() as connection:
            ordered = wanted.order_by(served.c.recommendation_id).limit(limit)
            return [Served(**row) for row in connection.execute(ordered).mappings()]

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
