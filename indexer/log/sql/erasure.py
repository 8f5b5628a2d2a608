"""Deleting people in SQL so that they stay deleted: a tombstone in the same transaction, which keeps away
what calls that were under way would write of them. Knows nothing of backups, nor of files
(`indexer.log.sql.wiping`).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, select

from indexer.log.event_log import Served
from indexer.log.sql.consents import restricted_of, stricter
from indexer.log.sql.database import Database, SqlPart, chunks, raw_rows
from indexer.log.sql.events import event_ids_of, last_seq_of, skip_to
from indexer.log.sql.meta import get_value, put_value
from indexer.log.sql.schema import erased, events, impressions, served, users
from indexer.log.sql.soundness import event_checksum
from indexer.log.sql.wiping import remember_deleted
from indexer.log.sql.withdrawals import count_withdrawal
from indexer.log.tombstones import SINCE, Tombstone, Tombstones, tombstone_name

IN_FLIGHT_S = 60.0
"""Calls that came in until so long after a deletion are taken for ones that were under way."""
ERASURE_KEY = "erasure_key"
_TABLES = {"events": events, "profiles": users, "served": served, "impressions": impressions}
"""Those with rows of a user, by what `delete_user` calls them."""
_GUESTS_EVENTS = select(events).where(events.c.user_id == bindparam("guest"))
_GUESTS_ANSWERS = select(served.c.recommendation_id, served.c.context).where(
    served.c.user_id == bindparam("guest")
)
_STONES = select(erased.c.person, erased.c.erased_at).where(
    erased.c.person.in_(bindparam("names", expanding=True))
)
_WAS_DELETED = select(
    sa.exists().where(erased.c.person == bindparam("name"), erased.c.merged_into == "")
)
_IS_KNOWN = select(
    sa.exists().where(events.c.user_id == bindparam("id"))
    | sa.exists().where(users.c.user_id == bindparam("id"))
)


class SqlErasure(SqlPart):
    """`ErasureRecords` in SQL."""

    def delete_user(self, user_id: str) -> dict[str, int]:
        with self.database.writing() as connection:
            ids = [user_id, *event_ids_of(connection, user_id)]
            remember_deleted(self.database, connection, ids)
            counts = {
                name: connection.execute(table.delete().where(table.c.user_id == user_id)).rowcount
                for name, table in _TABLES.items()
            }
            self._bury(connection, user_id)
        self.database.empty_wal()
        return counts

    def merge_users(
        self, guest_id: str, user_id: str, renamed: Callable[[bytes], bytes]
    ) -> dict[str, int]:
        of_guest = {"guest": guest_id}
        with self.database.writing() as connection:
            remember_deleted(self.database, connection, [guest_id])
            rows = [dict(row) for row in connection.execute(_GUESTS_EVENTS, of_guest).mappings()]
            for row in rows:
                row["user_id"] = user_id
            if rows:
                changed = [{"of": row["seq"], "now": event_checksum(row)} for row in rows]
                renaming = events.update().where(events.c.seq == bindparam("of"))
                renaming = renaming.values(user_id=user_id, checksum=bindparam("now"))
                connection.execute(renaming, changed)
            answers = connection.execute(_GUESTS_ANSWERS, of_guest).all()
            for recommendation_id, context in answers:
                connection.execute(
                    served.update()
                    .where(served.c.recommendation_id == recommendation_id)
                    .values(user_id=user_id, context=renamed(context))
                )
            of_guests = impressions.c.user_id == guest_id
            shown = impressions.update().where(of_guests).values(user_id=user_id)
            n_shown = connection.execute(shown).rowcount
            counts = {
                "events": len(rows),
                "profiles": self._merge_profiles(connection, guest_id, user_id),
                "served": len(answers),
                "impressions": n_shown,
            }
            if restricted_of(connection, [user_id]):
                connection.execute(served.delete().where(served.c.user_id == user_id))
            if any(counts.values()):  # else the stone of who was deleted would say "merged" instead
                self._bury(connection, guest_id, merged_into=user_id)
        self.database.empty_wal()
        return counts

    def _merge_profiles(self, connection: Connection, guest_id: str, user_id: str) -> int:
        found = connection.execute(
            select(users).where(users.c.user_id.in_([guest_id, user_id]))
        ).mappings()
        by_id = {row["user_id"]: row for row in found}
        guest, own = by_id.get(guest_id), by_id.get(user_id)
        if guest is None:
            return 0
        attributes = json.loads(guest["attributes"])
        taste, consent = guest["taste"], stricter(dict(guest), dict(own or guest))
        if own is not None:
            attributes |= json.loads(own["attributes"])
            taste = own["taste"] or taste
        connection.execute(users.delete().where(users.c.user_id == guest_id))
        row = {
            "attributes": json.dumps(attributes, ensure_ascii=False),
            "taste": taste,
            "updated_at": time.time(),
            **consent,
        }
        self.database.upsert(connection, users, {"user_id": user_id}, row)
        return 1

    def tombstones(self) -> Tombstones:
        with self.database.reading() as connection:
            key = get_value(connection, ERASURE_KEY) or ""
            rows = connection.execute(select(erased)).mappings().all()
        return Tombstones(key, [Tombstone(**row) for row in rows])

    def take_tombstones(self, stones: Tombstones) -> None:
        rows = [asdict(stone) for stone in stones.by_person.values()]
        if not rows:
            return
        with self.database.writing() as connection:
            put_value(self.database, connection, ERASURE_KEY, stones.key)
            for part in chunks(rows):
                names = [row["person"] for row in part]
                connection.execute(erased.delete().where(erased.c.person.in_(names)))
                connection.execute(erased.insert(), list(part))
            count_withdrawal(self.database, connection)
            newest = max(stone.last_seq for stone in stones.by_person.values())
            skip_to(self.database, connection, newest)

    def _bury(self, connection: Connection, user_id: str, *, merged_into: str = "") -> None:
        """Put up the tombstone of a person, and those of the guests that became this person."""
        key = _key(self.database, connection)
        name = tombstone_name(key, user_id)
        now = {
            "erased_at": time.time(),
            "last_seq": last_seq_of(connection),
            "merged_into": tombstone_name(key, merged_into) if merged_into else "",
        }
        was_deleted = merged_into and connection.execute(_WAS_DELETED, {"name": name}).scalar_one()
        person = name + SINCE if was_deleted else name
        self.database.upsert(connection, erased, {"person": person}, now)
        connection.execute(erased.update().where(erased.c.merged_into == name).values(now))
        count_withdrawal(self.database, connection)


def that_may_be_kept(connection: Connection, batch: Sequence[Served]) -> Sequence[Served]:
    """Those answers that may be kept: not of calls that were under way when their person was deleted,
    or restricted: later ones are nobody's. From a person who has done something since, calls that came later are."""
    restricted = restricted_of(connection, [one.user_id for one in batch])
    batch = [one for one in batch if one.user_id not in restricted]
    key = get_value(connection, ERASURE_KEY)
    if key is None:
        return batch
    names = {one.user_id: tombstone_name(key, one.user_id) for one in batch}
    buried: dict[str, float] = {}
    for part in chunks(sorted({name + of for name in names.values() for of in ("", SINCE)})):
        for person, erased_at in raw_rows(connection.execute(_STONES, {"names": part})):
            name = person.removesuffix(SINCE)
            buried[name] = max(erased_at, buried.get(name, 0.0))
    if not buried:
        return batch
    now = time.time()
    known = {
        one.user_id: connection.execute(_IS_KNOWN, {"id": one.user_id}).scalar_one()
        for one in batch
        if names[one.user_id] in buried
    }

    def may_be_kept(one: Served) -> bool:
        erased_at = buried.get(names[one.user_id])
        if erased_at is None:
            return True
        later_by = min(one.created_at, now) - erased_at
        return later_by > (0.0 if known[one.user_id] else IN_FLIGHT_S)

    return [one for one in batch if may_be_kept(one)]


def _key(database: Database, connection: Connection) -> str:
    """Made when it is first needed."""
    key = get_value(connection, ERASURE_KEY)
    if key is None:
        key = secrets.token_hex(32)
        put_value(database, connection, ERASURE_KEY, key)
    return key
