"""Captions: the texts of items as an image or audio encoder reads them, in its own space.

With them a picture or a sound finds things that are only described. An alignment's view of texts takes their place
where one is in use. Knows nothing of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from encoders.base import MediaEncoder
from indexer.aligned import BATCH, joint_name
from indexer.catalog import Item
from indexer.store import TEXT, ItemStore, StoredItem


def caption_name(encoder: MediaEncoder) -> str:
    """What a store calls the captions that this encoder has read."""
    return joint_name(encoder.fingerprint, TEXT)


class CaptionEncoder:
    """An encoder that shares the space of texts. An item without any text has no caption."""

    def __init__(self, encoder: MediaEncoder) -> None:
        self._encoder = encoder
        self._name = caption_name(encoder)

    @property
    def names(self) -> Collection[str]:
        return (self._name,)

    def beside(self, rows: Sequence[StoredItem]) -> list[StoredItem]:
        told = [row.item.text() for row in rows if row.item.text()]
        vectors: Iterator[np.ndarray] = iter(self._encoder.encode_texts(told))
        return [
            replace(row, vectors={**row.vectors, self._name: next(vectors)}) if row.item.text() else row for row in rows
        ]

    def make_room(self, store: ItemStore) -> None:
        store.create_vector(self._name, self._encoder.dim, "cosine")

    def fill(self, store: ItemStore, on_progress: Callable[[int, int | None], None] = lambda done, total: None) -> None:
        self.make_room(store)
        lacking = [
            (row.item_index, row.item)
            for page in store.scroll([self._name])
            for row in page
            if row.item.text() and self._name not in row.vectors
        ]
        for start in range(0, len(lacking), BATCH):
            self._fill(store, lacking[start : start + BATCH])
            on_progress(min(start + BATCH, len(lacking)), len(lacking))

    def _fill(self, store: ItemStore, items: Sequence[tuple[int, Item]]) -> None:
        indices = np.array([index for index, _ in items], dtype=np.int64)
        store.set_vectors(self._name, indices, self._encoder.encode_texts([item.text() for _, item in items]))
