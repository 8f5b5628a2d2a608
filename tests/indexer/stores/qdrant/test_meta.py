"""What a shared store says about itself, and what becomes of the client's errors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from qdrant_client import QdrantClient

from indexer.errors import DataVersionMismatch, StoreLocked, StoreUnavailable
from indexer.stores.qdrant.meta import LAYOUT_VERSION, StoreMeta, server

DIMS, PRINTS, EXTRA = {"text": 8}, {"text": "t1"}, {"s": (3, "dot")}


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    yield client
    client.close()


def test_under_a_prefix_that_nobody_used_there_is_no_store(client: QdrantClient) -> None:
    assert not StoreMeta(client, "a").read()


def test_what_was_written_is_read_by_another_and_by_nobody_under_another_prefix(
    client: QdrantClient,
) -> None:
    StoreMeta(client, "a").write(DIMS, PRINTS, EXTRA)
    other = StoreMeta(client, "a")
    assert other.read()
    assert (other.dims, other.fingerprints, other.extra) == (DIMS, PRINTS, EXTRA)
    assert other.widths() == {"text": 8, "s": 3}
    assert not StoreMeta(client, "b").read()


def test_writing_again_replaces_what_was_there(client: QdrantClient) -> None:
    meta = StoreMeta(client, "a")
    meta.write(DIMS, PRINTS, EXTRA)
    meta.write(DIMS, PRINTS, {})
    other = StoreMeta(client, "a")
    assert other.read()
    assert other.extra == {} == meta.extra


def test_once_forgotten_there_is_no_store_and_forgetting_twice_is_fine(
    client: QdrantClient,
) -> None:
    meta = StoreMeta(client, "a")
    meta.write(DIMS, PRINTS, {})
    meta.forget()
    meta.forget()
    assert not StoreMeta(client, "a").read()


def test_a_making_that_was_cut_short_left_no_store(client: QdrantClient) -> None:
    client.create_collection("a_meta", vectors_config={})
    assert not StoreMeta(client, "a").read()


def test_a_newer_layout_is_refused(client: QdrantClient) -> None:
    StoreMeta(client, "a").write(DIMS, PRINTS, {})
    client.set_payload("a_meta", {"version": LAYOUT_VERSION + 1}, points=[0])
    with pytest.raises(DataVersionMismatch, match=f"version {LAYOUT_VERSION + 1}"):
        StoreMeta(client, "a").read()


def test_what_the_client_raises_says_which_server_and_what_to_check() -> None:
    with (
        pytest.raises(StoreUnavailable, match=r"http://x.*ConnectionError; check that the Qdrant"),
        server("http://x"),
    ):
        raise ConnectionError


@pytest.mark.parametrize("error", [StoreLocked("x", 1), AssertionError("ours"), MemoryError()])
def test_our_own_errors_pass_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, server("http://x"):
        raise error
    assert caught.value is error
