"""What a store beside takes from the one that serves, and what it does not, so that the rest is seen
to be missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pytest
from qdrant_client import QdrantClient

from indexer.catalog.item import Item
from indexer.indexing.inheriting import inherit
from indexer.stores.qdrant.store import QdrantStore
from indexer.stores.store import StoredItem

SEEN = Item("seen", title="Alien", media={"image": ("alien.png",)})
READ = Item("read", title="Heat")
UNTOLD = Item("untold", price=5.0, media={"image": ("untold.png",)})
ITEMS = (SEEN, READ, UNTOLD)
TEXT, IMAGE = np.eye(2, dtype=np.float32)


class Marks:
    """What is known of the store that serves: which items lack some picture of theirs."""

    def __init__(self, *lacking: int) -> None:
        self._lacking = set(lacking)

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        return self._lacking & set(item_indices)


def source(names: Collection[str]) -> Iterator[list[StoredItem]]:
    """The store that serves, read page by page with the vectors that are named."""
    for index, item in enumerate(ITEMS):
        own = {"text": TEXT} | ({"image": IMAGE} if item.media else {})
        yield [StoredItem(index, item, {name: own[name] for name in own if name in names})]


@pytest.fixture
def store() -> Iterator[QdrantStore]:
    client = QdrantClient(":memory:")
    yield QdrantStore.open(client, "beside", {"text": 2, "image": 2}, {"text": "t", "image": "i"})
    client.close()


def taken(store: QdrantStore, names: Collection[str], *lacking: int) -> dict[int, Item]:
    inherit(store, source(names), names, Marks(*lacking))  # type: ignore[arg-type]
    return store.get_items(range(len(ITEMS)))


def test_where_the_text_encoder_stays_items_have_their_texts_and_no_picture(
    store: QdrantStore,
) -> None:
    found = taken(store, ["text"])
    assert [item.title for item in found.values()] == ["Alien", "Heat", ""]
    assert [item.media for item in found.values()] == [{}, {}, {}]
    assert store.vectors("text", range(3))[0].tolist() == [0, 1, 2]
    assert store.vectors("image", range(3))[0].tolist() == []


def test_where_the_image_encoder_stays_items_have_their_pictures_and_no_words(
    store: QdrantStore,
) -> None:
    """An item without words is left out: the lack of its text's vector would not be seen."""
    found = taken(store, ["image"])
    assert [(item.title, dict(item.media)) for item in found.values()] == [
        ("", {"image": ("alien.png",)}),
        ("", {}),
    ]
    assert list(found) == [0, 1]
    assert store.vectors("image", range(3))[0].tolist() == [0]


def test_with_both_an_item_is_taken_as_it_is(store: QdrantStore) -> None:
    assert list(taken(store, ["text", "image"]).values()) == list(ITEMS)


def test_a_picture_that_could_not_be_had_counts_as_not_read(store: QdrantStore) -> None:
    found = taken(store, ["text", "image"], 0)
    assert found[0].media == {}
    assert found[2].media == UNTOLD.media


def test_what_is_there_already_stays_as_it_is(store: QdrantStore) -> None:
    newer = Item("seen", title="Aliens")
    store.upsert([StoredItem(0, newer, {"text": IMAGE})])
    assert taken(store, ["text"])[0] == newer
    np.testing.assert_allclose(store.vectors("text", [0])[1], [IMAGE], atol=1e-6)
