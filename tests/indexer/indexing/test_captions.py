"""Texts in the space of an image encoder's pictures: beside other vectors, and set where they are
missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from encoders.arrays import FloatArray
from encoders.fake import FakeImageEncoder
from indexer.catalog.item import Item
from indexer.indexing import shared_space as aligned
from indexer.indexing.captions import CaptionEncoder, caption_name
from indexer.stores.edge.store import EdgeStore
from indexer.stores.store import IMAGE, TEXT, StoredItem

ENCODER = FakeImageEncoder(shares_text_space=True)
CAPTION = caption_name(ENCODER)
RED, SILENT, BLUE = Item("a", title="red"), Item("b"), Item("c", title="blue")


def stored(*items: Item) -> list[StoredItem]:
    return [
        StoredItem(index, item, {TEXT: np.float32([1.0, 0.0])}) for index, item in enumerate(items)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeStore]:
    opened = EdgeStore.open(
        tmp_path, {TEXT: 2, IMAGE: ENCODER.dim}, {TEXT: "t", IMAGE: ENCODER.fingerprint}
    )
    yield opened
    opened.close()


def test_what_is_said_of_an_item_stands_beside_its_other_vectors_and_silence_nowhere() -> None:
    red, silent, blue = CaptionEncoder(ENCODER).beside(stored(RED, SILENT, BLUE))
    assert (set(red.vectors), set(silent.vectors)) == ({TEXT, CAPTION}, {TEXT})
    np.testing.assert_array_equal(
        [red.vectors[CAPTION], blue.vectors[CAPTION]], ENCODER.encode_texts(["red", "blue"])
    )


def test_filling_reads_what_is_missing_and_the_second_time_nothing(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligned, "BATCH", 1)
    store.upsert(stored(RED, SILENT, BLUE))
    read: list[str] = []

    class Watched(FakeImageEncoder):
        def encode_texts(self, texts: Sequence[str]) -> FloatArray:
            read.extend(texts)
            return super().encode_texts(texts)

    for _ in range(2):
        done: list[tuple[int, int | None]] = []
        CaptionEncoder(Watched(shares_text_space=True)).fill(
            store, lambda n, total, done=done: done.append((n, total))
        )
    assert (read, done) == (["red", "blue"], [])
    there, vectors = store.vectors(CAPTION, [0, 1, 2])
    assert there.tolist() == [0, 2]
    np.testing.assert_allclose(
        vectors, ENCODER.encode_texts(["red", "blue"]), atol=0.01
    )  # of half precision
