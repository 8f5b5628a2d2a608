"""What an explanation is about: an answer as it was served, or what would be served now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.api.messages import ExplainRequest, RecommendRequest
from service.errors import InvalidInput, RecommendationNotFound, ServedByOtherEncoders
from service.recommender import Recommender


def test_an_answer_is_found_by_its_id(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u0", k=3))
    context = palate.answers.served(answer.recommendation_id)
    served = palate.catalog.items(palate.ids.indices(r.item_id for r in answer.results)[0])
    assert [item.item_id for item in served] == [result.item_id for result in answer.results]
    assert context.user_id == "u0"
    with pytest.raises(RecommendationNotFound):
        palate.answers.served("never")


def test_an_answer_of_other_encoders_cannot_be_told_any_more(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    others = replace(palate.answers, encoders="ffffffff")
    with pytest.raises(ServedByOtherEncoders):
        others.served(answer.recommendation_id)


def test_what_would_be_served_now_is_what_is_served(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u4"))
    first = palate.catalog.index_of(answer.results[0].item_id)
    now = palate.answers.now(ExplainRequest("", user_id="u4"), first, palate.model)
    assert [one.item_index for one in now.results] == [
        palate.catalog.index_of(result.item_id) for result in answer.results
    ]


def test_an_item_that_is_not_among_the_best_stands_alone(palate: Recommender) -> None:
    seen = palate.catalog.index_of("i0")  # u0 rated it, so it is not served again
    alone = palate.answers.now(ExplainRequest("", user_id="u0"), seen, palate.model)
    assert [one.item_index for one in alone.results] == [seen]
    assert (alone.results[0].sources, list(alone.runners_up)) == ([], [])


def test_somebody_has_to_be_named(palate: Recommender) -> None:
    with pytest.raises(InvalidInput, match="user_id"):
        palate.answers.now(ExplainRequest(""), 0, palate.model)
