"""Stores on a Qdrant server, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from qdrant_client import QdrantClient

from indexer.errors import StoreUnavailable
from indexer.stores.qdrant.location import QdrantLocation
from indexer.stores.registry import StoreLocation
from tests.indexer.location_contract import (
    RENAMED,
    LocationContract,
    check_renamed,
    fill,
    fill_both,
    vectors_of,
)


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    with closing(QdrantClient(":memory:")) as client:
        yield client


@pytest.fixture
def location(client: QdrantClient) -> StoreLocation:
    client.create_collection("vectors-elsewhere_meta", vectors_config={})  # somebody else's
    return QdrantLocation(client, "vectors")


class TestQdrantLocation(LocationContract):
    pass


def test_a_server_does_not_say_how_large_a_store_is(client: QdrantClient) -> None:
    location = QdrantLocation(client, "vectors")
    fill(location, "vectors")
    assert location.size("vectors") is None


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    with (
        closing(
            QdrantClient(url="http://127.0.0.1:9", timeout=1, check_compatibility=False)
        ) as gone,
        pytest.raises(StoreUnavailable),
    ):
        QdrantLocation(gone, "vectors").found()


class Killed(BaseException):
    """In place of a process that is killed."""


WRITES = (
    "create_vector_name", "update_vectors", "delete", "upsert", "delete_vector_name",
)  # fmt: skip


@pytest.mark.parametrize("last", range(1, 10))
def test_renaming_that_is_cut_off_after_any_write_loses_nothing_and_goes_on(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    location = QdrantLocation(client, "vectors")
    fill_both(location, "vectors")
    before = vectors_of(location, "vectors", "image")
    writes = 0

    def counted(write: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal writes
            if writes == last:
                raise Killed
            writes += 1
            return write(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as patch:
        for name in WRITES:
            patch.setattr(client, name, counted(getattr(client, name)))
        with pytest.raises(Killed):
            location.rename_vectors("vectors", RENAMED)
    found = location.found()["vectors"]
    assert found is not None
    if "image" in found.fingerprints:
        location.rename_vectors("vectors", RENAMED)
    check_renamed(location, "vectors", before)
