"""What every location of stores must do. Subclasses give the fixture `location`, which is empty."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.arrays import FloatArray
from indexer.errors import EncoderMismatch
from indexer.stores.registry import StoreLocation
from indexer.stores.store import StoredItem, VectorQuery
from tests.indexer.store_contract import DIMS, FINGERPRINTS, axis, slope, stored

RENAMED = {"image": "audio", "joint-image-v1": "joint-audio-v1"}
DIMS_RENAMED = {"text": 8, "audio": 4}
FINGERPRINTS_RENAMED = {"text": "text-1", "audio": "image-1"}
HALVES = {index: slope(index / 1_200, 4) for index in range(0, 1_200, 2)}
"""Vectors of every second of 1,200 items: more than are copied at once."""


def fill(location: StoreLocation, name: str, n: int = 3) -> None:
    store = location.open(name, DIMS, FINGERPRINTS, anew=False)
    store.upsert([stored(index) for index in range(n)])
    store.close()


def fill_both(location: StoreLocation, name: str) -> None:
    """1,200 items with texts, half of them with a second vector, and with one of a shared space."""
    store = location.open(name, DIMS, FINGERPRINTS, anew=False)
    rows = []
    for index in range(1_200):
        row = stored(index)
        more = {"image": HALVES[index]} if index in HALVES else {}
        rows.append(StoredItem(index, row.item, {**row.vectors, **more}))
    store.upsert(rows)
    store.create_vector("joint-image-v1", 3, "cosine")
    store.set_vectors("joint-image-v1", np.array([0, 7]), np.stack([axis(0, 3), axis(1, 3)]))
    store.create_vector("sequence-1", 2)
    store.set_vectors("sequence-1", np.array([5]), axis(1, 2)[None])
    store.close()


def vectors_of(location: StoreLocation, name: str, vector: str) -> dict[int, FloatArray]:
    return {
        row.item_index: row.vectors[vector]
        for page in location.scroll(name, [vector])
        for row in page
        if vector in row.vectors
    }


def check_renamed(location: StoreLocation, name: str, before: dict[int, FloatArray]) -> None:
    """Nothing is lost, the numbers are the same to the last bit, and the old names are free."""
    store = location.open(name, DIMS_RENAMED, FINGERPRINTS_RENAMED, anew=False)
    assert store.vector_names() == {
        **DIMS_RENAMED, "joint-audio-v1": 3, "sequence-1": 2,
    }  # fmt: skip
    assert store.count() == 1_200
    assert len(store.vectors("text", np.arange(1_200))[0]) == 1_200
    indices, vectors = store.vectors("audio", np.arange(1_200))
    assert indices.tolist() == list(before)
    np.testing.assert_array_equal(vectors, np.stack(list(before.values())))
    indices, vectors = store.vectors("joint-audio-v1", np.arange(1_200))
    np.testing.assert_allclose(vectors, np.stack([axis(0, 3), axis(1, 3)]), atol=0.02)
    assert indices.tolist() == [0, 7]
    assert store.vectors("sequence-1", [5])[0].tolist() == [5]
    [hits] = store.query_batch([VectorQuery("audio", axis(0, 4), 1)])
    assert hits.item_indices.tolist() == [1_198]
    [none] = store.query_batch([VectorQuery("image", axis(0, 4), 1)])
    assert len(none) == 0
    store.create_vector("image", 2)  # the name is free
    store.set_vectors("image", np.array([1]), axis(0, 2)[None])
    assert store.vectors("image", np.arange(1_200))[0].tolist() == [1]
    store.drop_vector("image")
    store.close()


class LocationContract:
    def test_a_store_is_found_by_its_name_once_it_is_made(self, location: StoreLocation) -> None:
        assert location.found() == {}
        fill(location, location.first)
        fill(location, f"{location.first}-0123abcd", 2)
        found = location.found()
        assert list(found) == [location.first, f"{location.first}-0123abcd"]
        assert {
            name: (store.name, store.fingerprints) for name, store in found.items() if store
        } == {name: (name, FINGERPRINTS) for name in found}
        assert [location.count(name) for name in found] == [3, 2]

    def test_a_store_that_is_not_open_is_read_with_the_vectors_that_are_named(
        self, location: StoreLocation
    ) -> None:
        fill(location, location.first)
        rows = [row for page in location.scroll(location.first, ["text"]) for row in page]
        assert [(row.item_index, list(row.vectors)) for row in rows] == [
            (index, ["text"]) for index in range(3)
        ]

    def test_a_store_is_of_its_encoders_alone(self, location: StoreLocation) -> None:
        fill(location, location.first)
        with pytest.raises(EncoderMismatch, match="image"):
            location.open(location.first, DIMS_RENAMED, FINGERPRINTS_RENAMED, anew=False)
        location.open(location.first, DIMS_RENAMED, FINGERPRINTS_RENAMED, anew=True).close()
        assert location.count(location.first) == 0

    def test_nothing_is_said_of_stores_that_are_sound(self, location: StoreLocation) -> None:
        fill(location, location.first)
        assert location.damaged() == {}

    def test_what_is_dropped_is_gone(self, location: StoreLocation) -> None:
        fill(location, location.first)
        location.drop(location.first)
        assert location.found() == {}

    def test_forgetting_users_where_there_are_none_leaves_the_items(
        self, location: StoreLocation
    ) -> None:
        fill(location, location.first)
        location.forget_users(location.first)
        assert location.count(location.first) == 3

    def test_renamed_vectors_are_the_same_under_the_new_name(self, location: StoreLocation) -> None:
        name = location.first
        fill_both(location, name)
        before = vectors_of(location, name, "image")
        assert list(before) == list(HALVES)
        location.rename_vectors(name, RENAMED)
        store = location.found()[name]
        assert store is not None
        assert store.fingerprints == FINGERPRINTS_RENAMED
        check_renamed(location, name, before)
