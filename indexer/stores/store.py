"""What an item store is: vectors by name beside their items, searched by similarity and filter.

Owns the protocol and the values that cross it; `indexer.stores.edge` and `indexer.stores.qdrant` are
the two stores.
A store can always be made again from the event log. It holds nothing of people: what is known of
them is in the log alone, so that it goes where a person is deleted. Knows nothing of encoders,
events or ranking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from encoders.arrays import FloatArray, IntArray
from indexer.catalog.filter import Filter
from indexer.catalog.item import Item
from indexer.errors import EncoderMismatch

Distance = Literal["cosine", "dot"]

TEXT = "text"
IMAGE = "image"
"""Names of two vectors. Those of encoders are called as their modality is (`encoders.modality`)."""


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item and its vectors by name. A missing modality has no key."""

    item_index: int
    item: Item
    vectors: Mapping[str, FloatArray] = field(hash=False)


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """One search: the `limit` nearest by one vector, of what matches the filter and is not
    excluded."""

    vector_name: str
    vector: FloatArray = field(hash=False)
    limit: int
    filter: Filter | None = None
    exclude: Sequence[int] = ()
    """Item indices that must not come back."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What one search found, best first."""

    item_indices: IntArray
    scores: FloatArray
    """Cosine or dot product, by the vector's distance; within 0.002 of the exact value where
    vectors are compressed."""

    def __len__(self) -> int:
        return len(self.item_indices)

    @classmethod
    def none(cls) -> Hits:
        """No hits."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


class ItemStore(Protocol):
    """Where items are searched. Point ids are the log's item indices. Safe to be called from many
    threads."""

    @property
    def unclean(self) -> bool:
        """The last owner did not close the store, so it may lag behind what the log believes;
        `reconcile` looks."""

    @property
    def damage(self) -> str:
        """What may be wrong with what is stored, though it serves; empty where nothing was found."""

    @property
    def no_room(self) -> str:
        """Why nothing can be written at this moment, where a disk is full; empty where it can."""

    def upsert(self, items: Sequence[StoredItem]) -> None:
        """Put items in, replacing item and all vectors of those that are there."""

    def set_items(self, items: Sequence[tuple[int, Item]]) -> None:
        """Replace items that are there, keeping their vectors: for what no encoder reads, such as
        the price."""

    def get_items(self, item_indices: Sequence[int]) -> dict[int, Item]:
        """The items as they were when they were put in; unknown indices are left out."""

    def delete(self, item_indices: Sequence[int]) -> None:
        """Take items out; unknown indices are fine."""

    def create_vector(self, name: str, dim: int, distance: Distance = "dot") -> None:
        """Make room for one more vector per item. One of the same name and width is kept, of
        another width replaced."""

    def drop_vector(self, name: str) -> None:
        """Forget a vector of every item; an unknown name is fine."""

    def vector_names(self) -> dict[str, int]:
        """Width of each vector there is room for."""

    def set_vectors(self, name: str, item_indices: IntArray, vectors: FloatArray) -> None:
        """Set one vector of items, leaving the others; items that are not in the store are passed
        over."""

    def vectors(
        self, name: str, item_indices: Sequence[int] | IntArray
    ) -> tuple[IntArray, FloatArray]:
        """The items that have the vector, in the order asked for, and (N, dim) their vectors."""

    def query_batch(self, queries: Sequence[VectorQuery]) -> list[Hits]:
        """Several searches at once, answers in their order. An unknown vector name finds nothing."""

    def matching(
        self,
        filter: Filter | None,
        item_indices: Sequence[int] | IntArray | None = None,
        limit: int | None = None,
    ) -> IntArray:
        """Which of these items (of all, if None) match, in ascending order."""

    def scroll(
        self, vector_names: Sequence[str] = (), batch: int = 1000
    ) -> Iterator[list[StoredItem]]:
        """Everything, in batches by ascending index, with the vectors named."""

    def count(self) -> int:
        """Items in the store."""

    def optimize(self) -> None:
        """Build search indexes where they pay, and reclaim space. May take long and hold up every
        other call."""

    def flush(self) -> None:
        """Bring everything to disk, so that the next opening is quick."""

    def close(self) -> None:
        """Flush and let go. Closing twice is fine."""


def check_encoders(
    store: object,
    *,
    stored: Mapping[str, str],
    stored_dims: Mapping[str, int],
    fingerprints: Mapping[str, str],
    dims: Mapping[str, int],
) -> None:
    """EncoderMismatch unless the store's vectors are of these encoders, by fingerprint and width."""

    def identity(prints: Mapping[str, str], widths: Mapping[str, int]) -> dict[str, str]:
        return {
            name: f"{prints.get(name, 'unnamed')} ({width} wide)" for name, width in widths.items()
        }

    before, now = identity(stored, stored_dims), identity(fingerprints, dims)
    if before != now:
        raise EncoderMismatch(store, before, now)
