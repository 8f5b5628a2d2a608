"""Captions: the texts of items as an encoder of pictures or sounds reads them, in its own space.

With them a picture or a sound finds things that are only described. An alignment's view of texts
takes their place where one is active. Knows nothing of queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from encoders.arrays import FloatArray
from encoders.base import MediaEncoder
from indexer.catalog.item import Item
from indexer.indexing.shared_space import SharedSpace, joint_name
from indexer.stores.store import TEXT, StoredItem


def caption_name(encoder: MediaEncoder) -> str:
    """What a store calls the captions that this encoder has read."""
    return joint_name(encoder.fingerprint, TEXT)


class CaptionEncoder(SharedSpace):
    """An encoder that shares the space of texts. An item without any text has no caption."""

    def __init__(self, encoder: MediaEncoder) -> None:
        self.names = [caption_name(encoder)]
        self.dim = encoder.dim
        self._encoder = encoder

    def applies_to(self, item: Item) -> bool:
        return bool(item.text())

    def beside(self, rows: Sequence[StoredItem]) -> list[StoredItem]:
        texts = [row.item.text() for row in rows]
        read: Iterator[FloatArray] = iter(
            self._encoder.encode_texts([text for text in texts if text])
        )
        (name,) = self.names
        return [
            replace(row, vectors={**row.vectors, name: next(read)}) if text else row
            for row, text in zip(rows, texts, strict=True)
        ]
