"""Taste crosses domains: what somebody likes in one, or says in words, tells what they will like in
another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.pipeline import Query, rank
from service.ranker.ranker import Ranker
from service.ranker.training.train import Trained, train_ranker
from service.ranker.training.validation import K
from tests.service.ranker.planted import SMALL, features

CONFIG = replace(SMALL, max_epochs=12)
SIZE = 24
"""Items of each domain: the first has items 0..23, the second 24..47. An item's kind is its parity."""
DOMAIN = np.repeat([0, 1], SIZE)
KIND = np.arange(2 * SIZE) % 2
ASKED = np.array([1])
"""The second domain alone."""


def world(*, second_domain_has_events: bool) -> Interactions:
    """Everybody chooses one kind: half in both domains at once, in random order, the others in the
    first alone."""
    rng = np.random.default_rng(5)
    users, items = [], []
    for user in range(120):
        own = np.flatnonzero(user // 2 % 2 == KIND)
        in_both = second_domain_has_events and user % 2
        chosen = rng.choice(own if in_both else own[own < SIZE], 10, replace=False)
        users += [user] * len(chosen)
        items += chosen.tolist()
    return Interactions.build(
        users, items, np.tile(np.arange(10), 120), n_users=120, n_items=2 * SIZE
    )


def described(*, by_kind: bool) -> ItemFeatures:
    """Items whose words tell their kind, in both domains alike, or nothing."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(2 * SIZE, 4))
    words = np.hstack([np.eye(2)[KIND], 0.1 * noise]) if by_kind else noise
    return features(2 * SIZE, text=words, domain=DOMAIN)


def second_domain(ranker: Ranker, history: History) -> np.ndarray:
    """What all sources propose of the second domain, best first."""
    query = Query(history, SIZE, allowed=DOMAIN == 1, domains=ASKED)
    found = rank(ranker, query, sources_of(ranker.modalities))
    assert len(found.order) == SIZE
    return found.items(found.order)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train_ranker(
        world(second_domain_has_events=True), described(by_kind=False), CONFIG, version="behaviour"
    )


@pytest.fixture(scope="module")
def behaviour_only(trained: Trained) -> Ranker:
    return trained.ranker


@pytest.fixture(scope="module")
def by_words() -> Ranker:
    table = world(second_domain_has_events=False)
    return train_ranker(table, described(by_kind=True), CONFIG, version="words").ranker


@pytest.mark.parametrize("kind", [0, 1])
def test_a_history_in_one_domain_tells_what_is_liked_in_the_other(
    behaviour_only: Ranker, kind: int
) -> None:
    shown = second_domain(behaviour_only, History.of(np.arange(kind, 10, 2)))
    assert (KIND[shown[:K]] == kind).all()  # as many as training looks at when it chooses


@pytest.mark.parametrize("kind", [0, 1])
def test_words_alone_tell_what_is_liked_in_a_domain_where_nothing_has_happened(
    by_words: Ranker, kind: int
) -> None:
    taste = by_words.project_text(np.array([1 - kind, kind, 0, 0, 0, 0], np.float32))
    shown = second_domain(by_words, History.of(np.zeros(0, np.int64), taste=taste))
    assert (KIND[shown[: SIZE // 2]] == kind).all()


@pytest.mark.parametrize("kind", [0, 1])
def test_a_history_and_words_alike_reach_a_domain_where_nothing_has_happened(
    by_words: Ranker, kind: int
) -> None:
    shown = second_domain(by_words, History.of(np.arange(kind, 10, 2)))
    assert (KIND[shown[: SIZE // 2]] == kind).all()


def test_who_is_new_in_the_domain_asked_for_is_ranked_as_a_cold_start_user_there(
    behaviour_only: Ranker,
) -> None:
    query_scores, candidates = (
        behaviour_only.query_scores(History.of(np.arange(0, 20, 2))),
        np.arange(SIZE, 2 * SIZE),
    )
    everywhere, here = (
        behaviour_only.score_list(query_scores, candidates),
        behaviour_only.score_list(query_scores, candidates, ASKED),
    )
    assert [(one.scale.known, one.scale.elsewhere) for one in (everywhere, here)] == [
        (10, 0),
        (0, 10),
    ]
    again = behaviour_only.rescore(
        query_scores.history, [np.array([], int)], candidates, here.scale
    )
    np.testing.assert_allclose(again[0], here.scores, atol=1e-4)
    assert np.abs(everywhere.scores - here.scores).max() > 1e-3
    met = behaviour_only.score_list(
        behaviour_only.query_scores(History.of(np.array([0, 24, 26]))), candidates, ASKED
    )
    assert (met.scale.known, met.scale.elsewhere) == (2, 1)


def test_users_new_in_a_domain_are_measured(trained: Trained) -> None:
    metrics = trained.metrics
    assert metrics["palate/new_in_domain/ndcg@10"] > metrics["popularity/new_in_domain/ndcg@10"]


def test_who_comes_to_a_domain_is_not_served_worse_than_by_co_occurrence(trained: Trained) -> None:
    """The words of this world say nothing, and who met what says it all."""
    ours, plain, popular = (
        trained.metrics[f"{system}/arrival/ndcg@10"]
        for system in ("palate", "co_occurrence", "popularity")
    )
    assert plain > popular
    assert ours > 0.97 * plain
