"""Searching a shard: which way a filtered search takes, with the same answer on every way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import qdrant_edge as qe

from encoders.arrays import FloatArray
from indexer.catalog.filter import Filter, TextIn
from indexer.catalog.item import Item
from indexer.stores.conditions import to_payload
from indexer.stores.edge import search as edge_search
from indexer.stores.edge.folder import FolderState, create
from indexer.stores.edge.search import EdgeSearch
from indexer.stores.store import VectorQuery

N = 60
"""Items, at angles of 0 to 1 from the query; every third is a film, one is a game, others are books."""
FILMS, GAMES, BOOKS = (TextIn("domain", (name,)) for name in ("film", "game", "book"))
NOTHING = TextIn("domain", ("opera",))
ANYTHING = TextIn("domain", ("film", "game", "book"))
QUERY = np.array([1.0, 0.0], dtype=np.float32)


def domain(index: int) -> str:
    return "game" if index == N - 1 else "film" if index % 3 == 0 else "book"


def at(index: int) -> FloatArray:
    angle = index / N
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


class Counted:
    """A shard that counts the searches that are made of it."""

    def __init__(self, shard: qe.EdgeShard) -> None:
        self._shard = shard
        self.searches = 0

    def query_batch(self, request: qe.QueryBatchRequest) -> list[list[qe.ScoredPoint]]:
        self.searches += 1
        return self._shard.query_batch(request)

    def __getattr__(self, name: str) -> object:
        return getattr(self._shard, name)


@pytest.fixture(scope="module")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qe.EdgeShard]:
    folder = tmp_path_factory.mktemp("shard")
    create(folder, FolderState({"text": 2}, {"text": "t"}))
    shard = qe.EdgeShard.load(str(folder / "items"))
    points = [
        qe.Point(
            index, {"text": at(index).tolist()}, to_payload(Item(f"i{index}", domain=domain(index)))
        )
        for index in range(N)
    ]
    shard.update(qe.UpdateOperation.upsert_points(points))
    yield shard
    shard.close()


@pytest.fixture
def counted(shard: qe.EdgeShard) -> Counted:
    return Counted(shard)


@pytest.fixture
def search(counted: Counted) -> EdgeSearch:
    return EdgeSearch(counted)  # type: ignore[arg-type]


def query(
    limit: int = 5, filter: Filter | None = None, exclude: tuple[int, ...] = ()
) -> VectorQuery:
    return VectorQuery("text", QUERY, limit, filter, exclude)


def best(limit: int, *domains: str, exclude: tuple[int, ...] = ()) -> list[int]:
    """What a search should find: the nearest have the lowest indices."""
    return [
        index
        for index in range(N)
        if (not domains or domain(index) in domains) and index not in exclude
    ][:limit]


@pytest.mark.parametrize(
    ("filter", "domains"),
    [
        (None, ()),
        (FILMS, ("film",)),
        (BOOKS, ("book",)),
        (GAMES, ("game",)),
        (ANYTHING, ()),
        (NOTHING, ("opera",)),
    ],
    ids=["all", "few", "most", "one", "every", "none"],
)
@pytest.mark.parametrize("large", [False, True], ids=["masks", "engine"])
def test_the_best_that_match_are_found_on_every_way(
    search: EdgeSearch,
    monkeypatch: pytest.MonkeyPatch,
    filter: Filter | None,
    domains: tuple[str, ...],
    large: bool,
) -> None:
    if large:
        monkeypatch.setattr(edge_search, "MAX_MASKED_ITEMS", N - 1)
    exclude = (0, 1)
    (hits,) = search.query_batch([query(5, filter, exclude)])
    assert hits.item_indices.tolist() == best(5, *domains, exclude=exclude)
    np.testing.assert_allclose(
        hits.scores, [at(index)[0] for index in hits.item_indices], atol=2e-3
    )


def test_a_filter_that_matches_nothing_asks_the_engine_nothing(
    search: EdgeSearch, counted: Counted
) -> None:
    (hits,) = search.query_batch([query(5, NOTHING)])
    assert (len(hits), counted.searches) == (0, 0)
    assert len(search.query_batch([query(0)])[0]) == 0


def test_answers_stand_in_the_order_of_the_queries_and_come_from_one_search(
    search: EdgeSearch, counted: Counted
) -> None:
    found = search.query_batch([query(2, NOTHING), query(2, FILMS), query(3)])
    assert [hits.item_indices.tolist() for hits in found] == [[], best(2, "film"), best(3)]
    assert counted.searches == 1


def test_where_what_is_near_does_not_match_what_matches_is_searched_alone(
    shard: qe.EdgeShard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the items match, and all of those are far away."""
    far = TextIn("item_id", ("far",))
    counted = Counted(shard)
    search = EdgeSearch(counted)  # type: ignore[arg-type]
    monkeypatch.setattr(
        search,
        "matching",
        lambda filter, among, limit: np.arange(N // 2, N, dtype=np.int64),
    )
    (hits,) = search.query_batch([query(5, far)])
    assert hits.item_indices.tolist() == [N // 2 + step for step in range(5)]
    assert counted.searches == 2


def test_matching_looks_among_the_given_and_stops_at_the_limit(search: EdgeSearch) -> None:
    films = best(N, "film")
    assert search.matching(FILMS, None, None).tolist() == films
    assert search.matching(FILMS, {0, 1, 3}, None).tolist() == [0, 3]
    assert search.matching(FILMS, None, 4).tolist() == films[:4]
    assert search.matching(None, None, None).tolist() == list(range(N))


def test_matching_reads_page_after_page(
    search: EdgeSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_search, "_PAGE", 7)
    assert search.matching(BOOKS, None, None).tolist() == best(N, "book")
    assert search.matching(BOOKS, None, 10).tolist() == best(10, "book")


def test_the_count_is_taken_once_until_something_changes(tmp_path: Path) -> None:
    create(tmp_path, FolderState({"text": 2}, {"text": "t"}))
    shard = qe.EdgeShard.load(str(tmp_path / "items"))
    search = EdgeSearch(shard)
    assert search.count() == 0
    shard.update(qe.UpdateOperation.upsert_points([qe.Point(1, {"text": [1.0, 0.0]}, {})]))
    assert search.count() == 0
    search.changed()
    assert search.count() == 1
    shard.close()
