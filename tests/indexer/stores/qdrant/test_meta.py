"""What a shared store says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from qdrant_client import QdrantClient

from indexer.errors import DataVersionMismatch, InvalidInput, StoreUnavailable
from indexer.stores.qdrant.meta import LAYOUT_VERSION, StoreMeta, server

DIMS, PRINTS = {"text": 4, "image": 2}, {"text": "t", "image": "i"}


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    with closing(QdrantClient(":memory:")) as client:
        yield client


def test_what_is_written_is_read_by_another(client: QdrantClient) -> None:
    StoreMeta(client, "a").write(DIMS, PRINTS, {"joint": (3, "cosine")}, dropping=("old",))
    meta = StoreMeta(client, "a")
    assert meta.read()
    assert (meta.dims, meta.fingerprints, meta.extra) == (DIMS, PRINTS, {"joint": (3, "cosine")})
    assert meta.dropping == ("old",)
    assert meta.widths() == {"text": 4, "image": 2, "joint": 3}
    assert meta.vectors()["image"] == (2, "cosine")
    meta.write(DIMS, PRINTS, {})
    assert meta.read()
    assert (meta.extra, meta.dropping) == ({}, ())


def test_there_is_none_before_it_is_written_and_after_it_is_forgotten(
    client: QdrantClient,
) -> None:
    meta = StoreMeta(client, "a")
    assert not meta.read()
    meta.forget()
    client.create_collection("a_meta", vectors_config={})  # of a making that was cut short
    assert not meta.read()
    meta.write(DIMS, PRINTS, {})
    assert meta.read()
    assert not StoreMeta(client, "b").read()
    meta.forget()
    assert not meta.read()


def test_a_store_of_before_announced_no_dropping(client: QdrantClient) -> None:
    meta = StoreMeta(client, "a")
    meta.write(DIMS, PRINTS, {}, dropping=("old",))
    client.delete_payload("a_meta", ["dropping"], points=[0])
    assert meta.read()
    assert meta.dropping == ()


def test_a_newer_layout_is_refused(client: QdrantClient) -> None:
    meta = StoreMeta(client, "a")
    meta.write(DIMS, PRINTS, {})
    client.set_payload("a_meta", {"version": LAYOUT_VERSION + 1}, points=[0])
    with pytest.raises(DataVersionMismatch, match=f"version {LAYOUT_VERSION + 1}"):
        meta.read()


def test_what_the_client_raises_is_unavailable_and_what_we_raise_is_not() -> None:
    with (
        pytest.raises(StoreUnavailable, match="http://q: ValueError; check that"),
        server("http://q"),
    ):
        raise ValueError
    with pytest.raises(InvalidInput), server("http://q"):
        raise InvalidInput("a", 1, "no")
