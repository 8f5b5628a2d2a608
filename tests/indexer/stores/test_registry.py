"""Stores side by side: the same behaviour on a folder and on a Qdrant server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from qdrant_client import QdrantClient

from indexer.errors import DataVersionMismatch, EncoderMismatch, InvalidInput, StoreUnavailable
from indexer.stores.edge.location import EdgePlace
from indexer.stores.qdrant.location import QdrantPlace
from indexer.stores.registry import Place, Shelf, digest_of
from indexer.stores.store import UserPoint
from tests.indexer.store_contract import DIMS, FINGERPRINTS, stored

OTHERS = {**FINGERPRINTS, "text": "text-2"}
THIRD = {**FINGERPRINTS, "text": "text-3"}
FIRST_DIGEST, OTHER_DIGEST = digest_of(FINGERPRINTS), digest_of(OTHERS)


@pytest.fixture(params=["edge", "qdrant"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "edge":
        yield EdgePlace(tmp_path)
        return
    with closing(QdrantClient(":memory:")) as client:
        client.create_collection("vectors-elsewhere_meta", vectors_config={})  # somebody else's
        yield QdrantPlace(client, "vectors")


@pytest.fixture
def shelf(place: Place) -> Shelf:
    return Shelf(place)


def names(shelf: Shelf) -> dict[str, str]:
    return {store.name: store.fingerprints["text"] for store in shelf.stores()}


def fill(shelf: Shelf, fingerprints: dict[str, str], n: int) -> None:
    store = shelf.open(DIMS, fingerprints, beside=True)
    store.upsert([stored(index) for index in range(n)])
    store.put_users([UserPoint("ann", 1, {})])
    store.close()


def test_the_first_store_has_the_plain_name_and_others_the_digest_of_their_encoders(
    shelf: Shelf,
) -> None:
    fill(shelf, FINGERPRINTS, 2)
    fill(shelf, OTHERS, 3)
    assert names(shelf) == {"vectors": "text-1", f"vectors-{OTHER_DIGEST}": "text-2"}
    assert [shelf.count(store) for store in shelf.stores()] == [2, 3]
    rows = [
        [row for page in shelf.scroll(store, ["text"]) for row in page] for store in shelf.stores()
    ]
    assert [[(row.item_index, list(row.vectors)) for row in one] for one in rows] == [
        [(index, ["text"]) for index in range(n)] for n in (2, 3)
    ]
    for prints, count in ((FINGERPRINTS, 2), (OTHERS, 3)):
        store = shelf.open(DIMS, prints)
        assert store.count() == count
        store.close()


def test_encoders_without_a_store_are_a_mismatch_that_names_the_one_in_use_and_the_command(
    shelf: Shelf,
) -> None:
    fill(shelf, FINGERPRINTS, 1)
    fill(shelf, OTHERS, 1)
    for in_use, named in (
        (FIRST_DIGEST, "text-1"),
        (OTHER_DIGEST, "text-2"),
        (None, "text-1"),
        ("gone", "text-1"),
    ):
        with pytest.raises(
            EncoderMismatch, match=rf"stored {named} .*palate encoders change.*palate rebuild"
        ):
            shelf.open(DIMS, THIRD, in_use=in_use)
    assert len(names(shelf)) == 2


def test_anew_forgets_those_of_the_same_encoders_else_those_in_use(shelf: Shelf) -> None:
    fill(shelf, FINGERPRINTS, 1)
    fill(shelf, OTHERS, 1)
    again = shelf.open(DIMS, FINGERPRINTS, in_use=OTHER_DIGEST, anew=True)
    assert again.count() == 0
    again.close()
    shelf.open(DIMS, THIRD, in_use=OTHER_DIGEST, anew=True).close()
    assert names(shelf) == {"vectors": "text-1", f"vectors-{digest_of(THIRD)}": "text-3"}
    shelf.open(DIMS, OTHERS, in_use=FIRST_DIGEST, anew=True).close()
    assert set(names(shelf).values()) == {"text-2", "text-3"}


def test_alone_and_anew_the_plain_name_stays(shelf: Shelf) -> None:
    fill(shelf, FINGERPRINTS, 1)
    shelf.open(DIMS, OTHERS, in_use=FIRST_DIGEST, anew=True).close()
    assert names(shelf) == {"vectors": "text-2"}


def test_a_store_is_dropped_by_its_digest(shelf: Shelf) -> None:
    fill(shelf, FINGERPRINTS, 1)
    fill(shelf, OTHERS, 1)
    shelf.drop(FIRST_DIGEST)
    assert names(shelf) == {f"vectors-{OTHER_DIGEST}": "text-2"}
    with pytest.raises(InvalidInput, match=f"known are: {OTHER_DIGEST}"):
        shelf.drop(FIRST_DIGEST)
    fill(shelf, FINGERPRINTS, 1)
    assert set(names(shelf).values()) == {"text-1", "text-2"}


def test_people_are_forgotten_but_in_the_store_that_serves(shelf: Shelf) -> None:
    fill(shelf, FINGERPRINTS, 1)
    fill(shelf, OTHERS, 1)
    for _ in range(2):
        shelf.forget_users(but=OTHER_DIGEST)
    for prints, known in ((FINGERPRINTS, False), (OTHERS, True)):
        store = shelf.open(DIMS, prints)
        assert (store.get_user("ann") is not None, store.count()) == (known, 1)
        store.put_users([UserPoint("ben", 1, {})])
        assert store.get_user("ben") is not None
        store.close()


def test_a_folder_says_how_large_a_store_is_and_a_server_does_not(tmp_path: Path) -> None:
    edge = Shelf(EdgePlace(tmp_path))
    fill(edge, FINGERPRINTS, 1)
    (store,) = edge.stores()
    assert (edge.size(store) or 0) > 1000
    with closing(QdrantClient(":memory:")) as client:
        server = Shelf(QdrantPlace(client, "vectors"))
        fill(server, FINGERPRINTS, 1)
        assert server.size(server.stores()[0]) is None


def test_looking_into_a_store_leaves_the_mark_of_its_unclean_end(tmp_path: Path) -> None:
    shelf = Shelf(EdgePlace(tmp_path))
    fill(shelf, FINGERPRINTS, 1)
    mark = tmp_path / "vectors" / "lock"
    mark.write_text("12345")
    (store,) = shelf.stores()
    assert (shelf.count(store), len(list(shelf.scroll(store, [])))) == (1, 1)
    assert mark.read_text() == "12345"


@pytest.mark.parametrize(
    ("said", "error"), [("{", StoreUnavailable), ('{"version": 99}', DataVersionMismatch)]
)
def test_a_store_that_cannot_be_read_is_an_error_until_it_is_made_anew(
    tmp_path: Path, said: str, error: type[Exception]
) -> None:
    shelf = Shelf(EdgePlace(tmp_path))
    fill(shelf, FINGERPRINTS, 1)
    (tmp_path / "vectors" / "store.json").write_text(said)
    assert shelf.stores() == []
    with pytest.raises(error):
        shelf.open(DIMS, FINGERPRINTS, in_use=FIRST_DIGEST)
    shelf.open(DIMS, FINGERPRINTS, in_use=FIRST_DIGEST, anew=True).close()
    assert names(shelf) == {"vectors": "text-1"}
