"""The named vectors of an embedded store: making, dropping and renaming them, so that a process that
is killed half-way leaves something to go on with.

store.json says what there is to be; `settle` brings the shard of the items to that. Every step is
flushed: Qdrant Edge 0.9 forgets a vector when, after a kill, it replays both dropping and making it
from its write-ahead log. Knows nothing of what the vectors are of.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from indexer.stores.edge.folder import (
    DISTANCES,
    STORAGE,
    FolderState,
    engine,
    no_room,
    read_state,
    write_state,
    writing,
)
from indexer.stores.edge.sums import forget_sums
from indexer.stores.store import Distance
from indexer.stores.values import parts

_UPDATE = qe.UpdateOperation
_PAGE = 1_000


def make_vector(items: qe.EdgeShard, folder: Path, name: str, dim: int, distance: Distance) -> None:
    """Room for one more vector per item. Idempotent."""
    made = _UPDATE.create_dense_vector(name, dim, DISTANCES[distance], datatype=STORAGE)
    with writing(folder):
        items.update(made)
        items.flush()


def settle(items: qe.EdgeShard, folder: Path, state: FolderState) -> FolderState:
    """Drop and make the vectors that store.json has announced; returns what it says now. Where there
    is no room for it, a later opening does it."""
    with engine(folder):
        items.flush()
    if no_room(folder):
        return state
    for name in state.dropping:
        with writing(folder):
            items.update(_UPDATE.delete_vector_name(name))
            items.flush()
    if state.dropping:
        state = state.settled()
        write_state(folder, state)
    for name, (dim, distance) in state.extra.items():
        make_vector(items, folder, name, dim, distance)
    return state


def rename_vectors(folder: Path, names: Mapping[str, str]) -> None:
    """New names by old ones, in a store that is not open.

    The vectors are copied, and store.json changes from the old names to the new ones in one step:
    killed before it, the store is as it was, and the next call begins again; killed after it, the
    next opening drops what has the old names.
    """
    state = read_state(folder)
    assert state is not None, f"there is no store in {folder}"
    forget_sums(folder)
    with engine(folder):
        items = qe.EdgeShard.load(str(folder / "items"))
    try:
        state = settle(items, folder, state)
        for old, new in names.items():
            dim, distance = state.vectors()[old]
            make_vector(items, folder, new, dim, distance)
            _copy(items, folder, old, new)
        state = state.renamed(names)
        write_state(folder, state)
        settle(items, folder, state)
    finally:
        items.close()


def _copy(items: qe.EdgeShard, folder: Path, old: str, new: str) -> None:
    offset: Any = 0
    while offset is not None:
        page = qe.ScrollRequest(offset=offset, limit=_PAGE, with_payload=False, with_vector=[old])
        with engine(folder):
            records, offset = items.scroll(page)
        points = [
            qe.PointVectors(record.id, {new: record.vector[old]})
            for record in records
            if isinstance(record.vector, dict) and old in record.vector
        ]
        with writing(folder):
            for part in parts(points):
                items.update(_UPDATE.update_vectors(part))
    with engine(folder):
        items.flush()
