"""Answers: what is shown, what is kept of it, and what is said of how it came about."""

from __future__ import annotations

from service.api.messages import RecommendRequest, SimilarRequest
from service.recommender import Recommender
from service.serving.answer import RUNNERS_UP, Answer
from service.serving.paging import Page


def answer(palate: Recommender, request: RecommendRequest) -> Answer:
    page = Page.of(request)
    return Answer.of(palate.ranking.rank(request, palate.model, page.stop), page)


def test_a_page_shows_its_part_of_the_order(palate: Recommender) -> None:
    first = answer(palate, RecommendRequest(user_id="u0", k=4))
    token = first.page.next_token(len(first.ranking.ranked.order))
    second = answer(palate, RecommendRequest(user_id="u0", k=4, page_token=token))
    assert len(first.items) == len(second.items) == 4
    assert not set(first.items.tolist()) & set(second.items.tolist())


def test_the_context_has_what_came_next_and_the_callers_label(palate: Recommender) -> None:
    request = RecommendRequest(user_id="u0", k=4, scenario="home", domains=["films"])
    context = answer(palate, request).context("digest", 0.0)
    assert (context.scenario, context.encoders, context.rule) == ("home", "digest", "domain films")
    shown = [result.item_index for result in context.results]
    assert len(context.runners_up) == RUNNERS_UP
    assert not set(shown) & set(context.runners_up)
    scores = [result.score for result in context.results]
    assert scores == sorted(scores, reverse=True)


def test_the_label_is_kept_with_what_was_served(palate: Recommender) -> None:
    served = palate.recommend(RecommendRequest(user_id="u0", scenario="cart"))
    assert palate.answers.served(served.recommendation_id).scenario == "cart"


def test_similar_items_leave_nothing_behind(palate: Recommender) -> None:
    """Nobody could ask for it, and it would push out answers that can be explained."""
    palate.recommend(RecommendRequest())
    before = palate.export_user("").data["served"]
    similar = palate.similar_items(SimilarRequest("i0"))
    assert similar.recommendation_id == ""
    assert len(similar.results) == 10
    assert palate.export_user("").data["served"] == before


def test_an_answer_to_somebody_unknown_says_what_it_rests_on(palate: Recommender) -> None:
    def said(request: RecommendRequest) -> str:
        return palate.recommend(request).degraded[-1]

    assert said(RecommendRequest()) == "nothing is known about this user; ranked by popularity"
    wished = said(RecommendRequest(wish="something with love"))
    assert wished == "nothing is known about this user; ranked by the wish and popularity"
    described = said(RecommendRequest(taste="rocket"))
    assert described.endswith("ranked by the described taste and popularity")


def test_in_numbers_an_answer_has_what_each_source_proposed_and_has_in_it(
    palate: Recommender,
) -> None:
    given = answer(palate, RecommendRequest(user_id="u0", k=4))
    listed = given.listed()
    assert listed.proposed["popular"] == len(given.ranking.ranked.candidates.proposals["popular"])
    sources = [name for result in given.results for name in result.sources]
    assert listed.served == {name: sources.count(name) for name in sources}
    assert listed.best_score == given.results[0].score
    assert (listed.failed, listed.degraded) == ([], bool(palate.model.notes))


def test_only_scores_that_compare_are_told_for_drift(palate: Recommender) -> None:
    """A wish is a part of the score, and a second page does not begin with the best."""
    first = answer(palate, RecommendRequest(user_id="u0", k=4))
    token = first.page.next_token(len(first.ranking.ranked.order))
    for request in (
        RecommendRequest(user_id="u0", wish="something with love"),
        RecommendRequest(user_id="u0", k=4, page_token=token),
        RecommendRequest(user_id="u0", domains=["nowhere"]),
    ):
        assert answer(palate, request).listed().best_score is None
