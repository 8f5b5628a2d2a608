"""The folder of an embedded store: making it, loading it, and what it says about itself.

    <folder>/lock         the owner's pid, under an operating system lock
    <folder>/store.json   layout version, encoders, vectors; written last, so a folder without it holds nothing
    <folder>/items/       shard of the items
    <folder>/sums.json    checksums of all of these, see `indexer.stores.edge.sums`

Knows nothing of what is searched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from encoders.durable import put_in_place
from encoders.errors import PalateError
from indexer.errors import DataVersionMismatch, NoRoom, StoreUnavailable
from indexer.stores.conditions import FLOAT_FIELDS, KEYWORD_FIELDS
from indexer.stores.edge.sums import trust
from indexer.stores.store import Distance

LAYOUT_VERSION = 1
ROOM_BYTES = 256 * 2**20
"""What must be free before anything is written. The engine maps its files, which grow by 32 MB
each, and where the disk is full the system ends a process that writes to such memory, without a
word (SIGBUS)."""
HNSW_FROM_KB = 32_000
"""Vectors of one name get a graph index from `optimize` above this size; below, reading them all is
quicker."""
STORAGE = qe.VectorStorageDatatype.Turbo8
"""8 bits a number. On 10,000 items, 384 and 1280 wide, a search takes 0.26 and 0.54 ms (float32:
0.68 and 2.6), finds .995 of the true top 200 and scores within 0.001."""
DISTANCES: Mapping[Distance, qe.Distance] = {"cosine": qe.Distance.Cosine, "dot": qe.Distance.Dot}


@dataclass(frozen=True, slots=True)
class FolderState:
    """What store.json says."""

    dims: Mapping[str, int]
    """Width of each encoder's vectors."""
    fingerprints: Mapping[str, str]
    extra: Mapping[str, tuple[int, Distance]] = field(default_factory=dict)
    """Width and distance of the vectors that were added later."""
    dropping: tuple[str, ...] = ()
    """Vectors that are being dropped: if the process ends before they are, the next one does it."""

    def adding(self, name: str, dim: int, distance: Distance) -> FolderState:
        return replace(self, extra={**self.extra, name: (dim, distance)})

    def without(self, name: str) -> FolderState:
        extra = {other: value for other, value in self.extra.items() if other != name}
        return replace(self, extra=extra, dropping=(*self.dropping, name))

    def settled(self) -> FolderState:
        return replace(self, dropping=())

    def renamed(self, names: Mapping[str, str]) -> FolderState:
        """With new names by old ones; vectors of the old names are to be dropped."""
        return FolderState(
            dims={names.get(name, name): dim for name, dim in self.dims.items()},
            fingerprints={names.get(name, name): one for name, one in self.fingerprints.items()},
            extra={names.get(name, name): vector for name, vector in self.extra.items()},
            dropping=(*self.dropping, *names),
        )

    def vectors(self) -> dict[str, tuple[int, Distance]]:
        """Width and distance of every vector of the items."""
        encoders: dict[str, tuple[int, Distance]] = {
            name: (dim, "cosine") for name, dim in self.dims.items()
        }
        return {**encoders, **self.extra}

    def widths(self) -> dict[str, int]:
        return {**self.dims, **{name: dim for name, (dim, _) in self.extra.items()}}


def read_state(folder: Path) -> FolderState | None:
    """None when there is no store in the folder, or the making of one was cut short."""
    file = folder / "store.json"
    if not file.exists():
        return None
    row: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if row["version"] > LAYOUT_VERSION:
        raise DataVersionMismatch(folder, str(row["version"]), str(LAYOUT_VERSION))
    extra = {name: (dim, distance) for name, (dim, distance) in row["extra"].items()}
    return FolderState(row["dims"], row["fingerprints"], extra, tuple(row["dropping"]))


def write_state(folder: Path, state: FolderState) -> None:
    """Replaced in one step, and synced: it is the old one or the new one, whenever the power fails."""
    row = {
        "version": LAYOUT_VERSION,
        "dims": dict(state.dims),
        "fingerprints": dict(state.fingerprints),
        "extra": dict(state.extra),
        "dropping": list(state.dropping),
    }
    put_in_place(folder / "store.json", json.dumps(row, indent=1).encode())


def create(folder: Path, state: FolderState) -> None:
    """An empty store, in place of whatever was there."""
    trust(folder)
    (folder / "store.json").unlink(missing_ok=True)
    _create_items(folder, state)
    forget_users(folder)
    write_state(folder, state)


def _create_items(folder: Path, state: FolderState) -> None:
    shard = _create_shard(folder / "items", state)
    for key in KEYWORD_FIELDS:
        shard.update(qe.UpdateOperation.create_field_index(key, qe.PayloadSchemaType.Keyword))
    for key in FLOAT_FIELDS:
        shard.update(qe.UpdateOperation.create_field_index(key, qe.PayloadSchemaType.Float))
    _let_go(shard)


def forget_users(folder: Path) -> None:
    """Delete the shard of people that stores had until all of them was in the log, with the ids in
    its write-ahead log."""
    for name in ("users", "users.new", "users.gone"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _create_shard(folder: Path, state: FolderState) -> qe.EdgeShard:
    if folder.is_dir():
        shutil.rmtree(folder)
    else:  # nothing, or a file in the place of the folder
        folder.unlink(missing_ok=True)
    folder.mkdir()
    vectors = {
        n: qe.EdgeVectorParams(d, qe.Distance.Cosine, datatype=STORAGE)
        for n, d in state.dims.items()
    }
    optimizers = qe.EdgeOptimizersConfig(default_segment_number=1, indexing_threshold=HNSW_FROM_KB)
    return qe.EdgeShard.create(str(folder), qe.EdgeConfig(vectors=vectors, optimizers=optimizers))


def _let_go(shard: qe.EdgeShard) -> None:
    shard.flush()
    shard.close()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """As `engine`, for what needs room; NoRoom before anything is written where there is none."""
    if why := no_room(folder):
        raise NoRoom(
            folder,
            why,
            "make room; what was acknowledged is in the log, and is put in here when the same rows come again or at "
            "the next start",
        )
    with engine(folder):
        yield


def no_room(folder: Path) -> str:
    """Why nothing may be written in a folder; empty where there is room."""
    free = shutil.disk_usage(folder).free
    if free >= ROOM_BYTES:
        return ""
    return (
        f"{free / 2**20:.0f} MB are free on its disk, and a write may need {ROOM_BYTES / 2**20:.0f}"
    )


@contextmanager
def engine(folder: Path) -> Iterator[None]:
    """The engine raises bare `Exception`; here it becomes StoreUnavailable."""
    try:
        yield
    except (PalateError, AssertionError, MemoryError):
        raise
    except Exception as error:
        raise StoreUnavailable(
            folder,
            str(error),
            "check disk space and permissions; `palate rebuild` makes the store anew from the log",
        ) from error
