"""A store as files that only lie there: what another process reads of an item store that this one owns.

    <folder>/items.jsonl        an item a line, with its index
    <folder>/<name>.f4          the vectors of one name, a row for each of these that has one
    <folder>/<name>.rows.npy    which of the items these are, by their line
    <folder>/frozen.json        the names and their widths; written last

The vectors are mapped and not read. Knows no engine, and nothing of what is made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from encoders.arrays import FloatArray, IntArray
from indexer.catalog.item import Item
from indexer.stores.store import Distance, Hits, ItemStore, StoredItem, VectorQuery
from service.api.messages import Progress, TrainProgress

_MANIFEST = "frozen.json"
COPY = "copy"
"""The stage that freezing is told as."""


def freeze(store: ItemStore, folder: Path, names: Sequence[str], progress: Progress) -> None:
    """Every item of the store with its vectors of these names, into a folder that is made. What is
    put into the store meanwhile may or may not be among them."""
    folder.mkdir(parents=True)
    widths = {name: width for name, width in store.vector_names().items() if name in names}
    rows: dict[str, list[int]] = {name: [] for name in widths}
    done, total = 0, store.count()
    with ExitStack() as files:
        lines = files.enter_context((folder / "items.jsonl").open("w", encoding="utf-8"))
        vectors = {name: files.enter_context((folder / f"{name}.f4").open("wb")) for name in widths}
        for batch in store.scroll(tuple(widths)):
            for line, row in enumerate(batch, start=done):
                lines.write(f"{row.item_index}\t{row.item.to_json()}\n")
                for name, vector in row.vectors.items():
                    rows[name].append(line)
                    vectors[name].write(np.asarray(vector, np.float32).tobytes())
            done += len(batch)
            progress(TrainProgress(COPY, done, max(done, total)))
    for name, lines_of in rows.items():
        np.save(folder / f"{name}.rows.npy", np.array(lines_of, dtype=np.int64))
    (folder / _MANIFEST).write_text(json.dumps(widths), "utf-8")


class FrozenStore:
    """An `ItemStore` that can be read through, and not searched. Nothing is written: vectors that a
    model would put there for its searches are passed over."""

    unclean = False
    damage = ""
    no_room = ""

    def __init__(self, folder: Path) -> None:
        widths: dict[str, int] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        self._widths = widths
        self._items: dict[int, Item] = {}
        with (folder / "items.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                index, _, content = line.partition("\t")
                self._items[int(index)] = Item.from_json(content)
        indices = list(self._items)
        self._vectors = {
            name: _mapped(folder / f"{name}.f4", width) for name, width in widths.items()
        }
        self._row_of = {
            name: {
                indices[line]: row
                for row, line in enumerate(np.load(folder / f"{name}.rows.npy").tolist())
            }
            for name in widths
        }

    def vector_names(self) -> dict[str, int]:
        """See `ItemStore`."""
        return dict(self._widths)

    def get_items(self, item_indices: Sequence[int]) -> dict[int, Item]:
        """See `ItemStore`."""
        return {index: self._items[index] for index in item_indices if index in self._items}

    def vectors(
        self, name: str, item_indices: Sequence[int] | IntArray
    ) -> tuple[IntArray, FloatArray]:
        """See `ItemStore`."""
        row_of = self._row_of.get(name, {})
        found = [index for index in np.asarray(item_indices).tolist() if index in row_of]
        rows = [row_of[index] for index in found]
        if name not in self._vectors:
            return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
        return np.array(found, dtype=np.int64), np.array(self._vectors[name][rows])

    def scroll(
        self, vector_names: Sequence[str] = (), batch: int = 1000
    ) -> Iterator[list[StoredItem]]:
        """See `ItemStore`."""
        indices = sorted(self._items)
        for start in range(0, len(indices), batch):
            yield [self._stored(index, vector_names) for index in indices[start : start + batch]]

    def count(self) -> int:
        """See `ItemStore`."""
        return len(self._items)

    def create_vector(self, name: str, dim: int, distance: Distance = "dot") -> None:
        """Nothing is searched here."""

    def drop_vector(self, name: str) -> None:
        """Nothing is searched here."""

    def set_vectors(self, name: str, item_indices: IntArray, vectors: FloatArray) -> None:
        """Nothing is searched here."""

    def optimize(self) -> None:
        """There is nothing to do."""

    def flush(self) -> None:
        """There is nothing to do."""

    def close(self) -> None:
        """The files stay."""

    def query_batch(self, queries: Sequence[VectorQuery]) -> list[Hits]:
        """Nothing is searched here."""
        return [Hits.none() for _ in queries]

    def upsert(self, items: Sequence[StoredItem]) -> None:
        raise self._frozen()

    def set_items(self, items: Sequence[tuple[int, Item]]) -> None:
        raise self._frozen()

    def delete(self, item_indices: Sequence[int]) -> None:
        raise self._frozen()

    def matching(self, *_: Any, **__: Any) -> IntArray:
        raise self._frozen()

    def _stored(self, index: int, names: Sequence[str]) -> StoredItem:
        vectors: Mapping[str, FloatArray] = {
            name: self._vectors[name][self._row_of[name][index]]
            for name in names
            if index in self._row_of.get(name, ())
        }
        return StoredItem(index, self._items[index], vectors)

    @staticmethod
    def _frozen() -> AssertionError:
        return AssertionError("a frozen store is read through, and neither changed nor searched")


def _mapped(file: Path, width: int) -> FloatArray:
    if not file.stat().st_size:  # what is empty cannot be mapped
        return np.zeros((0, width), np.float32)
    return np.memmap(file, np.float32, mode="r").reshape(-1, width)
