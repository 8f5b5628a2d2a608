"""The store as the pipeline's index: it finds what the exact search finds."""

from __future__ import annotations

import numpy as np
import pytest

from service.api.messages import RecommendRequest
from service.ranker.pipeline import Query
from service.recommender import Recommender
from service.serving import store_index
from service.serving.store_index import StoreIndex
from tests.service.world import filled


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    recommender = filled(tmp_path_factory.mktemp("trained"))
    recommender.train(force=True)
    yield recommender
    recommender.close()


def test_the_store_serves_the_same_list_as_the_exact_search(
    trained: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = RecommendRequest(user_id="u0", k=5)
    exact = trained.recommend(request)
    monkeypatch.setattr(store_index, "EXACT_ITEMS", 0)
    stored = trained.recommend(request)
    assert [one.item_id for one in stored.results] == [one.item_id for one in exact.results]


def test_each_space_is_searched_with_its_own_vector(trained: Recommender) -> None:
    user = trained.ranking.contexts.of(RecommendRequest(user_id="u0"), trained.model)
    scores = trained.ranker.query_scores(Query(user.history, 5).history)
    store = trained.workspace.store
    index = StoreIndex(store, trained.model, user.taste_vectors, None, 0)
    found = index.nearest(scores, ["sequence", "text", "image"], 5)
    assert set(found) == {"sequence", "text"}  # nothing has a picture
    best = np.argsort(-scores.sequence, kind="stable")[:5]
    assert set(found["sequence"].tolist()) == set(best.tolist())


def test_without_a_history_no_space_is_searched(trained: Recommender) -> None:
    user = trained.ranking.contexts.of(RecommendRequest(), trained.model)
    scores = trained.ranker.query_scores(user.history)
    index = StoreIndex(trained.workspace.store, trained.model, user.taste_vectors, None, 0)
    assert dict(index.nearest(scores, ["sequence", "text"], 5)) == {}
