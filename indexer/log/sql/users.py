"""Users in SQL: their profiles and consents. Deleting is `indexer.log.sql.erasure`. Knows nothing of ranking."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select

from indexer.catalog.item import AttributeValue
from indexer.catalog.personalization import Personalization
from indexer.catalog.profile import Profile
from indexer.log.event_log import User
from indexer.log.sql.consents import put_consent, restricted_of
from indexer.log.sql.database import SqlPart
from indexer.log.sql.schema import RESTRICTED, events, users
from indexer.log.sql.withdrawals import withdrawals

_PROFILE = select(users).where(users.c.user_id == bindparam("id"))
_REFUSALS = select(users).where(RESTRICTED).order_by(users.c.user_id)
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
                if user.consent is not None:
                    put_consent(self.database, connection, user.user_id, user.consent)

    def get_user(self, user_id: str) -> User | None:
        with self.database.reading() as connection:
            row = connection.execute(_PROFILE, {"id": user_id}).one_or_none()
        return None if row is None else _user(row)

    def put_consent(self, user_id: str, consent: Personalization) -> None:
        with self.database.writing() as connection:
            put_consent(self.database, connection, user_id, consent)
        self.database.empty_wal()

    def restricted(self, user_ids: Iterable[str]) -> set[str]:
        with self.database.reading() as connection:
            return restricted_of(connection, user_ids)

    def refusals(self) -> Sequence[User]:
        with self.database.reading() as connection:
            return [_user(row) for row in connection.execute(_REFUSALS)]

    def withdrawals(self) -> int:
        with self.database.reading() as connection:
            return withdrawals(connection)

    def users_count(self) -> int:
        with self.database.reading() as connection:
            return connection.execute(
                select(sa.func.count()).select_from(_KNOWN_USERS)
            ).scalar_one()


def _user(row: sa.Row[Any]) -> User:
    plain = json.loads(row.attributes)
    attributes = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()}
    consent = Personalization(row.consent) if row.consent else None
    return User(row.user_id, attributes, row.taste, row.updated_at, consent, row.consent_at)
