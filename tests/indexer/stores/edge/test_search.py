"""Searching a shard: filters as masks and as conditions must find the same, in any share of
matches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import qdrant_edge as qe

from indexer.catalog.filter import Filter, NumberIn
from indexer.catalog.item import Item
from indexer.stores.conditions import to_payload
from indexer.stores.edge import search as edge_search
from indexer.stores.edge.folder import FolderState, create
from indexer.stores.edge.search import EdgeSearch
from indexer.stores.store import VectorQuery

N = 200
ANGLES = np.linspace(0, np.pi / 2, N)
"""Item n is n steps away from the query, and costs n."""


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qe.EdgeShard]:
    folder = tmp_path_factory.mktemp("shard")
    create(folder, FolderState({"text": 2}, {"text": "t"}))
    shard = qe.EdgeShard.load(str(folder / "items"))
    points = [
        qe.Point(
            n,
            {"text": [float(np.cos(angle)), float(np.sin(angle))]},
            to_payload(Item(f"i{n}", price=float(n))),
        )
        for n, angle in enumerate(ANGLES)
    ]
    shard.update(qe.UpdateOperation.upsert_points(points))
    yield shard
    shard.close()


@pytest.fixture
def search(shard: qe.EdgeShard) -> EdgeSearch:
    return EdgeSearch(shard)


def query(
    limit: int = 3, filter: Filter | None = None, exclude: tuple[int, ...] = ()
) -> VectorQuery:
    return VectorQuery("text", np.array([1.0, 0.0], np.float32), limit, filter, exclude)


def found(search: EdgeSearch, *queries: VectorQuery) -> list[list[int]]:
    return [hits.item_indices.tolist() for hits in search.query_batch(queries)]


def costing(lowest: float, highest: float = N) -> NumberIn:
    return NumberIn("price", gte=lowest, lt=highest)


def test_the_nearest_come_first_without_what_is_excluded(search: EdgeSearch) -> None:
    (plain, without) = found(search, query(), query(exclude=(0, 2)))
    assert (plain, without) == ([0, 1, 2], [1, 3, 4])


@pytest.mark.parametrize(
    "filter",
    [costing(0), costing(1), costing(50), costing(150), costing(198), costing(500, 600)],
    ids=["all", "nearly all", "common and near", "common and far", "few", "none"],
)
def test_a_filter_gives_the_nearest_of_what_matches_whatever_its_share(
    search: EdgeSearch, filter: NumberIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    matching = [n for n in range(N) if (filter.gte or 0) <= n < (filter.lt or N)]
    assert found(search, query(filter=filter)) == [matching[:3]]
    assert found(search, query(5, filter, exclude=tuple(matching[:1]))) == [matching[1:6]]
    monkeypatch.setattr(edge_search, "MAX_LISTED_ITEMS", 1)
    assert found(search, query(filter=filter)) == [matching[:3]]
    monkeypatch.setattr(edge_search, "MAX_MASKED_ITEMS", 1)
    assert found(search, query(filter=filter)) == [matching[:3]]


def test_queries_of_a_batch_are_answered_in_their_order_each_by_itself(search: EdgeSearch) -> None:
    shared = (0,)
    batch = [
        query(1),
        query(0),
        query(1, costing(500, 600)),
        query(1, costing(100), shared),
        query(1, None, shared),
    ]
    assert found(search, *batch) == [[0], [], [], [100], [1]]
    assert found(search) == []


def test_what_matches_comes_ascending_among_some_and_up_to_a_number(search: EdgeSearch) -> None:
    assert search.matching(costing(195), None, None).tolist() == [195, 196, 197, 198, 199]
    assert search.matching(costing(195), {1, 199, 196}, None).tolist() == [196, 199]
    assert search.matching(None, None, 2).tolist() == [0, 1]
    assert len(search.matching(None, None, None)) == N


def test_count_and_masks_are_remembered_until_the_owner_says_that_something_changed(
    search: EdgeSearch, shard: qe.EdgeShard
) -> None:
    assert search.count() == N
    assert found(search, query(1, costing(N, N + 1))) == [[]]
    late = qe.Point(N, {"text": [0.0, 1.0]}, to_payload(Item("late", price=float(N))))
    shard.update(qe.UpdateOperation.upsert_points([late]))
    assert (search.count(), found(search, query(1, costing(N, N + 1)))) == (N, [[]])
    search.changed()
    assert (search.count(), found(search, query(1, costing(N, N + 1)))) == (N + 1, [[N]])
    shard.update(qe.UpdateOperation.delete_points([N]))
