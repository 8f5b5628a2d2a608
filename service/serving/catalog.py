"""Catalog: the items, from the row that comes in to the item that goes out.

Owns that the log, the store, the ids in memory and the serving model agree on which items there
are. Knows no people and no candidates.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from indexer.catalog.item import Item
from indexer.indexing.indexer import IndexReport
from indexer.indexing.throughput import Throughput
from indexer.stores.store import StoredItem
from service.errors import InvalidInput, ItemNotFound, StoreUnavailable
from service.models.registry import ModelRegistry
from service.ranker.data.arrays import IntArray
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace
from service.telemetry.uses import Uses

logger = logging.getLogger(__name__)

MAX_DIGITS = 18
"""Of an item's index: what 64 bits hold."""
MAX_REMEMBERED = 50_000
"""Items kept in memory."""


class Catalog:
    """The items of one data folder."""

    def __init__(
        self,
        workspace: Workspace,
        ids: ItemIds,
        registry: ModelRegistry,
        on_change: Callable[[], None],
    ) -> None:
        """`on_change` is called when items were encoded anew or deleted: what was read of users
        with their indices or vectors is out of date then."""
        self.on_known: Callable[[Sequence[tuple[int, Item]]], None] = lambda _: None
        """Called with items that have come or changed."""
        self._log, self._store = workspace.log, workspace.store
        self._ids, self._registry, self._on_change = ids, registry, on_change
        self._indexer = workspace.indexer(self.learn)
        self.has_lost_items = False
        """Whether items were deleted since `sweep_media`."""
        self._remembered: dict[int, Item] = {}
        self.changes = 0
        """How often items have come, changed or gone since this was made."""
        self.uses = Uses()
        """Of the items in memory, by list that was asked for."""

    @property
    def throughput(self) -> Throughput:
        """What was encoded so far, and how long that took."""
        return self._indexer.throughput

    def index(
        self,
        items: Sequence[Item],
        images: Mapping[str, Sequence[bytes]],
        sounds: Mapping[str, bytes] | None = None,
    ) -> IndexReport:
        """Add or replace items; `images` and `sounds` hold encoded ones by item id. Durable when
        this returns."""
        one_each = {item_id: [sound] for item_id, sound in (sounds or {}).items()}
        given = {"image": images, "audio": one_each}
        report = self._indexer.index_items(items, given=given)
        self._know(self._log.get_items([item.item_id for item in items]).values())
        return report

    def delete(self, item_ids: Sequence[str]) -> Sequence[str]:
        """Remove items; returns the ids that were not there. Their events stay in the log."""
        missing = self._indexer.delete_items(item_ids)
        self.has_lost_items = True
        self._forget(item_ids)
        return missing

    def sweep_media(self) -> int:
        """Remove kept pictures and sounds that no item has any more; how many."""
        self.has_lost_items = False
        if n := self._indexer.sweep_media():
            logger.info("removed %s pictures and sounds that no item has any more", n)
        return n

    def get(self, item_id: str) -> Item:
        """ItemNotFound where there is none."""
        found = self._log.get_items([item_id])
        if item_id not in found:
            raise ItemNotFound(item_id)
        return found[item_id][1]

    def page(self, size: int, token: str, domain: str) -> tuple[Sequence[Item], str]:
        """Items in the order they were first indexed, and the token of the next page, empty at the
        end."""
        after = -1
        if token:
            if not (token.isdecimal() and len(token) <= MAX_DIGITS):
                why = "is not a token that ListItems gave; start without one"
                raise InvalidInput("page_token", token, why)
            after = int(token)
        found = self._log.list_items(size + 1, after, domain or None)
        more = str(found[size - 1][0]) if len(found) > size else ""
        return [item for _, item in found[:size]], more

    def index_of(self, item_id: str) -> int:
        """ItemNotFound where there is none."""
        index = self._ids.index(item_id)
        if index is None:
            raise ItemNotFound(item_id)
        return index

    def exists(self, index: int) -> bool:
        """Whether an item index is in the catalogue still."""
        return self._ids.has_index(index)

    def items(self, indices: IntArray) -> list[Item]:
        """Items by index, from memory where they were used lately."""
        wanted, remembered = indices.tolist(), self._remembered
        found = {index: item for index in wanted if (item := remembered.get(index)) is not None}
        absent = [index for index in wanted if index not in found]
        self.uses.count(hit=not absent)
        if absent:
            if len(remembered) > MAX_REMEMBERED:
                self.drop_cache()
            read = self._read(absent)
            self._remembered.update(read)
            found |= read
        return [found[index] for index in wanted]

    def _read(self, indices: Sequence[int]) -> dict[int, Item]:
        """From the store, which is at hand; where it cannot be reached, from the log."""
        try:
            return self._store.get_items(indices)
        except StoreUnavailable:
            return dict(self._log.get_items(map(self._ids.item_id, indices)).values())

    def drop_cache(self) -> None:
        """Read all items anew when they are wanted next."""
        self._remembered = {}

    def everything(self) -> Iterable[tuple[int, Item]]:
        """Every item of the log with its index."""
        return self._log.iter_items()

    def follow_log(self) -> None:
        """Take in what items the log has gained, changed and lost since; other calls may go on."""
        self._indexer.follow(on_put=self._know)
        there = self._log.item_indices()
        self._forget([item_id for item_id in self._ids.index_of if item_id not in there])
        # The ranker may have read from the store what was deleted before the ids were read.
        self.leave_out_deleted(there)

    def leave_out_deleted(self, there: Mapping[str, int]) -> None:
        """Let the ranker propose nothing that only the store has still: `there` are the indices of
        the items of the log."""
        for model in self._registry.live:
            live = np.flatnonzero(model.ranker.snapshot.content.live)
            model.ranker.catalog.remove_items(np.setdiff1d(live, list(there.values())))

    def reconcile(self) -> None:
        """Bring the store up to the log."""
        self._indexer.reconcile()

    def _know(self, items: Iterable[tuple[int, Item]]) -> None:
        """Items by index, as they are in the log now."""
        items = list(items)
        for index, item in items:
            self._ids.put(item.item_id, index)
            self._remembered.pop(index, None)
            for model in self._registry.live:
                model.ranker.catalog.set_live(index, item.available)
        self.changes += 1
        self.on_known(items)

    def learn(self, rows: Sequence[StoredItem]) -> None:
        """Tell the model of items whose content was put into the store."""
        for row in rows:
            self._ids.put(row.item.item_id, row.item_index)
        self._registry.learn(rows)
        self._on_change()

    def _forget(self, item_ids: Iterable[str]) -> None:
        removed = [self._ids.remove(item_id) for item_id in item_ids]
        gone = [index for index in removed if index is not None]
        for model in self._registry.live:
            model.ranker.catalog.remove_items(np.array(gone, dtype=np.int64))
        self.changes += 1
        self._on_change()
