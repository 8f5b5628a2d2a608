from collections.abc import Iterator

import numpy as np
import pytest
from qdrant_client import QdrantClient

from indexer.errors import DataVersionMismatch, EncoderMismatch, StoreUnavailable
from indexer.stores.qdrant.store import FAILURES, REST_S, QdrantStore
from indexer.stores.store import ItemStore
from tests.indexer.store_contract import DIMS, FINGERPRINTS, StoreContract, nearest, stored


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    yield client
    client.close()


@pytest.fixture
def store(client: QdrantClient) -> ItemStore:
    return QdrantStore.open(client, "palate", DIMS, FINGERPRINTS)


class TestQdrantStore(StoreContract):
    pass


def test_opening_again_finds_what_is_there_and_other_prefixes_are_apart(
    client: QdrantClient,
) -> None:
    first = QdrantStore.open(client, "a", DIMS, FINGERPRINTS)
    first.upsert([stored(0)])
    first.create_vector("s", 3)
    again = QdrantStore.open(client, "a", DIMS, FINGERPRINTS)
    assert nearest(again) == [0]
    assert again.vector_names() == {**DIMS, "s": 3}
    assert QdrantStore.open(client, "b", DIMS, FINGERPRINTS).count() == 0


def test_other_encoders_are_refused_and_anew_forgets(client: QdrantClient) -> None:
    QdrantStore.open(client, "a", DIMS, FINGERPRINTS).upsert([stored(0)])
    with pytest.raises(
        EncoderMismatch, match=r"text: stored text-1 \(8 wide\), configured text-2 .*palate rebuild"
    ):
        QdrantStore.open(client, "a", DIMS, {**FINGERPRINTS, "text": "text-2"})
    anew = QdrantStore.open(client, "a", DIMS, {**FINGERPRINTS, "text": "text-2"}, anew=True)
    assert anew.count() == 0


def test_a_newer_layout_is_refused(client: QdrantClient) -> None:
    QdrantStore.open(client, "a", DIMS, FINGERPRINTS)
    client.set_payload("a_meta", {"version": 99}, points=[0])
    with pytest.raises(DataVersionMismatch, match="version 99"):
        QdrantStore.open(client, "a", DIMS, FINGERPRINTS)


def test_another_process_sees_a_vector_that_was_added(client: QdrantClient) -> None:
    one, two = (QdrantStore.open(client, "a", DIMS, FINGERPRINTS) for _ in range(2))
    one.upsert([stored(0)])
    one.create_vector("s", 3)
    assert two.vectors("s", [0])[1].shape == (0, 3)


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    client = QdrantClient(url="http://127.0.0.1:9", timeout=1, check_compatibility=False)
    with pytest.raises(StoreUnavailable, match="check that the Qdrant server runs"):
        QdrantStore.open(client, "a", DIMS, FINGERPRINTS)
    client.close()


def test_a_server_that_fails_again_and_again_is_left_alone_for_a_while(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = QdrantStore.open(client, "palate", DIMS, FINGERPRINTS)
    store.upsert([stored(0)])
    now, asked = [0.0], []

    def failing(*_: object, **__: object) -> None:
        asked.append(now[0])
        raise ConnectionError("no answer")

    monkeypatch.setattr(store._breaker, "_clock", lambda: now[0])
    with monkeypatch.context() as gone:
        gone.setattr(client, "count", failing)
        for _ in range(FAILURES):
            with pytest.raises(StoreUnavailable, match="no answer"):
                store.count()
        with pytest.raises(StoreUnavailable, match="is not asked"):
            store.get_items([0])
    assert asked == [0.0] * FAILURES
    now[0] += REST_S + 1
    assert (store.count(), list(store.get_items([0]))) == (1, [0])


def test_what_asks_the_server_nothing_does_not_end_a_row_of_failures(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = QdrantStore.open(client, "palate", DIMS, FINGERPRINTS)

    def failing(*_: object, **__: object) -> None:
        raise ConnectionError("no answer")

    monkeypatch.setattr(client, "count", failing)
    nothing = np.zeros(0, np.int64)
    for _ in range(FAILURES):
        store.upsert([])
        store.set_items([])
        store.delete([])
        store.set_vectors("text", nothing, np.zeros((0, DIMS["text"]), np.float32))
        assert store.get_items([]) == {}
        assert store.vectors("text", [])[1].shape == (0, DIMS["text"])
        assert store.query_batch([]) == []
        with pytest.raises(StoreUnavailable, match="no answer"):
            store.count()
    with pytest.raises(StoreUnavailable, match="is not asked"):
        store.count()
