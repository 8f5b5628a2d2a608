"""Candidates under rules that too many items satisfy to be listed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indexer.catalog.filter import in_domains, parse_filter
from indexer.stores.store import Hits
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker, untrained_ranker
from service.serving.retrieval import Rule, retrieve
from tests.service.ranker.planted import SMALL, features

SIZE = 60
"""Items of each domain: the first has items 0..59, the second 60..119."""
DOMAIN = np.repeat([1, 2], SIZE)
N = 5
NOTHING = np.zeros(0, np.int64)


class Shop:
    """A store that finds nothing by vectors, and knows which items a filter holds."""

    def __init__(self, holds: np.ndarray) -> None:
        self.holds = holds

    def matching(self, filter: Any, item_indices: np.ndarray) -> np.ndarray:
        return item_indices[self.holds[item_indices]]

    def query_batch(self, queries: list[Any]) -> list[Hits]:
        return [Hits.none() for _ in queries]


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Everybody chooses ten neighbours in the first domain, and then one item of the second that
    goes with them."""
    users, items = [], []
    for user in range(SIZE):
        users += [user] * 11
        items += [*((user + np.arange(10)) % SIZE), SIZE + user]
    table = Interactions.build(users, items, np.tile(np.arange(11), SIZE), n_items=2 * SIZE)
    return untrained_ranker(features(2 * SIZE, domain=DOMAIN), table, SMALL)


def proposed(
    ranker: Ranker, rule: Rule, holds: np.ndarray, domains: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    query_scores = ranker.query_scores(History.of(np.arange(5)))
    loaded: Any = SimpleNamespace(ranker=ranker, source=str, medium="image")
    store: Any = Shop(holds)
    return dict(retrieve(store, loaded, query_scores, {}, rule, NOTHING, domains, N).proposals)


def test_a_wide_domain_gets_its_candidates_though_the_history_is_in_another(ranker: Ranker) -> None:
    second = DOMAIN == 2
    found = proposed(ranker, Rule(in_domains(["second"]), None), second, np.array([2]))
    assert [len(found[source]) for source in ("chosen_together", "popular")] == [N, N]
    assert all(second[items].all() for items in found.values())
    together = (
        found["chosen_together"] - SIZE
    )  # chosen with the items 0 to 4 by who began at 51 to 64
    assert set(together.tolist()) <= {*range(5), *range(SIZE - 9, SIZE)}


def test_a_wide_filter_is_checked_on_more_candidates_than_are_wanted(ranker: Ranker) -> None:
    odd = np.arange(2 * SIZE) % 2 == 1
    found = proposed(ranker, Rule(parse_filter('categories: "odd"'), None), odd)
    assert len(found["chosen_together"]) == N
    assert odd[found["chosen_together"]].all()


def test_a_narrow_rule_is_all_that_is_proposed(ranker: Ranker) -> None:
    members = np.array([3, 70, 71])
    found = proposed(
        ranker, Rule(parse_filter("price < 3"), members), np.isin(np.arange(2 * SIZE), members)
    )
    assert set(np.concatenate(list(found.values())).tolist()) <= {3, 70, 71}
    assert found["filter"].tolist() == [3, 70, 71]
