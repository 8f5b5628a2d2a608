"""Candidate sources: what each proposes of a planted log, and how proposals become one list."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.candidates import Candidates, largest, sources_of
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import Query, retrieve
from service.ranker.ranker import Ranker, untrained_ranker
from tests.service.ranker.planted import SMALL, features

N_ITEMS = 8
TEXT = np.eye(4)[[0, 0, 1, 1, 2, 2, 3, 3]]
"""Items 2n and 2n + 1 have the same words."""


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    """Ten people met items 0, 2 and 4, six of them 5 as well, at the end; nobody met 1, 3, 6, 7."""
    users, items = [], []
    for user in range(10):
        items += [0, 2, 4] + ([5] if user < 6 else [])
        users += [user] * (len(items) - len(users))
    times = np.where(np.array(items) == 5, 100.0, 0.0) + np.arange(len(items)) / 100
    log = Interactions.build(users, items, times, n_items=N_ITEMS)
    return untrained_ranker(features(N_ITEMS, text=TEXT), log, SMALL)


def proposals(ranker: Ranker, history: list[int], n: int = 8) -> dict[str, list[int]]:
    query = Query(History.of(np.array(history, dtype=np.int64)), n)
    found, failed = retrieve(ranker.query_scores(query.history), query, sources_of(["text"]))
    assert failed == []
    return {name: items.tolist() for name, items in found.proposals.items()}


def test_popular_items_come_by_their_events_and_cold_ones_do_not(ranker: Ranker) -> None:
    assert proposals(ranker, [])["popular"] == [0, 2, 4, 5]


def test_trending_counts_the_newest_events_only(ranker: Ranker) -> None:
    assert proposals(ranker, [])["trending"] == [5]


def test_what_the_same_people_met_is_proposed_by_how_many_did(ranker: Ranker) -> None:
    assert proposals(ranker, [0])["chosen_together"] == [2, 4, 5]  # 10, 10 and 6 of 10
    assert proposals(ranker, [5])["chosen_together"] == [0, 2, 4]


def test_an_empty_history_leaves_only_what_needs_none(ranker: Ranker) -> None:
    speaking = {name for name, items in proposals(ranker, []).items() if items}
    assert speaking == {"popular", "trending", "new_items"}


def test_content_finds_the_item_with_the_same_words_first(ranker: Ranker) -> None:
    assert proposals(ranker, [6])["content_text"][:2] == [6, 7]


def test_new_items_are_those_without_events(ranker: Ranker) -> None:
    assert sorted(proposals(ranker, [2])["new_items"]) == [1, 3, 6, 7]


def test_where_nobody_did_anything_new_items_come_by_their_words() -> None:
    nothing = Interactions.build([], [], n_users=0, n_items=N_ITEMS)
    ranker = untrained_ranker(features(N_ITEMS, text=TEXT), nothing, SMALL)
    assert proposals(ranker, [6])["new_items"][:2] == [6, 7]


def test_a_source_gives_no_more_than_it_is_asked_for(ranker: Ranker) -> None:
    assert all(len(items) <= 2 for items in proposals(ranker, [0], n=2).values())


def test_sources_have_one_name_each_and_content_one_per_modality() -> None:
    names = [source.name for source in sources_of(["text", "image", "audio"])]
    assert len(set(names)) == len(names)
    assert {"content_text", "content_image", "content_audio"} <= set(names)


def test_the_largest_come_first_and_of_equals_the_lower_index() -> None:
    values = np.array([3.0, 9.0, 3.0, 7.0, 9.0])
    allowed = np.array([True, True, True, False, True])
    assert largest(values, allowed, 3).tolist() == [1, 4, 0]
    assert largest(values, allowed, 9).tolist() == [1, 4, 0, 2]


def test_merging_drops_what_is_not_usable_before_it_counts() -> None:
    usable = np.array([True, False, True, True])
    proposed = {"a": np.array([1, 3, 2, 0]), "b": np.array([9, 0])}  # 9 is beyond the catalogue
    found = Candidates.merged(proposed, usable, 2)
    assert {name: items.tolist() for name, items in found.proposals.items()} == {
        "a": [3, 2],
        "b": [0],
    }
    assert found.items.tolist() == [0, 2, 3]


def test_the_sources_of_an_item_are_named_by_how_high_they_ranked_it() -> None:
    found = Candidates(np.array([4, 7]), {"a": np.array([7, 4]), "b": np.array([4])})
    assert found.sources(np.array([4, 7])) == [["b", "a"], ["a"]]
