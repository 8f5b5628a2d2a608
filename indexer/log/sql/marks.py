"""What vector stores have yet to follow, in SQL.

The columns `pending` and `lacking_pictures` of the items are about the active store. What any other
store lacks is in `meta` under the store's name, and changes places with the column when that store
is activated. Knows nothing of vectors.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, false, select, true

from indexer.catalog.item import Item
from indexer.log.sql.database import SqlPart, chunks
from indexer.log.sql.meta import get_value, put_value
from indexer.log.sql.schema import items, meta

_ACTIVE_STORE = "store_in_use"
_ACTIVE_MODEL = "active_model"

_LIVE = items.c.deleted == false()
_PENDING = items.c.pending == true()
_LACKING = items.c.lacking_pictures == true()
_IDS: sa.BindParameter[Any] = bindparam("ids", expanding=True)
_ALL_LACKING = select(items.c.item_index).where(_LACKING)
_LACKING_AMONG = _ALL_LACKING.where(items.c.item_index.in_(_IDS))
_PENDING_ITEMS = (
    select(items.c.item_index, items.c.content)
    .where(_PENDING, _LIVE)
    .order_by(items.c.item_index)
    .limit(bindparam("size"))
)
_PENDING_DELETIONS = (
    select(items.c.item_index)
    .where(_PENDING, items.c.deleted == true())
    .order_by(items.c.item_index)
)


class SqlMarks(SqlPart):
    """`ActiveStoreMarks` in SQL."""

    def active_store(self) -> str | None:
        with self.database.reading() as connection:
            return get_value(connection, _ACTIVE_STORE)

    def activate_store(self, store: str) -> None:
        with self.database.writing() as connection:
            before = get_value(connection, _ACTIVE_STORE)
            if before is None:
                _adopt_model(connection, store)
            elif before != store:
                self._swap_lacking(connection, before, store)
            put_value(self.database, connection, _ACTIVE_STORE, store)

    def mark_indexed(
        self,
        item_indices: Sequence[int],
        content_hashes: Sequence[str] | None = None,
        *,
        lacking_pictures: Collection[int] = (),
    ) -> None:
        values = {"pending": False, "lacking_pictures": bindparam("lacking")}
        done = items.update().where(items.c.item_index == bindparam("index")).values(values)
        rows: list[dict[str, Any]] = [
            {"index": int(index), "lacking": int(index) in lacking_pictures}
            for index in item_indices
        ]
        if content_hashes is not None:
            done = done.where(items.c.content_hash == bindparam("stored"))
            rows = [
                row | {"stored": stored} for row, stored in zip(rows, content_hashes, strict=True)
            ]
        if rows:
            with self.database.writing() as connection:
                connection.execute(done, rows)

    def mark_deleted(self, item_indices: Sequence[int]) -> None:
        # A deleted item has no content; one that came back has, and is not touched.
        self.mark_indexed(item_indices, [""] * len(item_indices))

    def pending_items(self, limit: int = 1000) -> list[tuple[int, Item]]:
        with self.database.reading() as connection:
            rows = connection.execute(_PENDING_ITEMS, {"size": limit}).all()
        return [(index, self.item(index, content)) for index, content in rows]

    def pending_deletions(self) -> list[int]:
        with self.database.reading() as connection:
            return list(connection.execute(_PENDING_DELETIONS).scalars())

    def count_pending(self) -> int:
        return self._count(_PENDING)

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        lacking: set[int] = set()
        for part in chunks([int(index) for index in item_indices]):
            with self.database.reading() as connection:
                lacking.update(connection.execute(_LACKING_AMONG, {"ids": part}).scalars())
        return lacking

    def count_lacking_pictures(self) -> int:
        return self._count(_LACKING)

    def lacking_in(self, store: str) -> set[int]:
        with self.database.reading() as connection:
            return _lacking_in(connection, store)

    def put_lacking_in(self, store: str, item_indices: Collection[int]) -> None:
        with self.database.writing() as connection:
            self._put_lacking_in(connection, store, item_indices)

    def _count(self, marked: sa.ColumnElement[bool]) -> int:
        with self.database.reading() as connection:
            return connection.execute(
                select(sa.func.count()).select_from(items).where(marked)
            ).scalar_one()

    def _swap_lacking(self, connection: Connection, before: str, store: str) -> None:
        """The column goes to `meta` for the store before, and what is there for `store` into the
        column."""
        self._put_lacking_in(connection, before, connection.execute(_ALL_LACKING).scalars().all())
        connection.execute(items.update().where(_LACKING).values(lacking_pictures=False))
        for part in chunks(sorted(_lacking_in(connection, store))):
            there = items.update().where(items.c.item_index.in_(part), _LIVE)
            connection.execute(there.values(lacking_pictures=True))

    def _put_lacking_in(
        self, connection: Connection, store: str, item_indices: Collection[int]
    ) -> None:
        text = json.dumps(sorted(int(index) for index in item_indices))
        put_value(self.database, connection, _lacking_key(store), text)


def active_model_key(connection: Connection, store: str | None) -> str:
    """Where in `meta` it stands which model serves from a store, by default from the active one."""
    active = get_value(connection, _ACTIVE_STORE)
    return _ACTIVE_MODEL if active is None else f"{_ACTIVE_MODEL}:{store or active}"


def _adopt_model(connection: Connection, store: str) -> None:
    """The model that served before any store was activated served from this one."""
    own = {"key": f"{_ACTIVE_MODEL}:{store}"}
    connection.execute(meta.update().where(meta.c.key == _ACTIVE_MODEL).values(own))


def _lacking_in(connection: Connection, store: str) -> set[int]:
    text = get_value(connection, _lacking_key(store))
    return set(json.loads(text)) if text else set()


def _lacking_key(store: str) -> str:
    return f"lacking_pictures:{store}"
