"""EdgeLocation: a data folder, with a folder of its own for each embedded store.

    <data>/vectors               the first store
    <data>/vectors-1a2b3c4d      one of other encoders, by the digest of their fingerprints

Knows nothing of what is in a store but its count.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import qdrant_edge as qe

from indexer.errors import DataVersionMismatch
from indexer.folder_lock import FolderLock
from indexer.stores.edge.condition import (
    condition_of,
    damaged,
    told_changed,
    told_suspect,
)
from indexer.stores.edge.folder import engine, forget_users, read_state
from indexer.stores.edge.search import EdgeSearch
from indexer.stores.edge.store import EdgeStore, scroll_items
from indexer.stores.edge.sums import forget_sums, write_sums
from indexer.stores.edge.vectors import rename_vectors
from indexer.stores.registry import StoreInfo
from indexer.stores.store import StoredItem

FIRST = "vectors"
_NAME = re.compile(rf"{FIRST}(-[0-9a-f]{{8}})?")


class EdgeLocation:
    """A `StoreLocation`; whoever uses it keeps other processes out of the folder."""

    first = FIRST

    def __init__(self, data: Path) -> None:
        self._data = data

    def found(self) -> Mapping[str, StoreInfo | None]:
        names = sorted(
            path.name for path in self._data.glob(f"{FIRST}*") if _NAME.fullmatch(path.name)
        )
        found: dict[str, StoreInfo | None] = {}
        for name in names:
            try:
                state = read_state(self._data / name)
            except (
                OSError,
                ValueError,
                KeyError,
                TypeError,
                DataVersionMismatch,
            ):  # opening it says which
                found[name] = None
            else:
                if state is not None:
                    found[name] = StoreInfo(name, state.fingerprints, list(state.widths()))
        return found

    def open(
        self, name: str, dims: Mapping[str, int], fingerprints: Mapping[str, str], *, anew: bool
    ) -> EdgeStore:
        return EdgeStore.open(self._data / name, dims, fingerprints, anew=anew)

    def damaged(self) -> Mapping[str, str]:
        found = {}
        for path in sorted(self._data.glob(f"{FIRST}*")):
            if _NAME.fullmatch(path.name) and (why := _damage(path)):
                found[path.name] = why
        return found

    def count(self, name: str) -> int:
        with self._items(name) as items, engine(self._data / name):
            return EdgeSearch(items).count()

    def scroll(self, name: str, vector_names: Sequence[str]) -> Iterator[list[StoredItem]]:
        with self._items(name) as items:
            yield from scroll_items(items, self._data / name, vector_names)

    def size(self, name: str) -> int:
        """As the disk has it: the engine's files are mostly holes."""
        return sum(
            path.stat().st_blocks * 512 for path in (self._data / name).rglob("*") if path.is_file()
        )

    def drop(self, name: str) -> None:
        folder = self._data / name
        (folder / "store.json").unlink(
            missing_ok=True
        )  # from here on the folder holds nothing, whenever this stops
        shutil.rmtree(folder)

    def rename_vectors(self, name: str, names: Mapping[str, str]) -> None:
        """Without the store's lock too."""
        rename_vectors(self._data / name, names)

    def forget_users(self, name: str) -> None:
        forget_users(self._data / name)

    @contextmanager
    def _items(self, name: str) -> Iterator[qe.EdgeShard]:
        """Without the store's lock, whose mark of an unclean end is for who reconciles it. Damaged
        where it cannot be read."""
        folder = self._data / name
        condition = condition_of(folder)
        if condition.broken:
            raise damaged(folder, condition.broken)
        if condition.sound:
            forget_sums(folder)  # the engine takes its journals in
        with engine(folder):
            items = qe.EdgeShard.load(str(folder / "items"))
        try:
            yield items
        finally:
            items.close()
            if condition.sound:
                write_sums(folder)


def _damage(folder: Path) -> str:
    """What is wrong with the store in a folder, which is not changed; empty where nothing is."""
    if not any((folder / name).exists() for name in ("items", "store.json")):
        return ""
    try:
        state = read_state(folder)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return f"store.json cannot be read ({error})"
    except DataVersionMismatch:
        return ""  # opening it says so
    if state is None:
        return "store.json is not there"
    lock = FolderLock(folder)
    try:
        condition = condition_of(folder, unclean=lock.unclean)
    finally:
        lock.release(unclean=lock.unclean)
    changed = told_changed(condition.changed) if condition.changed else ""
    return condition.broken or changed or told_suspect(folder)
