"""ItemEncoder: items to vectors, encoding only what changed.

What an item is perceived by is its pictures or its sound, whichever the catalogue's perception asks
for; an item with several pictures has one vector of them all. Beside the vectors of the encoders,
items get those of the space that words share with what is perceived, where there is one. A picture
or a sound that cannot be had is a problem in the answer, never an error; an encoder that fails is
an error. Knows nothing of the log, and does not write to the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from encoders.arrays import FloatArray
from encoders.base import TextEncoder, unit_rows
from encoders.errors import MediaError
from encoders.modality import Perception, medium_of
from indexer.catalog.item import Item
from indexer.indexing.shared_space import SharedSpace
from indexer.media.source import Loaded, MediaSource
from indexer.stores.store import IMAGE, TEXT, ItemStore, StoredItem

MAX_AT_ONCE = 64
"""Pictures or sounds: while the encoder has these, the next ones are fetched and decoded."""
MAX_BYTES_AT_ONCE = 96_000_000
"""The same decoded, 32 million pixels: 64 large ones would take gigabytes."""
_NO_DIRECTION = 1e-3

Named = tuple[int, str]
"""An item's index, and one of its images or its sound as the log has it."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Items with their vectors, and what these lack."""

    items: Sequence[StoredItem]
    problems: Sequence[tuple[int, MediaError]]
    """Item index and why a picture or the sound could not be had, in the order of the items."""


class ItemEncoder:
    """The two encoders, beside the store that holds what they gave before."""

    def __init__(
        self,
        store: ItemStore,
        text: TextEncoder,
        perception: Perception | None,
        media: MediaSource,
        joint: SharedSpace | None = None,
    ) -> None:
        self._store = store
        self._text = text
        self._perception = perception
        self._media = media
        self._joint = joint

    def encode(self, items: Sequence[tuple[int, Item]], before: Mapping[int, Item]) -> Encoding:
        """Items by index with their vectors: with those in the store where they read as the store's
        `before` does."""
        same_text = [i for i, item in items if i in before and before[i].text() == item.text()]
        medium = medium_of(self._perception)
        same_media = [
            i
            for i, item in items
            if i in before and before[i].perceived(medium) == item.perceived(medium)
        ]
        vectors = {TEXT: self._stored(TEXT, same_text), IMAGE: self._stored(IMAGE, same_media)}
        read = [(index, item) for index, item in items if index not in vectors[TEXT]]
        unseen = [(index, item) for index, item in items if index not in vectors[IMAGE]]
        named = [(index, name) for index, item in unseen for name in item.perceived(medium)]
        problems: list[tuple[int, MediaError]] = []
        with self._media.loading([name for _, name in named], self._perception) as loaded:
            rows = self._text.encode_passages(
                [item.text() for _, item in read]
            )  # while the first files arrive
            vectors[TEXT] |= {index: row for (index, _), row in zip(read, rows, strict=True)}
            if self._perception:
                vectors[IMAGE] |= _perceive(self._perception, named, loaded, problems)
        found = [
            StoredItem(
                index,
                item,
                {name: known[index] for name, known in vectors.items() if index in known},
            )
            for index, item in items
        ]
        return Encoding(self._joint.beside(found) if self._joint else found, problems)

    def _stored(self, name: str, indices: Sequence[int]) -> dict[int, FloatArray]:
        found, rows = self._store.vectors(name, indices)
        return dict(zip(found.tolist(), rows, strict=True))


def pooled(rows: Sequence[FloatArray]) -> FloatArray:
    """The mean of unit vectors (dim,), of length 1 again; the first one where they cancel each
    other out."""
    mean: FloatArray = np.stack(rows).mean(axis=0)
    norm = float(np.linalg.norm(mean))
    if len(rows) == 1 or norm < _NO_DIRECTION:
        return rows[0]
    unit: FloatArray = unit_rows(mean[np.newaxis], name="pooled pictures")[0]
    return unit


def _perceive(
    perception: Perception,
    named: Sequence[Named],
    loaded: Iterator[Loaded],
    problems: list[tuple[int, MediaError]],
) -> dict[int, FloatArray]:
    rows: dict[int, list[FloatArray]] = defaultdict(list)
    for part in _opened(perception, named, loaded, problems):
        encoded = perception.encode([content for _, content in part])
        for (index, _), row in zip(part, encoded, strict=True):
            rows[index].append(row)
    return {index: pooled(several) for index, several in rows.items()}


def _opened(
    perception: Perception,
    named: Sequence[Named],
    loaded: Iterator[Loaded],
    problems: list[tuple[int, MediaError]],
) -> Iterator[list[tuple[int, Any]]]:
    """What can be read, as much at a time as memory should hold; the rest goes to `problems`."""
    part: list[tuple[int, Any]] = []
    size = 0
    for (index, _), content in zip(named, loaded, strict=True):
        if isinstance(content, MediaError):
            problems.append((index, content))
            continue
        part.append((index, content))
        size += perception.size(content)
        if len(part) == MAX_AT_ONCE or size >= MAX_BYTES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part
