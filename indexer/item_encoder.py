"""ItemEncoder: items to vectors, encoding only what changed.

An item with several pictures has one vector of them all. Items get their vectors of the space that words and
pictures share, where there is one, beside those of the encoders. A picture that cannot be had is a problem in the
answer, never an error; an encoder that fails is an error. Knows nothing of the log, and does not write to the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from encoders.base import FloatArray, ImageEncoder, TextEncoder, unit_rows
from encoders.errors import ImageError
from indexer.aligned import SharedSpace
from indexer.catalog import Item
from indexer.picture_source import Loaded, PictureSource
from indexer.store import IMAGE, TEXT, ItemStore, StoredItem

MAX_PICTURES_AT_ONCE = 64
"""While the encoder looks at these, the next ones are fetched and decoded."""
MAX_PIXELS_AT_ONCE = 32_000_000
"""The same in pixels: 64 large ones would take gigabytes."""
_NO_DIRECTION = 1e-3

Named = tuple[int, str]
"""An item's index and one of its images, as the log has it."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """Items with their vectors, and what these lack."""

    items: Sequence[StoredItem]
    problems: Sequence[tuple[int, ImageError]]
    """Item index and why one of its pictures could not be had, in the order of the items."""


class ItemEncoder:
    """The two encoders, beside the store that holds what they gave before."""

    def __init__(
        self,
        store: ItemStore,
        text: TextEncoder,
        image: ImageEncoder | None,
        pictures: PictureSource,
        joint: SharedSpace | None = None,
    ) -> None:
        self._store = store
        self._text = text
        self._image = image
        self._pictures = pictures
        self._joint = joint

    def encode(self, items: Sequence[tuple[int, Item]], before: Mapping[int, Item]) -> Encoding:
        """Items by index with their vectors: with those in the store where they read as the store's `before` does."""
        same_text = [i for i, item in items if i in before and before[i].text() == item.text()]
        same_pictures = [i for i, item in items if i in before and before[i].pictures == item.pictures]
        vectors = {TEXT: self._stored(TEXT, same_text), IMAGE: self._stored(IMAGE, same_pictures)}
        read = [(index, item) for index, item in items if index not in vectors[TEXT]]
        named = [(index, name) for index, item in items if index not in vectors[IMAGE] for name in item.pictures]
        problems: list[tuple[int, ImageError]] = []
        with self._pictures.loading([name for _, name in named] if self._image else []) as loaded:
            rows = self._text.encode_passages([item.text() for _, item in read])  # while the first pictures arrive
            vectors[TEXT] |= {index: row for (index, _), row in zip(read, rows, strict=True)}
            if self._image:
                vectors[IMAGE] |= _look(self._image, _opened(named, loaded, problems))
        found = [
            StoredItem(index, item, {name: known[index] for name, known in vectors.items() if index in known})
            for index, item in items
        ]
        return Encoding(self._joint.beside(found) if self._joint else found, problems)

    def _stored(self, name: str, indices: Sequence[int]) -> dict[int, FloatArray]:
        found, rows = self._store.vectors(name, indices)
        return dict(zip(found.tolist(), rows, strict=True))


def pooled(rows: Sequence[FloatArray]) -> FloatArray:
    """The mean of unit vectors (dim,), of length 1 again; the first one where they cancel each other out."""
    mean: FloatArray = np.stack(rows).mean(axis=0)
    norm = float(np.linalg.norm(mean))
    if len(rows) == 1 or norm < _NO_DIRECTION:
        return rows[0]
    unit: FloatArray = unit_rows(mean[np.newaxis], name="pooled pictures")[0]
    return unit


def _look(encoder: ImageEncoder, parts: Iterator[list[tuple[int, Image.Image]]]) -> dict[int, FloatArray]:
    rows: dict[int, list[FloatArray]] = defaultdict(list)
    for part in parts:
        encoded = encoder.encode_images([picture for _, picture in part])
        for (index, _), row in zip(part, encoded, strict=True):
            rows[index].append(row)
    return {index: pooled(several) for index, several in rows.items()}


def _opened(
    named: Sequence[Named], loaded: Iterator[Loaded], problems: list[tuple[int, ImageError]]
) -> Iterator[list[tuple[int, Image.Image]]]:
    """The pictures that can be read, as many at a time as memory should hold; the others go to `problems`."""
    part: list[tuple[int, Image.Image]] = []
    pixels = 0
    for (index, _), picture in zip(named, loaded, strict=True):
        if isinstance(picture, ImageError):
            problems.append((index, picture))
            continue
        part.append((index, picture))
        pixels += picture.width * picture.height
        if len(part) == MAX_PICTURES_AT_ONCE or pixels >= MAX_PIXELS_AT_ONCE:
            yield part
            part, pixels = [], 0
    if part:
        yield part
