"""Consents in SQL: who may not be known by what is stored of them, inside transactions of others.

Knows nothing of who obeys them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from indexer.catalog.personalization import Personalization
from indexer.log.sql.database import Database, chunks, raw_rows
from indexer.log.sql.schema import RESTRICTED, served, users
from indexer.log.sql.withdrawals import count_withdrawal

_RESTRICTED_OF = select(users.c.user_id).where(
    RESTRICTED, users.c.user_id.in_(bindparam("names", expanding=True))
)


def restricted_of(connection: Connection, user_ids: Iterable[str]) -> set[str]:
    """Which of these users are restricted."""
    found: set[str] = set()
    for part in chunks(sorted(set(user_ids))):
        rows = raw_rows(connection.execute(_RESTRICTED_OF, {"names": list(part)}))
        found.update(user_id for (user_id,) in rows)
    return found


def put_consent(
    database: Database, connection: Connection, user_id: str, consent: Personalization
) -> None:
    """Of a user with a profile or without; what answers rested on goes where it may not be used."""
    profile = {"attributes": "{}", "taste": "", "updated_at": time.time()}
    said = {"consent": consent.value, "consent_at": time.time()}
    statement = database.insert(users).values(user_id=user_id, **profile, **said)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id"], set_={**said, "updated_at": profile["updated_at"]}
        )
    )
    count_withdrawal(database, connection)
    if restricted_of(connection, [user_id]):
        connection.execute(served.delete().where(served.c.user_id == user_id))


def stricter(one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """The consent columns of two rows of users as one: those of the stricter."""
    said = [row for row in (one, other) if row["consent"]]
    order = list(Personalization)
    chosen = max(said, key=lambda row: order.index(Personalization(row["consent"])), default=one)
    return {name: chosen[name] for name in ("consent", "consent_at")}
