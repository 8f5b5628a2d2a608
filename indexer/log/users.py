"""The users of the log: their profiles, what was served to them, and everything we hold about one
of them.

Served contexts are bytes that the caller can read; this knows only whose they are and when. Knows
nothing of ranking.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from indexer.catalog.item import AttributeValue
from indexer.log.events import EventTable
from indexer.log.schema import events, served, users

_SERVED = select(served.c.context).where(served.c.recommendation_id == sa.bindparam("id"))
_PROFILE = select(users).where(users.c.user_id == sa.bindparam("id"))


@dataclass(frozen=True, slots=True)
class User:
    """What a user is known to be, apart from what they did."""

    user_id: str
    attributes: Mapping[str, AttributeValue]
    taste: str
    """Free text about what the person likes."""
    updated_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Served:
    """One answer as it was given, for whoever explains it later."""

    recommendation_id: str
    user_id: str
    context: bytes
    created_at: float
    """Unix seconds."""


class UserTable(EventTable):
    """Profiles, and what was served."""

    def put_user(self, user_id: str, attributes: Mapping[str, AttributeValue], taste: str) -> None:
        """Replace the user's profile."""
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in attributes.items()}
        row = {
            "attributes": json.dumps(plain, ensure_ascii=False),
            "taste": taste,
            "updated_at": time.time(),
        }
        statement = self.insert(users).values(user_id=user_id, **row)
        with self.writing() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["user_id"], set_=row)
            )

    def get_user(self, user_id: str) -> User | None:
        """The user's profile, if there is one; a user may well have events and no profile."""
        with self.reading() as connection:
            row = connection.execute(_PROFILE, {"id": user_id}).one_or_none()
        if row is None:
            return None
        attributes = {
            k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(row.attributes).items()
        }
        return User(row.user_id, attributes, row.taste, row.updated_at)

    def export_user(self, user_id: str) -> dict[str, Any]:
        """Everything held about the user, fit for JSON: profile, events, and which answers were
        served when."""
        user = self.get_user(user_id)
        answers = select(served.c.recommendation_id, served.c.created_at).where(
            served.c.user_id == user_id
        )
        with self.reading() as connection:
            rows = connection.execute(answers.order_by(served.c.created_at)).mappings().all()
        return {
            "user_id": user_id,
            "profile": None if user is None else asdict(user),
            "events": [asdict(stored.event) for stored in self.user_events(user_id)],
            "served": [dict(row) for row in rows],
        }

    def delete_user(self, user_id: str) -> dict[str, int]:
        """Delete everything held about the user in one transaction; returns how many rows of each
        kind there were."""
        with self.writing() as connection:
            return {
                name: connection.execute(table.delete().where(table.c.user_id == user_id)).rowcount
                for name, table in {"events": events, "profiles": users, "served": served}.items()
            }

    def put_served(
        self, recommendation_id: str, user_id: str, context: bytes, created_at: float
    ) -> None:
        """Keep what one answer rested on."""
        self.put_served_batch([Served(recommendation_id, user_id, context, created_at)])

    def put_served_batch(self, batch: Sequence[Served]) -> None:
        """Keep what several answers rested on, in one transaction; an id that is there keeps its
        first context."""
        if not batch:
            return
        insert = self.insert(served).on_conflict_do_nothing(index_elements=["recommendation_id"])
        with self.writing() as connection:
            connection.execute(insert, [asdict(answer) for answer in batch])

    def get_served(self, recommendation_id: str) -> bytes | None:
        with self.reading() as connection:
            return connection.execute(_SERVED, {"id": recommendation_id}).scalar_one_or_none()

    def prune_served(self, before: float, keep: int) -> int:
        """Forget answers older than `before` (unix seconds), and all but the latest `keep`; returns
        how many."""
        with self.writing() as connection:
            newest_gone = connection.scalar(
                select(served.c.created_at)
                .order_by(served.c.created_at.desc())
                .offset(keep)
                .limit(1)
            )
            old = served.c.created_at < before
            if newest_gone is not None:
                old |= served.c.created_at <= newest_gone
            return connection.execute(served.delete().where(old)).rowcount
