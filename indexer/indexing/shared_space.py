"""Vectors of shared spaces in a store: more of every item, beside those of its encoders, which stay
as they are.

They are made from the stored ones and from short parts of the items' texts; no picture is read
again. Knows nothing of how heads are trained, nor of which alignments are active.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from encoders.alignment.checkpoint import Alignment
from encoders.arrays import FloatArray, IntArray
from encoders.base import TextEncoder
from indexer.catalog.item import Item
from indexer.stores.store import TEXT, ItemStore, StoredItem

BATCH = 256
REMEMBERED = 50_000
"""Vectors of parts, some 75 MB."""
_PREFIX = "joint"


def joint_name(version: str, name: str) -> str:
    """What a store calls an alignment's view of the texts of items, or of their pictures: of what the
    vector `name` is of."""
    return f"{_PREFIX}-{name}-{version}"


def joint_names(store: ItemStore) -> list[str]:
    """The vectors of shared spaces that the store has room for."""
    return [name for name in store.vector_names() if name.startswith(f"{_PREFIX}-")]


class SharedSpace(ABC):
    """What gives items their vectors of a space that words share with one modality."""

    names: Sequence[str]
    """What a store calls these vectors. The first is set last, so an item that has it has them all."""
    made_of: Sequence[str] = ()
    """Vectors of an item that `beside` makes these of."""
    dim: int

    @abstractmethod
    def beside(self, rows: Sequence[StoredItem]) -> list[StoredItem]:
        """The same items with their vectors of the shared space as well, made of what they are and
        their others."""

    def applies_to(self, item: Item) -> bool:
        """Whether an item gets the first of these vectors."""
        return True

    def make_room(self, store: ItemStore) -> None:
        """So that items can be put in with their vectors of the shared space. Idempotent."""
        for name in self.names:
            store.create_vector(name, self.dim, "cosine")

    def fill(
        self,
        store: ItemStore,
        on_progress: Callable[[int, int | None], None] = lambda done, total: None,
    ) -> None:
        """Give every item that lacks them its vectors of the shared space. Stopped half-way, it
        goes on there."""
        self.make_room(store)
        first = self.names[0]
        lacking = [
            row.item_index
            for page in store.scroll([first])
            for row in page
            if first not in row.vectors and self.applies_to(row.item)
        ]
        for start in range(0, len(lacking), BATCH):
            self._fill(store, lacking[start : start + BATCH])
            on_progress(min(start + BATCH, len(lacking)), len(lacking))

    def _fill(self, store: ItemStore, indices: Sequence[int]) -> None:
        items = store.get_items(indices)
        own: dict[int, dict[str, FloatArray]] = {index: {} for index in items}
        for name in self.made_of:
            there, vectors = store.vectors(name, list(items))
            for index, vector in zip(there.tolist(), vectors, strict=True):
                own[index][name] = vector
        rows = self.beside([StoredItem(index, item, own[index]) for index, item in items.items()])
        for joint in reversed(self.names):
            having = [row for row in rows if joint in row.vectors]
            if having:
                found: IntArray = np.array([row.item_index for row in having], dtype=np.int64)
                store.set_vectors(joint, found, np.stack([row.vectors[joint] for row in having]))


class PartReader:
    """Reads the parts of items' texts. In the vector of a long text the colour or the material of a
    thing hardly shows, so attributes and categories are read by themselves too.

    What was read lately is remembered: many items share their categories, and an alignment that was
    just trained is applied to the items that taught it.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, FloatArray] = {}

    def parts(self, items: Sequence[tuple[Item, FloatArray]]) -> FloatArray:
        """Items, each with the vector of its whole text -> (3, N, text dim): whole, attributes,
        categories. A row of zeros is a part that an item lacks."""
        whole = np.stack([vector for _, vector in items])
        labels = [replace(item, title="", description="") for item, _ in items]
        attributes = self.texts([replace(item, categories=()).text() for item in labels])
        categories = self.texts([replace(item, attributes={}).text() for item in labels])
        return np.stack([whole, attributes, categories])

    def texts(self, texts: Sequence[str]) -> FloatArray:
        """(N, text dim); zeros for an empty text."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        new = sorted({text for text in texts if text} - self._known.keys())
        self._known |= zip(new, self._encoder.encode_passages(new), strict=True)
        nothing = np.zeros(self._encoder.dim, dtype=np.float32)
        return np.stack([self._known.get(text, nothing) for text in texts])


class JointEncoder(SharedSpace):
    """The space of an alignment, of texts and one modality, and what reads the parts of texts for
    it. Every item has a text, if an empty one."""

    def __init__(self, alignment: Alignment, reader: PartReader) -> None:
        self.alignment = alignment
        self.dim = alignment.dim
        self._reader = reader
        self._modality = alignment.modality
        self.made_of = [TEXT, self._modality]
        self._text, self._medium = self.names = [
            joint_name(alignment.version, name) for name in self.made_of
        ]

    def beside(self, rows: Sequence[StoredItem]) -> list[StoredItem]:
        made: dict[int, dict[str, FloatArray]] = {row.item_index: dict(row.vectors) for row in rows}
        read = [row for row in rows if TEXT in row.vectors]
        seen = [row for row in rows if self._modality in row.vectors]
        if read:
            parts = self._reader.parts([(row.item, row.vectors[TEXT]) for row in read])
            for row, vector in zip(read, self.alignment.heads.texts(parts), strict=True):
                made[row.item_index][self._text] = vector
        if seen:
            media = np.stack([row.vectors[self._modality] for row in seen])
            for row, vector in zip(seen, self.alignment.heads.media(media), strict=True):
                made[row.item_index][self._medium] = vector
        return [replace(row, vectors=made[row.item_index]) for row in rows]
