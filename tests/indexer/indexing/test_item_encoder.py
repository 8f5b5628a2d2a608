"""Items to vectors: what is encoded, what is taken from the store, and what could not be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qdrant_client import QdrantClient

from encoders.arrays import FloatArray
from encoders.fake import FakeImageEncoder, FakeTextEncoder
from encoders.modality import ImageModality, by_name
from indexer.catalog.item import Item
from indexer.indexing import item_encoder
from indexer.indexing.item_encoder import Encoding, ItemEncoder, pooled
from indexer.indexing.shared_space import SharedSpace
from indexer.media.folder import MediaFolder
from indexer.media.limits import DownloadLimits
from indexer.media.source import MediaSource
from indexer.stores.qdrant.store import QdrantStore
from indexer.stores.store import StoredItem
from tests.indexer.indexing.test_indexer import png


class Texts(FakeTextEncoder):
    """Remembers what it read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.read += texts
        return super().encode_passages(texts)


class Pictures(FakeImageEncoder):
    """Remembers how many it saw at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def encode_images(self, images: Sequence[Any]) -> FloatArray:
        self.batches.append(len(images))
        return super().encode_images(images)


class World:
    """Encoders, a store, and pictures in a folder."""

    def __init__(self, folder: Path, client: QdrantClient, *spaces: SharedSpace) -> None:
        self.folder, self.text, self.pictures = folder, Texts(), Pictures()
        dims = {"text": self.text.dim, "image": self.pictures.dim}
        self.store = QdrantStore.open(client, "items", dims, {"text": "t", "image": "i"})
        media = MediaSource(MediaFolder(folder / "kept"), DownloadLimits())
        modalities = by_name([ImageModality(self.pictures)])
        self.encoder = ItemEncoder(self.store, self.text, modalities, media, spaces)

    def picture(self, name: str, colour: str) -> str:
        (self.folder / name).write_bytes(png(colour))
        return str(self.folder / name)

    def seen(self, colour: str) -> FloatArray:
        """(dim,) of a picture of one colour."""
        return FakeImageEncoder().encode_images([Image.new("RGB", (8, 8), colour)])[0]

    def store_as(self, *encoded: StoredItem) -> dict[int, Item]:
        """Put them in; what the store then has."""
        self.store.upsert(encoded)
        self.text.read.clear()
        self.pictures.batches.clear()
        return {one.item_index: one.item for one in encoded}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    client = QdrantClient(":memory:")
    yield World(tmp_path, client)
    client.close()


def with_pictures(item_id: str, *names: str, **fields: Any) -> Item:
    return Item(item_id, media={"image": names} if names else {}, **fields)


def vectors(encoding: Encoding, place: int = 0) -> dict[str, FloatArray]:
    return dict(encoding.items[place].vectors)


def test_an_item_has_a_vector_of_its_text_and_one_of_its_picture(world: World) -> None:
    item = with_pictures("a", world.picture("red.png", "red"), title="a red thing")
    encoding = world.encoder.encode([(3, item)], {})
    assert encoding.items[0].item_index == 3
    assert encoding.problems == []
    np.testing.assert_allclose(
        vectors(encoding)["text"], FakeTextEncoder().encode_passages([item.text()])[0]
    )
    np.testing.assert_allclose(vectors(encoding)["image"], world.seen("red"), atol=1e-6)


def test_an_item_without_a_picture_has_no_vector_of_one(world: World) -> None:
    encoding = world.encoder.encode([(0, with_pictures("a", title="x")), (1, Item("b"))], {})
    assert [set(one.vectors) for one in encoding.items] == [{"text"}, {"text"}]


def test_several_pictures_are_one_vector(world: World) -> None:
    names = [world.picture(f"{colour}.png", colour) for colour in ("red", "lime")]
    encoding = world.encoder.encode([(0, with_pictures("a", *names))], {})
    expected = pooled([world.seen("red"), world.seen("lime")])
    np.testing.assert_allclose(vectors(encoding)["image"], expected, atol=1e-6)


def test_what_reads_and_looks_as_before_is_taken_from_the_store(world: World) -> None:
    red = world.picture("red.png", "red")
    first = world.encoder.encode([(0, with_pictures("a", red, title="one"))], {})
    before = world.store_as(*first.items)
    again = world.encoder.encode([(0, replace(before[0], price=9.0))], before)
    assert (world.text.read, world.pictures.batches) == ([], [])
    assert again.items[0].item.price == 9.0
    for name in ("text", "image"):
        np.testing.assert_allclose(vectors(again)[name], vectors(first)[name], atol=1e-6)


def test_only_what_has_changed_is_encoded(world: World) -> None:
    red, blue = world.picture("red.png", "red"), world.picture("blue.png", "blue")
    items = [with_pictures("a", red, title="one"), with_pictures("b", red, title="two")]
    before = world.store_as(*world.encoder.encode(list(enumerate(items)), {}).items)
    now = [replace(items[0], title="three"), replace(items[1], media={"image": (blue,)})]
    encoding = world.encoder.encode(list(enumerate(now)), before)
    assert (world.text.read, world.pictures.batches) == ([now[0].text()], [1])
    np.testing.assert_allclose(vectors(encoding, 1)["image"], world.seen("blue"), atol=1e-6)


def test_a_vector_that_the_store_lost_is_made_again(world: World) -> None:
    red = world.picture("red.png", "red")
    item = with_pictures("a", red, title="one")
    (encoded,) = world.encoder.encode([(0, item)], {}).items
    before = world.store_as(replace(encoded, vectors={"text": encoded.vectors["text"]}))
    encoding = world.encoder.encode([(0, item)], before)
    assert (world.text.read, world.pictures.batches) == ([], [1])
    assert set(vectors(encoding)) == {"text", "image"}


def test_a_picture_that_cannot_be_had_is_a_problem_and_the_others_of_the_item_count(
    world: World,
) -> None:
    gone, red = str(world.folder / "gone.png"), world.picture("red.png", "red")
    items = [with_pictures("a", gone, red), with_pictures("b", gone)]
    encoding = world.encoder.encode(list(enumerate(items)), {})
    assert [(one.item_index, one.modality) for one in encoding.problems] == [
        (0, "image"),
        (1, "image"),
    ]
    assert "does not exist" in str(encoding.problems[0].error)
    np.testing.assert_allclose(vectors(encoding)["image"], world.seen("red"), atol=1e-6)
    assert set(vectors(encoding, 1)) == {"text"}


@pytest.mark.parametrize(
    ("limit", "value", "batches"),
    [("MAX_AT_ONCE", 2, [2, 2, 1]), ("MAX_BYTES_AT_ONCE", 1, [1] * 5)],
)
def test_only_so_much_is_held_in_memory_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, batches: list[int]
) -> None:
    monkeypatch.setattr(item_encoder, limit, value)
    names = [world.picture(f"{n}.png", "red") for n in range(5)]
    items = [with_pictures(f"i{n}", name) for n, name in enumerate(names)]
    encoding = world.encoder.encode(list(enumerate(items)), {})
    assert world.pictures.batches == batches
    assert all("image" in one.vectors for one in encoding.items)


class Doubled(SharedSpace):
    """A space in which an item is where its text is."""

    names = ("joint-text",)
    dim = 16

    def beside(self, rows: Sequence[StoredItem]) -> list[StoredItem]:
        return [
            replace(row, vectors={**row.vectors, "joint-text": row.vectors["text"]}) for row in rows
        ]


def test_items_get_the_vectors_of_shared_spaces_from_their_own(tmp_path: Path) -> None:
    client = QdrantClient(":memory:")
    world = World(tmp_path, client, Doubled())
    found = vectors(world.encoder.encode([(0, Item("a", title="x"))], {}))
    np.testing.assert_array_equal(found["joint-text"], found["text"])
    client.close()


def test_unit_vectors_are_pooled_to_their_direction() -> None:
    east, north = np.eye(2, dtype=np.float32)
    np.testing.assert_allclose(pooled([east, north]), [0.5**0.5, 0.5**0.5], atol=1e-6)
    np.testing.assert_array_equal(pooled([north]), north)


def test_of_vectors_that_cancel_each_other_out_the_first_one_stays() -> None:
    east = np.array([1.0, 0.0], dtype=np.float32)
    np.testing.assert_array_equal(pooled([east, -east]), east)


def test_what_was_encoded_is_counted_and_what_was_kept_is_not(world: World) -> None:
    red = world.picture("red.png", "red")
    first = world.encoder.encode([(0, with_pictures("a", red, title="one"))], {})
    before = world.store_as(*first.items)
    world.encoder.encode([(0, before[0]), (1, Item("b", title="two"))], before)
    encoded = world.encoder.throughput.by_modality()
    assert (encoded["text"].contents, encoded["image"].contents) == (2, 1)
    assert encoded["text"].seconds > 0
