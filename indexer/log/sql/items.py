"""Items in SQL: which there are, and their integer index. Knows nothing of vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, false, select

from indexer.catalog.item import Item
from indexer.log.event_log import PutItem
from indexer.log.sql.database import SqlPart, chunks, raw_rows
from indexer.log.sql.schema import items

_LIVE = items.c.deleted == false()
_IDS: sa.BindParameter[Any] = bindparam("ids", expanding=True)
_STATES = select(
    items.c.item_id,
    items.c.item_index,
    items.c.content_hash,
    items.c.deleted,
    items.c.pending,
    items.c.lacking_pictures,
).where(items.c.item_id.in_(_IDS))
_NEXT_INDEX = select(sa.func.coalesce(sa.func.max(items.c.item_index) + 1, 0))
_BY_ID = select(items.c.item_id, items.c.item_index, items.c.content).where(
    items.c.item_id.in_(_IDS), _LIVE
)
_INDICES = select(items.c.item_id, items.c.item_index).where(_LIVE).order_by(items.c.item_index)
_STATES_OF_ALL = (
    select(items.c.item_index, items.c.content_hash, items.c.lacking_pictures)
    .where(_LIVE, items.c.pending == false())
    .order_by(items.c.item_index)
)
_PAGE = (
    select(items.c.item_index, items.c.content)
    .where(items.c.item_index > bindparam("after"), _LIVE)
    .order_by(items.c.item_index)
    .limit(bindparam("size"))
)
_PAGE_OF_DOMAIN = _PAGE.where(items.c.domain == bindparam("domain"))
_CHANGE = (
    items.update()
    .where(items.c.item_index == bindparam("index"))
    .values(
        {name: bindparam(f"new_{name}") for name in ("domain", "content", "content_hash")}
        | {"deleted": False, "pending": True}
    )
)
_DELETED = {
    "deleted": True,
    "pending": True,
    "content": "",
    "content_hash": "",
    "lacking_pictures": False,
}


class SqlItems(SqlPart):
    """`ItemRecords` in SQL."""

    def put_items(self, batch: Sequence[Item]) -> list[PutItem]:
        contents = [item.to_json() for item in batch]
        with self.database.writing() as connection:
            states = _states(connection, [item.item_id for item in batch])
            put = _Put(states, next_index=connection.execute(_NEXT_INDEX).scalar_one())
            answers = [
                put.item(item, content) for item, content in zip(batch, contents, strict=True)
            ]
            put.write(connection)
        return answers

    def delete_items(self, item_ids: Iterable[str]) -> list[str]:
        wanted = list(dict.fromkeys(item_ids))
        with self.database.writing() as connection:
            states = _states(connection, wanted)
            live = [state.index for state in states.values() if not state.deleted]
            for part in chunks(live):
                there = items.update().where(items.c.item_index.in_(part))
                connection.execute(there.values(_DELETED))
        return [item_id for item_id in wanted if item_id not in states or states[item_id].deleted]

    def get_items(self, item_ids: Iterable[str]) -> dict[str, tuple[int, Item]]:
        found: dict[str, tuple[int, Item]] = {}
        for part in chunks(list(item_ids)):
            with self.database.reading() as connection:
                rows = connection.execute(_BY_ID, {"ids": part}).all()
            for item_id, index, content in rows:
                found[item_id] = index, self.item(index, content)
        return found

    def list_items(
        self, page_size: int, after_index: int = -1, domain: str | None = None
    ) -> list[tuple[int, Item]]:
        values: dict[str, Any] = {"after": after_index, "size": page_size}
        with self.database.reading() as connection:
            if domain is None:
                rows = connection.execute(_PAGE, values).all()
            else:
                rows = connection.execute(_PAGE_OF_DOMAIN, values | {"domain": domain}).all()
        return [(index, self.item(index, content)) for index, content in rows]

    def iter_items(self, batch: int = 1000) -> Iterator[tuple[int, Item]]:
        after = -1
        while page := self.list_items(batch, after):
            yield from page
            after = page[-1][0]

    def count_items(self, domain: str | None = None) -> int:
        count = select(sa.func.count()).select_from(items).where(_LIVE)
        if domain is not None:
            count = count.where(items.c.domain == domain)
        with self.database.reading() as connection:
            return connection.execute(count).scalar_one()

    def item_states(self) -> list[tuple[int, str]]:
        with self.database.reading() as connection:
            rows = raw_rows(connection.execute(_STATES_OF_ALL))
        return [(index, f"-{digest}" if lacking else digest) for index, digest, lacking in rows]

    def item_indices(self) -> dict[str, int]:
        with self.database.reading() as connection:
            return dict(raw_rows(connection.execute(_INDICES)))


@dataclass(slots=True)
class _State:
    """What the table says of an item, or will say after the batch."""

    index: int
    content_hash: str
    deleted: bool
    pending: bool
    """Also when only a picture is missing."""


@dataclass(slots=True)
class _Put:
    """A batch of items on its way into the table: of two rows of one item the later stands."""

    states: dict[str, _State]
    next_index: int
    added: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Rows to insert, by index."""
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Values of _CHANGE, by index."""

    def item(self, item: Item, content: str) -> PutItem:
        """Take one item in; what becomes of it."""
        digest = item.content_hash()
        state = self.states.get(item.item_id)
        if state is None:
            return self._add(item, content, digest)
        if state.content_hash == digest and not state.deleted:
            return PutItem(state.index, "unchanged", pending=state.pending)
        return self._change(state, item, content, digest)

    def write(self, connection: Connection) -> None:
        """What was taken in, into the table."""
        if self.added:
            connection.execute(items.insert(), list(self.added.values()))
        if self.changed:
            connection.execute(_CHANGE, list(self.changed.values()))

    def _add(self, item: Item, content: str, digest: str) -> PutItem:
        index = self.next_index
        self.next_index += 1
        self.states[item.item_id] = _State(index, digest, deleted=False, pending=True)
        self.added[index] = _row(index, item, content, digest)
        return PutItem(index, "new", pending=True)

    def _change(self, state: _State, item: Item, content: str, digest: str) -> PutItem:
        status = PutItem(state.index, "new" if state.deleted else "changed", pending=True)
        state.content_hash, state.deleted, state.pending = digest, False, True
        if state.index in self.added:
            self.added[state.index] = _row(state.index, item, content, digest)
        else:
            self.changed[state.index] = {
                "index": state.index,
                "new_domain": item.domain,
                "new_content": content,
                "new_content_hash": digest,
            }
        return status


def _states(connection: Connection, item_ids: Sequence[str]) -> dict[str, _State]:
    states: dict[str, _State] = {}
    for part in chunks(item_ids):
        rows = connection.execute(_STATES, {"ids": part})
        for item_id, index, digest, deleted, pending, lacking in rows:
            states[item_id] = _State(index, digest, deleted, pending or lacking)
    return states


def _row(index: int, item: Item, content: str, digest: str) -> dict[str, Any]:
    return {
        "item_index": index,
        "item_id": item.item_id,
        "domain": item.domain,
        "content": content,
        "content_hash": digest,
        "deleted": False,
        "pending": True,
        "lacking_pictures": False,
    }
