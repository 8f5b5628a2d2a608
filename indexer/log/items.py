"""The items of the log: which there are, their integer index, and which of them the vector store
has yet to follow.

An `item_index` is given once per item_id, dense from 0, and never to another, not even after a
deletion: it is the point id in every vector store. Knows nothing of vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, false, select, true

from indexer.catalog.item import Item
from indexer.log.database import LogDatabase, chunks, raw_rows
from indexer.log.schema import items

PutStatus = Literal["new", "changed", "unchanged"]

_LIVE = items.c.deleted == false()
_PENDING = items.c.pending == true()
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
_BY_INDEX = select(items.c.item_index, items.c.content).where(items.c.item_index.in_(_IDS), _LIVE)
_LACKING = items.c.lacking_pictures == true()
_LACKING_AMONG = select(items.c.item_index).where(items.c.item_index.in_(_IDS), _LACKING)
_INDICES = select(items.c.item_id, items.c.item_index).where(_LIVE).order_by(items.c.item_index)
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
        {c: bindparam(f"new_{c}") for c in ("domain", "content", "content_hash")}
        | {"deleted": False, "pending": True}
    )
)


@dataclass(frozen=True, slots=True)
class PutItem:
    """What `put_items` made of one item."""

    item_index: int
    status: PutStatus
    pending: bool
    """The vector store has not followed yet: true for new and changed, and for what an earlier run
    left undone, be it only a picture that could not be had."""


@dataclass(slots=True)
class _State:
    index: int
    content_hash: str
    deleted: bool
    pending: bool
    """Also when only a picture is missing."""


class ItemTable(LogDatabase):
    """Items of the catalogue, by id and by index."""

    def put_items(self, batch: Sequence[Item]) -> list[PutItem]:
        """Insert or update; one answer per item, in order. New and changed ones are pending until
        `mark_indexed`."""
        contents = [item.to_json() for item in batch]
        with self.writing() as connection:
            states = _states(connection, [item.item_id for item in batch])
            next_index = connection.execute(_NEXT_INDEX).scalar_one()
            added: dict[int, dict[str, Any]] = {}
            changed: dict[int, dict[str, Any]] = {}
            answers: list[PutItem] = []
            for item, content in zip(batch, contents, strict=True):
                digest = item.content_hash()
                state = states.get(item.item_id)
                if state is None:
                    state = states[item.item_id] = _State(
                        next_index, digest, deleted=False, pending=True
                    )
                    next_index += 1
                    added[state.index] = _row(state.index, item, content, digest)
                    answers.append(PutItem(state.index, "new", pending=True))
                elif state.content_hash == digest and not state.deleted:
                    answers.append(PutItem(state.index, "unchanged", pending=state.pending))
                else:
                    answers.append(
                        PutItem(state.index, "new" if state.deleted else "changed", pending=True)
                    )
                    state.content_hash, state.deleted, state.pending = digest, False, True
                    if state.index in added:
                        added[state.index] = _row(state.index, item, content, digest)
                    else:
                        changed[state.index] = {
                            "index": state.index,
                            "new_domain": item.domain,
                            "new_content": content,
                            "new_content_hash": digest,
                        }
            if added:
                connection.execute(items.insert(), list(added.values()))
            if changed:
                connection.execute(_CHANGE, list(changed.values()))
        return answers

    def delete_items(self, item_ids: Iterable[str]) -> list[str]:
        """Forget the items' content and mark the deletion pending; returns the ids that were not
        there."""
        wanted = list(dict.fromkeys(item_ids))
        with self.writing() as connection:
            states = _states(connection, wanted)
            live = [state.index for state in states.values() if not state.deleted]
            gone = {
                "deleted": True,
                "pending": True,
                "content": "",
                "content_hash": "",
                "lacking_pictures": False,
            }
            for part in chunks(live):
                connection.execute(items.update().where(items.c.item_index.in_(part)).values(gone))
        return [item_id for item_id in wanted if item_id not in states or states[item_id].deleted]

    def mark_indexed(
        self,
        item_indices: Sequence[int],
        content_hashes: Sequence[str] | None = None,
        *,
        lacking_pictures: Collection[int] = (),
    ) -> None:
        """The vector store holds (or, for deleted items, no longer holds) these items, some lacking
        pictures.

        With `content_hashes` of what was stored, an item that has changed or gone in the meantime
        stays pending.
        """
        values = {"pending": False, "lacking_pictures": bindparam("lacking")}
        done = items.update().where(items.c.item_index == bindparam("index")).values(values)
        rows: list[dict[str, Any]] = [
            {"index": int(i), "lacking": int(i) in lacking_pictures} for i in item_indices
        ]
        if content_hashes is not None:
            done = done.where(items.c.content_hash == bindparam("stored"))
            rows = [
                row | {"stored": stored} for row, stored in zip(rows, content_hashes, strict=True)
            ]
        if rows:
            with self.writing() as connection:
                connection.execute(done, rows)

    def mark_deleted(self, item_indices: Sequence[int]) -> None:
        """The vector store no longer holds these deleted items; one that came back in the meantime
        stays pending."""
        self.mark_indexed(item_indices, [""] * len(item_indices))

    def pending_items(self, limit: int = 1000) -> list[tuple[int, Item]]:
        """Items that the vector store has yet to take in, lowest index first."""
        pending = select(items.c.item_index, items.c.content).where(_PENDING, _LIVE)
        with self.reading() as connection:
            rows = connection.execute(pending.order_by(items.c.item_index).limit(limit)).all()
        return [(index, Item.from_json(content)) for index, content in rows]

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        """Which of these the vector store has without some picture that could not be had."""
        lacking: set[int] = set()
        for part in chunks([int(index) for index in item_indices]):
            with self.reading() as connection:
                lacking.update(connection.execute(_LACKING_AMONG, {"ids": part}).scalars())
        return lacking

    def count_lacking_pictures(self) -> int:
        with self.reading() as connection:
            return connection.execute(
                select(sa.func.count()).select_from(items).where(_LACKING)
            ).scalar_one()

    def pending_deletions(self) -> list[int]:
        """Indices of deleted items that the vector store may still hold."""
        gone = select(items.c.item_index).where(_PENDING, items.c.deleted == true())
        with self.reading() as connection:
            return list(connection.execute(gone.order_by(items.c.item_index)).scalars())

    def count_pending(self) -> int:
        """Additions, changes and deletions that the vector store has yet to follow."""
        with self.reading() as connection:
            return connection.execute(
                select(sa.func.count()).select_from(items).where(_PENDING)
            ).scalar_one()

    def get_items(self, item_ids: Iterable[str]) -> dict[str, tuple[int, Item]]:
        """Index and item of each id that is in the catalogue."""
        found: dict[str, tuple[int, Item]] = {}
        for part in chunks(list(item_ids)):
            with self.reading() as connection:
                rows = connection.execute(_BY_ID, {"ids": part}).all()
            found.update(
                (item_id, (index, Item.from_json(content))) for item_id, index, content in rows
            )
        return found

    def items_by_index(self, item_indices: Iterable[int]) -> dict[int, Item]:
        """The item of each index that is in the catalogue."""
        found: dict[int, Item] = {}
        for part in chunks([int(index) for index in item_indices]):
            with self.reading() as connection:
                rows = connection.execute(_BY_INDEX, {"ids": part}).all()
            found.update((index, Item.from_json(content)) for index, content in rows)
        return found

    def list_items(
        self, page_size: int, after_index: int = -1, domain: str | None = None
    ) -> list[tuple[int, Item]]:
        """A page of the catalogue in index order, beginning after `after_index`."""
        values: dict[str, Any] = {"after": after_index, "size": page_size}
        with self.reading() as connection:
            if domain is None:
                rows = connection.execute(_PAGE, values).all()
            else:
                rows = connection.execute(_PAGE_OF_DOMAIN, values | {"domain": domain}).all()
        return [(index, Item.from_json(content)) for index, content in rows]

    def iter_items(self, batch: int = 1000) -> Iterator[tuple[int, Item]]:
        """The whole catalogue in index order; holds `batch` items at a time and no lock in between."""
        after = -1
        while page := self.list_items(batch, after):
            yield from page
            after = page[-1][0]

    def count_items(self, domain: str | None = None) -> int:
        count = select(sa.func.count()).select_from(items).where(_LIVE)
        with self.reading() as connection:
            return connection.execute(
                count if domain is None else count.where(items.c.domain == domain)
            ).scalar_one()

    def item_indices(self) -> dict[str, int]:
        """Index of every item_id in the catalogue, in index order."""
        with self.reading() as connection:
            return dict(raw_rows(connection.execute(_INDICES)))


def _states(connection: Connection, item_ids: Sequence[str]) -> dict[str, _State]:
    states: dict[str, _State] = {}
    for part in chunks(item_ids):
        for item_id, index, digest, deleted, pending, lacking in connection.execute(
            _STATES, {"ids": part}
        ):
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
