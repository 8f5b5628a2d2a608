"""Requests as queries: what is allowed, and when the store is asked."""

from __future__ import annotations

import numpy as np
import pytest

from service.api.messages import RecommendRequest
from service.recommender import Recommender
from service.serving import rule, store_index


def candidates(palate: Recommender, request: RecommendRequest) -> list[int]:
    found = palate.ranking.rank(request, palate.model, 10).ranked
    return found.candidates.items.tolist()


def test_rules_and_exclusions_bind_the_candidates(palate: Recommender) -> None:
    request = RecommendRequest(
        user_id="u1", domains=["books"], filter="price < 36", exclude_item_ids=["i34"]
    )
    found = candidates(palate, request)
    seen = {1, 3, 5, 7, 9, 11, 13, 15}
    assert found == [index for index in range(30, 36) if index != 34 and index not in seen]


@pytest.mark.parametrize("request_", [
    RecommendRequest(user_id="u0", k=5),
    RecommendRequest(user_id="u1", k=5, filter='categories:"Love"'),
    RecommendRequest(user_id="u0", k=5, domains=["books"]),
])  # fmt: skip
def test_a_rule_that_is_checked_later_serves_the_same_list(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch, request_: RecommendRequest
) -> None:
    resolved = palate.recommend(request_)
    monkeypatch.setattr(rule, "SELECTIVE", 0)
    monkeypatch.setattr(store_index, "EXACT_ITEMS", 0)
    checked = palate.recommend(request_)
    assert [one.item_id for one in checked.results] == [one.item_id for one in resolved.results]


def test_an_item_ranked_alone_has_the_score_it_has_in_the_list(palate: Recommender) -> None:
    request = RecommendRequest(user_id="u0")
    whole = palate.ranking.rank(request, palate.model, 10).ranked
    best = int(whole.items(whole.order)[0])
    alone = palate.ranking.rank_only(request, palate.model, best).ranked
    np.testing.assert_allclose(alone.scored.scores, whole.scored.scores[whole.order[:1]], rtol=1e-6)
