"""Queries are remembered until the catalogue changes or memory is full."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.history import History
from service.ranker.second_stage import remembered
from service.ranker.second_stage.remembered import RememberedQueries
from tests.service.ranker.planted import query_scores, snapshot

FIRST, SECOND = History.of(np.array([1])), History.of(np.array([2]))


def test_a_query_is_found_by_its_history() -> None:
    catalogue, queries = snapshot(), RememberedQueries(2)
    query = query_scores(catalogue, FIRST)
    queries.put(FIRST.key, query)
    assert queries.get(FIRST.key, catalogue) is query
    assert queries.get(SECOND.key, catalogue) is None


def test_another_catalogue_makes_all_be_forgotten() -> None:
    before, after, queries = snapshot(), snapshot(), RememberedQueries(2)
    queries.put(FIRST.key, query_scores(before, FIRST))
    assert queries.get(FIRST.key, after) is None
    queries.put(SECOND.key, query_scores(after, SECOND))
    assert queries.get(FIRST.key, after) is None
    assert queries.get(FIRST.key, before) is None
    assert queries.get(SECOND.key, after) is not None


def test_where_memory_is_full_the_one_used_longest_ago_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    catalogue = snapshot()
    monkeypatch.setattr(remembered, "MAX_BYTES", 2 * 3 * 4 * catalogue.n_items)
    queries = RememberedQueries(3)  # room for two of three arrays of float32 each
    histories = [History.of(np.array([item])) for item in range(3)]
    for history in histories[:2]:
        queries.put(history.key, query_scores(catalogue, history))
    queries.get(histories[0].key, catalogue)
    queries.put(histories[2].key, query_scores(catalogue, histories[2]))
    there = [queries.get(history.key, catalogue) is not None for history in histories]
    assert there == [True, False, True]


def test_everything_can_be_forgotten() -> None:
    catalogue, queries = snapshot(), RememberedQueries(2)
    queries.put(FIRST.key, query_scores(catalogue, FIRST))
    queries.clear()
    assert queries.get(FIRST.key, catalogue) is None
