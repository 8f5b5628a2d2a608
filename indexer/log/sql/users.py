"""Users in SQL: their profiles. Deleting is `indexer.log.sql.erasure`. Knows nothing of ranking."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from indexer.catalog.item import AttributeValue
from indexer.catalog.profile import Profile
from indexer.log.event_log import User
from indexer.log.sql.database import SqlPart
from indexer.log.sql.schema import events, users

_PROFILE = select(users).where(users.c.user_id == bindparam("id"))
_KNOWN_USERS = sa.union(select(events.c.user_id).distinct(), select(users.c.user_id)).subquery()


class SqlUsers(SqlPart):
    """`UserRecords` in SQL."""

    def put_user(self, user_id: str, attributes: Mapping[str, AttributeValue], taste: str) -> None:
        self.put_users([Profile(user_id, attributes, taste)])

    def put_users(self, batch: Sequence[Profile]) -> None:
        now = time.time()
        with self.database.writing() as connection:
            for user in batch:
                plain = {
                    k: list(v) if isinstance(v, tuple) else v for k, v in user.attributes.items()
                }
                row = {
                    "attributes": json.dumps(plain, ensure_ascii=False),
                    "taste": user.taste,
                    "updated_at": now,
                }
                self.database.upsert(connection, users, {"user_id": user.user_id}, row)

    def get_user(self, user_id: str) -> User | None:
        with self.database.reading() as connection:
            row = connection.execute(_PROFILE, {"id": user_id}).one_or_none()
        if row is None:
            return None
        plain = json.loads(row.attributes)
        attributes = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()}
        return User(row.user_id, attributes, row.taste, row.updated_at)

    def users_count(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(
                select(sa.func.count()).select_from(_KNOWN_USERS)
            ).scalar_one()
