"""What a shared store says about itself: one point in a collection of its own, `<prefix>_meta`.

Knows nothing of items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from qdrant_client import QdrantClient, models

from encoders.errors import PalateError
from indexer.errors import DataVersionMismatch, StoreUnavailable

LAYOUT_VERSION = 1
_POINT = 0

Extra = Mapping[str, tuple[int, str]]
"""Width and distance of the vectors that were added to those of the encoders."""


class StoreMeta:
    """Layout version, encoders and vectors, as last read."""

    def __init__(self, client: QdrantClient, prefix: str) -> None:
        self._client = client
        self._collection = f"{prefix}_meta"
        self._prefix = prefix
        self.dims: dict[str, int] = {}
        self.fingerprints: dict[str, str] = {}
        self.extra: dict[str, tuple[int, str]] = {}
        self.dropping: tuple[str, ...] = ()
        """Vectors that are being dropped: if the process ends before they are, the next one does it."""

    def vectors(self) -> dict[str, tuple[int, str]]:
        """Width and distance of every vector of the items."""
        return {**{name: (dim, "cosine") for name, dim in self.dims.items()}, **self.extra}

    def widths(self) -> dict[str, int]:
        return {**self.dims, **{name: dim for name, (dim, _) in self.extra.items()}}

    def read(self) -> bool:
        """False when there is no store, or the making of one was cut short."""
        if not self._client.collection_exists(self._collection):
            return False
        records = self._client.retrieve(self._collection, [_POINT])
        if not records or records[0].payload is None:
            return False
        row: dict[str, Any] = records[0].payload
        if row["version"] > LAYOUT_VERSION:
            raise DataVersionMismatch(self._prefix, str(row["version"]), str(LAYOUT_VERSION))
        self.dims, self.fingerprints = dict(row["dims"]), dict(row["fingerprints"])
        self.extra = {
            name: (int(dim), str(distance)) for name, (dim, distance) in row["extra"].items()
        }
        self.dropping = tuple(row.get("dropping", ()))
        return True

    def forget(self) -> None:
        """From here until `write` there is no store under the prefix."""
        if self._client.collection_exists(self._collection):
            self._client.delete_collection(self._collection)

    def write(
        self,
        dims: Mapping[str, int],
        fingerprints: Mapping[str, str],
        extra: Extra,
        *,
        dropping: tuple[str, ...] = (),
    ) -> None:
        """In one step."""
        row = {
            "version": LAYOUT_VERSION,
            "dims": dict(dims),
            "fingerprints": dict(fingerprints),
            "extra": {name: list(value) for name, value in extra.items()},
            "dropping": list(dropping),
        }
        if not self._client.collection_exists(self._collection):
            self._client.create_collection(self._collection, vectors_config={})
        self._client.upsert(
            self._collection, [models.PointStruct(id=_POINT, vector={}, payload=row)]
        )
        self.dims, self.fingerprints, self.extra = dict(dims), dict(fingerprints), dict(extra)
        self.dropping = dropping


@contextmanager
def server(name: str) -> Iterator[None]:
    """Whatever the client raises becomes StoreUnavailable."""
    try:
        yield
    except (PalateError, AssertionError, MemoryError):
        raise
    except Exception as error:
        raise StoreUnavailable(
            name,
            str(error) or type(error).__name__,
            "check that the Qdrant server runs and can be reached",
        ) from error
