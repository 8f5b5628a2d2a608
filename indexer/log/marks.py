"""Which vector store the log's marks are about: the one in use, named by the digest of its
encoders' fingerprints.

The columns `pending` and `lacking_pictures` tell what the store in use has yet to follow. What any
other store lacks is kept aside in `meta`, and changes places with the columns when that store is
put to use. Other values that each store has of its own are in `meta` under its digest. Knows
nothing of vectors.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy import Connection, false, select, true

from indexer.log.database import LogDatabase, chunks
from indexer.log.schema import items, meta

_IN_USE = "store_in_use"
ACTIVE_MODEL = "active_model"
"""A value that each store has of its own."""
_LACKING = items.c.lacking_pictures == true()


class Marks(Protocol):
    """What one store has taken in. The log itself keeps them for the store in use, `AsideMarks` for
    any other."""

    def mark_indexed(
        self,
        item_indices: Sequence[int],
        content_hashes: Sequence[str],
        *,
        lacking_pictures: Collection[int] = (),
    ) -> None:
        """The store holds these items, some lacking pictures."""

    def mark_deleted(self, item_indices: Sequence[int]) -> None:
        """The store no longer holds these deleted items."""

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        """Which of these the store has without some picture that could not be had."""


class MarkTable(LogDatabase):
    """The store in use, and what others lack."""

    def store_in_use(self) -> str | None:
        """None before the first store was put to use; the columns are then about whichever store
        there is."""
        return self.meta_get(_IN_USE)

    def put_store_in_use(self, store: str) -> None:
        """From here on the columns are about this store. What is pending stays so, and the store
        looks at it again."""
        with self.writing() as connection:
            before = self._meta(connection, _IN_USE)
            if before is None:  # what was kept until now is its own
                own = {"key": f"{ACTIVE_MODEL}:{store}"}
                connection.execute(meta.update().where(meta.c.key == ACTIVE_MODEL).values(own))
            elif before != store:
                self._swap_lacking(connection, before, store)
            self._put_meta(connection, _IN_USE, store)

    def lacking_aside(self, store: str) -> set[int]:
        """Items that a store which is not in use has without some picture."""
        return _indices(self.meta_get(_aside(store)))

    def put_lacking_aside(self, store: str, item_indices: Collection[int]) -> None:
        self.meta_set(_aside(store), json.dumps(sorted(item_indices)))

    def _own_key(self, connection: Connection, name: str, store: str | None) -> str:
        """Where in `meta` a store, by default the one in use, has a value of its own."""
        in_use = self._meta(connection, _IN_USE)
        return name if in_use is None else f"{name}:{store or in_use}"

    def _swap_lacking(self, connection: Connection, before: str, store: str) -> None:
        lacking = [
            int(index)
            for index in connection.execute(select(items.c.item_index).where(_LACKING)).scalars()
        ]
        self._put_meta(connection, _aside(before), json.dumps(lacking))
        connection.execute(items.update().where(_LACKING).values(lacking_pictures=False))
        for part in chunks(sorted(_indices(self._meta(connection, _aside(store))))):
            there = items.c.item_index.in_(part), items.c.deleted == false()
            connection.execute(items.update().where(*there).values(lacking_pictures=True))


class AsideMarks:
    """The marks of a store that is not in use: only what it lacks is kept, since it is compared
    before it serves."""

    def __init__(self, log: MarkTable, store: str) -> None:
        self._log, self._store = log, store

    def mark_indexed(
        self,
        item_indices: Sequence[int],
        content_hashes: Sequence[str],
        *,
        lacking_pictures: Collection[int] = (),
    ) -> None:
        before = self._log.lacking_aside(self._store)
        now = before - set(item_indices) | set(lacking_pictures)
        if now != before:
            self._log.put_lacking_aside(self._store, now)

    def mark_deleted(self, item_indices: Sequence[int]) -> None:
        """The deletion stays pending: the store in use has yet to follow."""

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        return self._log.lacking_aside(self._store) & set(item_indices)


def _aside(store: str) -> str:
    return f"lacking_pictures:{store}"


def _indices(text: str | None) -> set[int]:
    return set(json.loads(text)) if text else set()
