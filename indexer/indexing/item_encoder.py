"""ItemEncoder: items to vectors, encoding only what changed.

An item has one vector of its text and one of each modality that the catalogue has an encoder for;
of several pictures it is one vector of them all. Beside the vectors of the encoders, items get those
of the spaces that words share with pictures or sounds, where there are any. Content that cannot be
had is a problem in the answer, never an error; an encoder that fails is an error. Knows nothing of
the log, and does not write to the store.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from encoders.arrays import FloatArray
from encoders.base import TextEncoder, unit_rows
from encoders.errors import MediaError
from encoders.modality import MediaModality, Modalities
from indexer.catalog.item import Item
from indexer.indexing.shared_space import SharedSpace
from indexer.indexing.throughput import Throughput
from indexer.media.source import Loaded, MediaSource
from indexer.stores.store import TEXT, ItemStore, StoredItem

MAX_AT_ONCE = 64
"""Contents: while the encoder has these, the next ones are fetched and decoded."""
MAX_BYTES_AT_ONCE = 96_000_000
"""The same decoded, 32 million pixels: 64 large ones would take gigabytes."""
_NO_DIRECTION = 1e-3

Named = tuple[int, str]
"""An item's index, and one of its pictures or sounds as the log has it."""
Vectors = dict[int, FloatArray]
"""By item index."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One picture or sound that could not be had."""

    item_index: int
    modality: str
    error: MediaError


@dataclass(frozen=True, slots=True)
class Encoding:
    """Items with their vectors, and what these lack."""

    items: Sequence[StoredItem]
    problems: Sequence[Problem]
    """By modality, then in the order of the items."""


class ItemEncoder:
    """The encoders of a catalogue, beside the store that holds what they gave before."""

    def __init__(
        self,
        store: ItemStore,
        text: TextEncoder,
        modalities: Modalities,
        media: MediaSource,
        spaces: Sequence[SharedSpace] = (),
    ) -> None:
        self._store = store
        self._text = text
        self._modalities = modalities
        self._media = media
        self._spaces = spaces
        self.throughput = Throughput()

    def encode(self, items: Sequence[tuple[int, Item]], before: Mapping[int, Item]) -> Encoding:
        """Items by index with their vectors: with those in the store where they read as the store's
        `before` does."""
        same_text = [i for i, item in items if i in before and before[i].text() == item.text()]
        vectors = {TEXT: self._stored(TEXT, same_text)}
        problems: list[Problem] = []
        with ExitStack() as stack:
            begun = []
            for modality in self._modalities.values():
                vectors[modality.name], named = self._split(modality.name, items, before)
                loading = self._media.loading([name for _, name in named], modality)
                begun.append((modality, named, stack.enter_context(loading)))
            vectors[TEXT] |= self._read(items, vectors[TEXT])  # while the first files arrive
            for modality, named, loaded in begun:
                vectors[modality.name] |= self._perceive(modality, named, loaded, problems)
        found = [_with_vectors(index, item, vectors) for index, item in items]
        for space in self._spaces:
            found = space.beside(found)
        return Encoding(found, problems)

    def _split(
        self, modality: str, items: Sequence[tuple[int, Item]], before: Mapping[int, Item]
    ) -> tuple[Vectors, list[Named]]:
        """The vectors that stay as they are in the store, and what is to be encoded."""
        same = [
            index
            for index, item in items
            if index in before and before[index].perceived(modality) == item.perceived(modality)
        ]
        kept = self._stored(modality, same)
        named = [
            (index, name)
            for index, item in items
            if index not in kept
            for name in item.perceived(modality)
        ]
        return kept, named

    def _read(self, items: Sequence[tuple[int, Item]], kept: Vectors) -> Vectors:
        """Vectors of the texts that are not among `kept`."""
        new = [(index, item) for index, item in items if index not in kept]
        began = time.perf_counter()
        rows = self._text.encode_passages([item.text() for _, item in new])
        self.throughput.add(TEXT, len(new), time.perf_counter() - began)
        return {index: row for (index, _), row in zip(new, rows, strict=True)}

    def _perceive(
        self,
        modality: MediaModality,
        named: Sequence[Named],
        loaded: Iterator[Loaded],
        problems: list[Problem],
    ) -> Vectors:
        """Vectors by item of what could be had; the rest goes to `problems`."""
        rows: dict[int, list[FloatArray]] = defaultdict(list)
        for part in _opened(modality, named, loaded, problems):
            began = time.perf_counter()
            encoded = modality.encode([content for _, content in part])
            self.throughput.add(modality.name, len(part), time.perf_counter() - began)
            for (index, _), row in zip(part, encoded, strict=True):
                rows[index].append(row)
        return {index: pooled(several) for index, several in rows.items()}

    def _stored(self, name: str, indices: Sequence[int]) -> Vectors:
        found, rows = self._store.vectors(name, indices)
        return dict(zip(found.tolist(), rows, strict=True))


def pooled(rows: Sequence[FloatArray]) -> FloatArray:
    """The mean of unit vectors (dim,), of length 1 again; the first one where they cancel each
    other out."""
    mean: FloatArray = np.stack(rows).mean(axis=0)
    norm = float(np.linalg.norm(mean))
    if len(rows) == 1 or norm < _NO_DIRECTION:
        return rows[0]
    unit: FloatArray = unit_rows(mean[np.newaxis], name="pooled media")[0]
    return unit


def _with_vectors(index: int, item: Item, vectors: Mapping[str, Vectors]) -> StoredItem:
    own = {name: known[index] for name, known in vectors.items() if index in known}
    return StoredItem(index, item, own)


def _opened(
    modality: MediaModality,
    named: Sequence[Named],
    loaded: Iterator[Loaded],
    problems: list[Problem],
) -> Iterator[list[tuple[int, Any]]]:
    """Item index and content of what can be read, as much at a time as memory should hold."""
    part: list[tuple[int, Any]] = []
    size = 0
    for (index, _), content in zip(named, loaded, strict=True):
        if isinstance(content, MediaError):
            problems.append(Problem(index, modality.name, content))
            continue
        part.append((index, content))
        size += modality.size(content)
        if len(part) == MAX_AT_ONCE or size >= MAX_BYTES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part
