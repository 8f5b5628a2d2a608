"""Vectors of a shared store: made, and dropped as it has announced. Renaming is in
`test_location`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from qdrant_client import QdrantClient

from indexer.stores.qdrant.meta import StoreMeta
from indexer.stores.qdrant.store import QdrantStore
from indexer.stores.qdrant.vectors import make_vector, settle
from tests.indexer.store_contract import DIMS, FINGERPRINTS, stored


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    with closing(QdrantClient(":memory:")) as client:
        QdrantStore.open(client, "a", DIMS, FINGERPRINTS).upsert([stored(0)])
        yield client


def names(client: QdrantClient, collection: str) -> set[str]:
    vectors = client.get_collection(collection).config.params.vectors
    assert isinstance(vectors, dict)
    return set(vectors)


def test_a_vector_is_made_once_however_often_it_is_asked_for(client: QdrantClient) -> None:
    for _ in range(2):
        make_vector(client, "a_items", "joint", 3, "cosine")
    assert names(client, "a_items") == {"text", "image", "joint"}


def test_what_was_announced_and_not_dropped_goes_with_the_next_opening(
    client: QdrantClient,
) -> None:
    make_vector(client, "a_items", "old", 3, "cosine")
    meta = StoreMeta(client, "a")
    meta.read()
    meta.write(meta.dims, meta.fingerprints, {}, dropping=("old", "never there"))
    QdrantStore.open(client, "a", DIMS, FINGERPRINTS)
    assert names(client, "a_items") == {"text", "image"}
    assert meta.read()
    assert meta.dropping == ()


def test_where_nothing_is_announced_nothing_is_written(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = StoreMeta(client, "a")
    meta.read()
    monkeypatch.setattr(client, "upsert", None)
    settle(client, "a", meta)
