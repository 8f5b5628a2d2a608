"""EdgeStore: the embedded store, on Qdrant Edge. One process owns its folder
(`indexer.stores.edge.folder`).

An update that has returned survives kill -9: the engine's write-ahead log has it. Qdrant Edge 0.9
keeps Python's global lock during every call, so threads do not search at the same time, and
`optimize` stops the whole process: run it after bulk indexing, not in a server. Knows nothing of
encoders but their fingerprints.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from encoders.arrays import FloatArray, IntArray
from indexer.catalog.filter import Filter
from indexer.catalog.item import Item
from indexer.folder_lock import FolderLock
from indexer.stores.conditions import from_payload, to_payload
from indexer.stores.edge.condition import Condition, condition_of, told_suspect
from indexer.stores.edge.folder import (
    FolderState,
    create,
    engine,
    no_room,
    read_state,
    write_state,
    writing,
)
from indexer.stores.edge.search import EdgeSearch
from indexer.stores.edge.sums import forget_sums, suspect, write_sums
from indexer.stores.edge.vectors import make_vector, settle
from indexer.stores.store import (
    Distance,
    Hits,
    StoredItem,
    VectorQuery,
    check_encoders,
)
from indexer.stores.values import (
    check_vector,
    check_vectors,
    parts,
    to_arrays,
    to_ids,
    to_lists,
    to_rows,
)

logger = logging.getLogger(__name__)

_UPDATE = qe.UpdateOperation


class EdgeStore:
    """An `ItemStore` in a folder of its own; `EdgeStore.open` makes or loads it."""

    def __init__(
        self, folder: Path, lock: FolderLock, state: FolderState, *, changed: bool = False
    ) -> None:
        """`changed`: what is in there need not be what was put in."""
        self._folder = folder
        self._lock = lock
        self._changed = changed
        forget_sums(folder)
        self._items: qe.EdgeShard = qe.EdgeShard.load(str(folder / "items"))
        self._find = EdgeSearch(self._items)
        self._guard = threading.RLock()
        """Held while vectors come and go, and while closing."""
        self._closed = False
        self._state = settle(self._items, folder, state)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        dims: Mapping[str, int],
        fingerprints: Mapping[str, str],
        *,
        anew: bool = False,
    ) -> EdgeStore:
        """The store in `folder`, made if there is none; `anew` first forgets what is there.

        StoreLocked when another process has it, EncoderMismatch when its vectors are of other
        encoders. One that is there is opened on a full disk too, to be read. One that is damaged, so
        that the engine cannot read it, is made anew and empty.
        """
        path = Path(folder)
        lock = FolderLock(path)
        try:
            with engine(path):
                state = None if anew else cls._known(path)
                condition = Condition()
                if state is not None:
                    check_encoders(
                        path,
                        stored=state.fingerprints,
                        stored_dims=state.dims,
                        fingerprints=fingerprints,
                        dims=dims,
                    )
                    condition = condition_of(path, unclean=lock.unclean)
                if state is None or condition.broken:
                    _say_broken(path, condition.broken)
                    state = FolderState(dict(dims), dict(fingerprints))
                    with writing(path):
                        create(path, state)
                    condition = Condition()
                _note(path, condition)
                return cls(path, lock, state, changed=bool(condition.changed))
        except BaseException:
            lock.release(
                unclean=lock.unclean
            )  # what a killed owner left is still to be reconciled by who opens it
            raise

    @property
    def unclean(self) -> bool:
        return self._lock.unclean or self._changed

    @property
    def damage(self) -> str:
        return told_suspect(self._folder)

    @property
    def no_room(self) -> str:
        return no_room(self._folder)

    @staticmethod
    def _known(folder: Path) -> FolderState | None:
        """What store.json says; None where there is none, or where it cannot be read."""
        try:
            state = read_state(folder)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            _say_broken(folder, f"store.json cannot be read ({error})")
            return None
        if state is None and (folder / "items").is_dir():
            _say_broken(folder, "store.json is not there")
        return state

    def upsert(self, items: Sequence[StoredItem]) -> None:
        widths = self.vector_names()
        points = []
        for stored in items:
            check_vectors(stored.vectors, widths)
            points.append(
                qe.Point(stored.item_index, to_lists(stored.vectors), to_payload(stored.item))
            )
        self._update(_UPDATE.upsert_points(part) for part in parts(points))

    def set_items(self, items: Sequence[tuple[int, Item]]) -> None:
        there = set(self.matching(None, [index for index, _ in items]).tolist())
        self._update(
            _UPDATE.overwrite_payload([index], to_payload(item))
            for index, item in items
            if index in there
        )

    def get_items(self, item_indices: Sequence[int]) -> dict[int, Item]:
        with engine(self._folder):
            records: list[Any] = self._items.retrieve(
                to_ids(item_indices), with_payload=["item"], with_vector=False
            )
        return {int(record.id): from_payload(record.payload) for record in records}

    def delete(self, item_indices: Sequence[int]) -> None:
        self._update(_UPDATE.delete_points(part) for part in parts(to_ids(item_indices)))

    def create_vector(self, name: str, dim: int, distance: Distance = "dot") -> None:
        with self._guard:
            assert name not in self._state.dims, f"{name!r} is an encoder's vector"
            if self._state.extra.get(name) == (dim, distance):
                return
            self.drop_vector(name)
            self._remember(self._state.adding(name, dim, distance))
            make_vector(self._items, self._folder, name, dim, distance)

    def drop_vector(self, name: str) -> None:
        with self._guard:
            assert name not in self._state.dims, f"{name!r} is an encoder's vector"
            if name in self._state.extra:
                self._remember(self._state.without(name))
                self._state = settle(self._items, self._folder, self._state)

    def vector_names(self) -> dict[str, int]:
        return self._state.widths()

    def set_vectors(self, name: str, item_indices: IntArray, vectors: FloatArray) -> None:
        assert vectors.shape[:1] == (len(item_indices),), (vectors.shape, len(item_indices))
        check_vector(name, vectors, self.vector_names())
        there = set(
            self.matching(None, item_indices).tolist()
        )  # the engine refuses a whole batch for one unknown item
        points = [
            qe.PointVectors(index, {name: vector.tolist()})
            for index, vector in zip(to_ids(item_indices), vectors, strict=True)
            if index in there
        ]
        self._update(_UPDATE.update_vectors(part) for part in parts(points))

    def vectors(
        self, name: str, item_indices: Sequence[int] | IntArray
    ) -> tuple[IntArray, FloatArray]:
        dim = self.vector_names().get(name, 0)
        wanted = to_ids(item_indices) if dim else []
        found: dict[int, FloatArray] = {}
        for part in parts(wanted):
            with engine(self._folder):
                records: list[Any] = self._items.retrieve(
                    part, with_payload=False, with_vector=[name]
                )
            for record in records:
                if (vector := to_arrays(record.vector).get(name)) is not None:
                    found[int(record.id)] = vector
        return to_rows(wanted, found, dim)

    def query_batch(self, queries: Sequence[VectorQuery]) -> list[Hits]:
        widths = self.vector_names()
        known = [query for query in queries if query.vector_name in widths]
        for query in known:
            check_vector(query.vector_name, query.vector, widths)
        with engine(self._folder):
            hits = iter(self._find.query_batch(known))
        return [next(hits) if query.vector_name in widths else Hits.none() for query in queries]

    def matching(
        self,
        filter: Filter | None,
        item_indices: Sequence[int] | IntArray | None = None,
        limit: int | None = None,
    ) -> IntArray:
        with engine(self._folder):
            return self._find.matching(
                filter, None if item_indices is None else set(to_ids(item_indices)), limit
            )

    def scroll(
        self, vector_names: Sequence[str] = (), batch: int = 1000
    ) -> Iterator[list[StoredItem]]:
        names = [name for name in vector_names if name in self.vector_names()]
        return scroll_items(self._items, self._folder, names, batch)

    def count(self) -> int:
        with engine(self._folder):
            return self._find.count()

    def optimize(self) -> None:
        with engine(self._folder):
            self._items.optimize()

    def flush(self) -> None:
        with engine(self._folder):
            self._items.flush()

    def close(self) -> None:
        with self._guard:
            if self._closed:
                return
            self.flush()
            self._closed = True
            self._items.close()
            with contextlib.suppress(OSError):  # without them the next opening looks for itself
                write_sums(self._folder)
            self._lock.release()

    def _remember(self, state: FolderState) -> None:
        write_state(self._folder, state)
        self._state = state

    def _update(self, operations: Iterable[qe.UpdateOperation]) -> None:
        try:
            with writing(self._folder):
                for operation in operations:
                    self._items.update(operation)
        finally:
            self._find.changed()


def _say_broken(folder: Path, why: str) -> None:
    if why:
        logger.error("%s is damaged and made anew from the log: %s", folder, why)


def _note(folder: Path, condition: Condition) -> None:
    """Remember what was found changed."""
    if condition.changed:
        suspect(folder, condition.changed)
        logger.error("%s: %s", folder, told_suspect(folder))


def scroll_items(
    shard: qe.EdgeShard, folder: Path, vector_names: Sequence[str], batch: int = 1000
) -> Iterator[list[StoredItem]]:
    """Everything in the items' shard of a folder, with vectors that it has room for."""
    offset: Any = 0
    while offset is not None:
        request = qe.ScrollRequest(
            offset=offset,
            limit=batch,
            with_payload=["item"],
            with_vector=list(vector_names) or False,
        )
        with engine(folder):
            records, offset = shard.scroll(request)
        if page := [_to_stored(record) for record in records]:
            yield page


def _to_stored(record: Any) -> StoredItem:
    return StoredItem(int(record.id), from_payload(record.payload), to_arrays(record.vector))
