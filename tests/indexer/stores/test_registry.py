"""Stores side by side: the same behaviour on a folder and on a Qdrant server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from encoders.fingerprint import digest_of
from indexer.errors import DataVersionMismatch, EncoderMismatch, InvalidInput
from indexer.stores.edge.location import EdgeLocation
from indexer.stores.qdrant.location import QdrantLocation
from indexer.stores.registry import StoreLocation, StoreRegistry
from tests.indexer.store_contract import DIMS, FINGERPRINTS, stored

OTHERS = {**FINGERPRINTS, "text": "text-2"}
THIRD = {**FINGERPRINTS, "text": "text-3"}
FIRST_DIGEST, OTHER_DIGEST = digest_of(FINGERPRINTS), digest_of(OTHERS)


@pytest.fixture(params=["edge", "qdrant"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreLocation]:
    if request.param == "edge":
        yield EdgeLocation(tmp_path)
        return
    with closing(QdrantClient(":memory:")) as client:
        client.create_collection("vectors-elsewhere_meta", vectors_config={})  # somebody else's
        yield QdrantLocation(client, "vectors")


@pytest.fixture
def registry(location: StoreLocation) -> StoreRegistry:
    return StoreRegistry(location)


def names(registry: StoreRegistry) -> dict[str, str]:
    return {store.name: store.fingerprints["text"] for store in registry.stores()}


def fill(registry: StoreRegistry, fingerprints: dict[str, str], n: int) -> None:
    store = registry.open(DIMS, fingerprints, beside=True)
    store.upsert([stored(index) for index in range(n)])
    store.close()


def test_the_first_store_has_the_plain_name_and_others_the_digest_of_their_encoders(
    registry: StoreRegistry,
) -> None:
    fill(registry, FINGERPRINTS, 2)
    fill(registry, OTHERS, 3)
    assert names(registry) == {"vectors": "text-1", f"vectors-{OTHER_DIGEST}": "text-2"}
    assert [registry.count(store) for store in registry.stores()] == [2, 3]
    rows = [
        [row for page in registry.scroll(store, ["text"]) for row in page]
        for store in registry.stores()
    ]
    assert [[(row.item_index, list(row.vectors)) for row in one] for one in rows] == [
        [(index, ["text"]) for index in range(n)] for n in (2, 3)
    ]
    for prints, count in ((FINGERPRINTS, 2), (OTHERS, 3)):
        store = registry.open(DIMS, prints)
        assert store.count() == count
        store.close()


def test_encoders_without_a_store_are_a_mismatch_that_names_the_one_active_and_the_command(
    registry: StoreRegistry,
) -> None:
    fill(registry, FINGERPRINTS, 1)
    fill(registry, OTHERS, 1)
    for active, named in (
        (FIRST_DIGEST, "text-1"),
        (OTHER_DIGEST, "text-2"),
        (None, "text-1"),
        ("gone", "text-1"),
    ):
        with pytest.raises(
            EncoderMismatch, match=rf"stored {named} .*palate encoders change.*palate rebuild"
        ):
            registry.open(DIMS, THIRD, active=active)
    assert len(names(registry)) == 2


def test_anew_forgets_those_of_the_same_encoders_else_the_active_one(
    registry: StoreRegistry,
) -> None:
    fill(registry, FINGERPRINTS, 1)
    fill(registry, OTHERS, 1)
    again = registry.open(DIMS, FINGERPRINTS, active=OTHER_DIGEST, anew=True)
    assert again.count() == 0
    again.close()
    registry.open(DIMS, THIRD, active=OTHER_DIGEST, anew=True).close()
    assert names(registry) == {"vectors": "text-1", f"vectors-{digest_of(THIRD)}": "text-3"}
    registry.open(DIMS, OTHERS, active=FIRST_DIGEST, anew=True).close()
    assert set(names(registry).values()) == {"text-2", "text-3"}


def test_alone_and_anew_the_plain_name_stays(registry: StoreRegistry) -> None:
    fill(registry, FINGERPRINTS, 1)
    registry.open(DIMS, OTHERS, active=FIRST_DIGEST, anew=True).close()
    assert names(registry) == {"vectors": "text-2"}


def test_a_store_is_dropped_by_its_digest(registry: StoreRegistry) -> None:
    fill(registry, FINGERPRINTS, 1)
    fill(registry, OTHERS, 1)
    registry.drop(FIRST_DIGEST)
    assert names(registry) == {f"vectors-{OTHER_DIGEST}": "text-2"}
    with pytest.raises(InvalidInput, match=f"known are: {OTHER_DIGEST}"):
        registry.drop(FIRST_DIGEST)
    fill(registry, FINGERPRINTS, 1)
    assert set(names(registry).values()) == {"text-1", "text-2"}


def test_people_that_older_stores_held_are_forgotten_in_all_of_them(
    tmp_path: Path,
) -> None:
    with closing(QdrantClient(":memory:")) as client:
        edge = StoreRegistry(EdgeLocation(tmp_path))
        qdrant = StoreRegistry(QdrantLocation(client, "vectors"))
        for registry in (edge, qdrant):
            fill(registry, FINGERPRINTS, 1)
            fill(registry, OTHERS, 1)
        for store in edge.stores():
            (tmp_path / store.name / "users" / "wal").mkdir(parents=True)
            client.create_collection(f"{store.name}_users", {})
        for registry in (edge, qdrant, edge, qdrant):
            registry.forget_users()
            assert [registry.count(store) for store in registry.stores()] == [1, 1]
        collections = [one.name for one in client.get_collections().collections]
    assert list(tmp_path.rglob("users")) == []
    assert not [name for name in collections if name.endswith("_users")]


def test_a_folder_says_how_large_a_store_is_and_a_server_does_not(tmp_path: Path) -> None:
    edge = StoreRegistry(EdgeLocation(tmp_path))
    fill(edge, FINGERPRINTS, 1)
    (store,) = edge.stores()
    assert (edge.size(store) or 0) > 1000
    with closing(QdrantClient(":memory:")) as client:
        server = StoreRegistry(QdrantLocation(client, "vectors"))
        fill(server, FINGERPRINTS, 1)
        assert server.size(server.stores()[0]) is None


def test_a_store_of_a_newer_version_is_an_error_until_it_is_made_anew(tmp_path: Path) -> None:
    registry = StoreRegistry(EdgeLocation(tmp_path))
    fill(registry, FINGERPRINTS, 1)
    (tmp_path / "vectors" / "store.json").write_text('{"version": 99}')
    assert registry.stores() == []
    with pytest.raises(DataVersionMismatch):
        registry.open(DIMS, FINGERPRINTS, active=FIRST_DIGEST)
    registry.open(DIMS, FINGERPRINTS, active=FIRST_DIGEST, anew=True).close()
    assert names(registry) == {"vectors": "text-1"}


@pytest.mark.parametrize("said", ["{", "[]", "{}", None])
def test_a_store_that_says_nothing_of_itself_is_named_and_made_anew(
    tmp_path: Path, said: str | None
) -> None:
    registry = StoreRegistry(EdgeLocation(tmp_path))
    fill(registry, FINGERPRINTS, 1)
    if said is None:
        (tmp_path / "vectors" / "store.json").unlink()
    else:
        (tmp_path / "vectors" / "store.json").write_text(said)
    (why,) = registry.damaged().values()
    assert why.startswith("store.json")
    store = registry.open(DIMS, FINGERPRINTS, active=FIRST_DIGEST)
    assert store.count() == 0
    store.close()
    assert registry.damaged() == {}
    assert names(registry) == {"vectors": "text-1"}


def test_two_sets_of_encoders_with_one_digest_do_not_stand_side_by_side(
    registry: StoreRegistry,
) -> None:
    """An encoder that reads pictures and sounds under one fingerprint has one digest for either."""
    fill(registry, FINGERPRINTS, 1)
    heard = {"text": "text-1", "audio": FINGERPRINTS["image"]}
    assert digest_of(heard) == FIRST_DIGEST
    dims = {"text": DIMS["text"], "audio": DIMS["image"]}
    with pytest.raises(EncoderMismatch, match=r"audio: stored none.*image: stored image-1"):
        registry.open(dims, heard, beside=True)
    registry.open(dims, heard, anew=True).close()
    (store,) = registry.stores()
    assert store.fingerprints == heard
