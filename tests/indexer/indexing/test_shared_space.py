"""Vectors of the shared space: made of the right parts, set beside the others, and never read from
pictures again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from encoders.alignment.checkpoint import Alignment, Trained
from encoders.alignment.heads import Heads
from encoders.arrays import FloatArray
from encoders.fake import FakeTextEncoder
from indexer.catalog.item import Item
from indexer.indexing import shared_space as aligned
from indexer.indexing.shared_space import JointEncoder, PartReader, joint_name, joint_names
from indexer.stores.edge.store import EdgeStore
from indexer.stores.store import IMAGE, TEXT, StoredItem, VectorQuery

DIMS = {TEXT: 16, IMAGE: 3}
SHIRT = Item("shirt", title="Shirt", categories=("Tops",), attributes={"colour": "red"})
PLAIN = Item("plain", title="Shirt", categories=("Tops",))


class RememberingEncoder(FakeTextEncoder):
    """Knows what it has read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.read += texts
        return super().encode_passages(texts)


@pytest.fixture
def encoder() -> RememberingEncoder:
    return RememberingEncoder()


@pytest.fixture
def joint(encoder: RememberingEncoder) -> JointEncoder:
    """A picture's vector is its first two numbers; a text's those of its parts, added up."""
    first = np.eye(16, 2, dtype=np.float32)
    heads = Heads(
        text_mean=np.zeros((3, 16), np.float32),
        text=np.stack([first, first, first]),
        medium_mean=np.zeros(3, np.float32),
        medium=np.eye(3, 2, dtype=np.float32),
        query_mean=np.zeros(16, np.float32),
        query=first,
    )
    trained = Trained({TEXT: encoder.fingerprint, IMAGE: "i"}, 2, 1, 0, 1.0, {})
    return JointEncoder(Alignment("v1", trained, heads), PartReader(encoder))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EdgeStore]:
    opened = EdgeStore.open(tmp_path, DIMS, {TEXT: "t", IMAGE: "i"})
    yield opened
    opened.close()


def stored(index: int, item: Item, *, picture: Sequence[float] = ()) -> StoredItem:
    vectors = {TEXT: FakeTextEncoder().encode_passages([item.text()])[0]}
    if picture:
        vectors[IMAGE] = np.array(picture, dtype=np.float32)
    return StoredItem(index, item, vectors)


def unit(vector: FloatArray) -> FloatArray:
    found: FloatArray = vector / np.linalg.norm(vector)
    return found


def test_parts_are_the_whole_the_attributes_and_the_categories_and_zeros_where_there_are_none(
    encoder: RememberingEncoder,
) -> None:
    whole = np.arange(32, dtype=np.float32).reshape(2, 16)
    reader = PartReader(encoder)
    parts = reader.parts([(SHIRT, whole[0]), (PLAIN, whole[1])])
    attributes, categories = FakeTextEncoder().encode_passages(["colour: red", "Tops"])
    np.testing.assert_array_equal(parts[0], whole)
    np.testing.assert_array_equal(parts[1], [attributes, np.zeros(16)])
    np.testing.assert_array_equal(parts[2], [categories, categories])
    reader.parts([(SHIRT, whole[0])])
    assert encoder.read == ["colour: red", "Tops"]  # what items share is read once


def test_what_is_remembered_does_not_grow_without_end(
    encoder: RememberingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligned, "REMEMBERED", 2)
    reader = PartReader(encoder)
    for text in ("a", "b", "c", "a"):
        np.testing.assert_array_equal(
            reader.texts([text, ""]), [*FakeTextEncoder().encode_passages([text]), [0.0] * 16]
        )
    assert encoder.read == ["a", "b", "c", "a"]


def test_vectors_beside_the_others_are_what_the_heads_say(joint: JointEncoder) -> None:
    shirt, plain = joint.beside([stored(0, SHIRT, picture=[0.6, 0.8, 0.0]), stored(1, PLAIN)])
    words = [
        FakeTextEncoder().encode_passages([text])[0]
        for text in (SHIRT.text(), "colour: red", "Tops")
    ]
    np.testing.assert_allclose(
        shirt.vectors[joint_name("v1", TEXT)], unit(np.sum(words, axis=0)[:2]), atol=1e-6
    )
    np.testing.assert_allclose(shirt.vectors[joint_name("v1", IMAGE)], [0.6, 0.8], atol=1e-6)
    assert set(plain.vectors) == {TEXT, joint_name("v1", TEXT)}
    np.testing.assert_array_equal(shirt.vectors[IMAGE], np.float32([0.6, 0.8, 0.0]))


def test_no_items_are_no_trouble(joint: JointEncoder) -> None:
    assert joint.beside([]) == []


def test_filling_gives_every_item_what_beside_would_and_the_second_time_has_nothing_to_do(
    joint: JointEncoder, store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aligned, "BATCH", 2)
    rows = [
        stored(0, SHIRT, picture=[1.0, 0.0, 0.0]),
        stored(1, PLAIN),
        stored(5, SHIRT, picture=[0.0, 1.0, 0.0]),
    ]
    store.upsert(rows)
    done: list[tuple[int, int | None]] = []
    joint.fill(store, lambda n, total: done.append((n, total)))
    assert done == [(2, 3), (3, 3)]
    assert set(joint_names(store)) == set(joint.names)
    for row in joint.beside(rows):
        for name in joint.names:
            there, vectors = store.vectors(name, [row.item_index])
            assert len(there) == (name in row.vectors)
            if len(there):
                np.testing.assert_allclose(
                    vectors[0], row.vectors[name], atol=0.01
                )  # of half precision
    (hits,) = store.query_batch([VectorQuery(joint_name("v1", IMAGE), np.float32([0.0, 1.0]), 1)])
    assert hits.item_indices.tolist() == [5]
    done.clear()
    joint.fill(store, lambda n, total: done.append((n, total)))
    assert done == []
