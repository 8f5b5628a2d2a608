"""Explanations: evidence first and words after it, of every model that served lately."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from service.api.messages import Change, ExplainRequest, Explanation, RecommendRequest, UserProfile
from service.explainer.evidence import Evidence, EvidenceKind
from service.reasons import explanations
from service.reasons.evidence import Evidences
from service.reasons.explanations import above
from service.recommender import Recommender
from tests.service import world


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """With a trained model, and the untrained ranker that served before it."""
    recommender = world.filled(tmp_path_factory.mktemp("explanations"))
    yield recommender
    recommender.close()


def of_taste(palate: Recommender, request: ExplainRequest) -> list[Evidence]:
    """What is said beside a taste."""
    facts = palate.explain(request).evidence
    return [one for one in facts if one.kind is EvidenceKind.TASTE]


def served(palate: Recommender) -> ExplainRequest:
    answer = palate.recommend(RecommendRequest(user_id="u0", k=3))
    return ExplainRequest(answer.results[0].item_id, answer.recommendation_id)


def test_the_evidence_is_told_before_the_words(palate: Recommender) -> None:
    told: list[Explanation] = []
    whole = palate.explain(served(palate), told.append)
    (before,) = told
    assert (before.text, before.evidence) == ("", whole.evidence)
    assert whole.text


def test_answers_of_two_models_in_turn_read_the_catalogue_once_for_each(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = served(palate)
    palate.train(force=True)
    after = served(palate)
    measured: list[str] = []

    def counting(ranker: object, *rest: object) -> Evidences:
        measured.append(ranker.version)  # type: ignore[attr-defined]
        return Evidences(ranker, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(explanations, "Evidences", counting)
    palate._explanations._evidences.clear()
    for request in (before, after, before, after):
        palate.explain(request)
    assert measured == ["", palate.ranker.version]


def test_of_what_is_not_listed_by_its_score_no_change_of_the_history_is_told(
    palate: Recommender,
) -> None:
    by_score = palate.recommend(RecommendRequest(user_id="u0", k=3))
    diverse = palate.recommend(RecommendRequest(user_id="u0", k=3, diversity=0.9))
    lifted = min(diverse.results, key=lambda row: row.score)
    assert lifted.score < min(row.score for row in by_score.results)
    request = ExplainRequest(lifted.item_id, diverse.recommendation_id, change=True)
    assert palate.explain(request).change == Change((), "")


def test_no_change_of_the_history_takes_off_what_a_wish_alone_keeps_on(
    palate: Recommender,
) -> None:
    """All of love that the filter leaves is shown, and whatever comes next is of another kind: it
    would never come before what was asked for."""
    asked = RecommendRequest(user_id="u0", k=10, wish="something with love", filter="price < 20")
    answer = palate.recommend(asked)
    assert {one.item.categories[0] for one in answer.results} == {"Love"}
    for result in answer.results:
        request = ExplainRequest(result.item_id, answer.recommendation_id, change=True)
        assert palate.explain(request).change == Change((), "")


TASTES = ("I love space but not love", "space, nothing with a wedding", "space，不要love")


@pytest.mark.parametrize("taste", TASTES)
def test_of_a_taste_that_denies_something_what_it_asks_for_is_told(
    palate: Recommender, taste: str
) -> None:
    answer = palate.recommend(RecommendRequest(taste=taste, k=5, explain=True))
    for result in answer.results:
        request = ExplainRequest(result.item_id, answer.recommendation_id)
        facts = [(one.name, one.value) for one in of_taste(palate, request)]
        assert facts == [("space", "Space")]
        assert "“Space”" in result.reason


@pytest.mark.parametrize("taste", ["no space", "不要space", "nothing with mimsy borogoves"])
def test_of_a_taste_that_only_denies_nothing_is_told(palate: Recommender, taste: str) -> None:
    for item_id in ("i0", "i1"):
        assert of_taste(palate, ExplainRequest(item_id, user_id="u0", taste=taste)) == []


def test_one_in_fifty_that_has_the_words_of_a_taste_is_close_to_it(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(taste="rocket alien", k=40))
    told = {
        one.item_id: facts
        for one in answer.results
        if (facts := of_taste(palate, ExplainRequest(one.item_id, answer.recommendation_id)))
    }
    assert list(told) == ["i10"]  # Rocket 10, of an alien
    assert [(one.name, one.value) for one in told["i10"]] == [("rocket alien", "")]
    explanation = palate.explain(ExplainRequest("i10", answer.recommendation_id))
    assert "close to the taste you described" in explanation.text


def test_a_stored_taste_is_told_as_one_that_is_asked_with(palate: Recommender) -> None:
    palate.put_user(UserProfile("writes", taste="love"))
    (fact,) = of_taste(palate, ExplainRequest("i1", user_id="writes"))
    assert (fact.name, fact.value) == ("love", "Love")
    assert fact.weight > 0
    assert of_taste(palate, ExplainRequest("i0", user_id="writes")) == []


@pytest.mark.parametrize("words", [{"taste": "love"}, {"wish": "love"}])
def test_what_both_of_two_items_have_of_what_was_asked_for_sets_them_not_apart(
    palate: Recommender, words: dict[str, str]
) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u1", k=3, **words))  # type: ignore[arg-type]
    shown = {one.item_id for one in answer.results}
    beside = next(f"i{i}" for i in range(1, 40, 2) if f"i{i}" not in shown)
    kinds = {EvidenceKind.TASTE, EvidenceKind.WISH}
    for other, is_told in ((beside, False), ("i0", True)):
        request = ExplainRequest(
            answer.results[0].item_id, answer.recommendation_id, instead_of_item_id=other
        )
        facts = palate.explain(request).evidence
        assert bool({one.kind for one in facts} & kinds) is is_told
        assert all(np.isfinite([one.weight, one.score_drop]).all() for one in facts)


def test_two_items_are_set_apart_without_words_before_the_words_of_the_catalogue_are_read(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(palate.wishes, "lexicon")
    answer = palate.recommend(RecommendRequest(user_id="u0", k=3))
    first = answer.results[0].item_id
    request = ExplainRequest(first, answer.recommendation_id, instead_of_item_id="i39")
    assert palate.explain(request).evidence


def test_what_a_taste_adds_to_a_score_is_kept_and_weighed(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u1", taste="something with love", k=3))
    result = answer.results[0]
    context = palate.answers.served(answer.recommendation_id)
    assert context.results[0].lean > 0
    assert len(context.runners_lean) == len(context.runners_up) > 0
    (fact,) = of_taste(palate, ExplainRequest(result.item_id, answer.recommendation_id))
    assert fact.score_drop > context.results[0].lean / 2  # the ranker's own part may be against it


def test_what_to_record_for_less_is_the_unkindest_event(palate: Recommender) -> None:
    less = palate.explain(served(palate)).less_of_this
    assert less is not None
    kinds = palate.workspace.settings.events.policy().kinds
    assert kinds[less.event_type].weight == min(kind.weight for kind in kinds.values())


def test_a_result_is_above_the_place_that_is_shown_no_more() -> None:
    scores = np.array([[5.0, 9.0, 4.0, 1.0], [3.0, 9.0, 4.0, 1.0]])
    assert above(scores, 2).tolist() == [1.0, -1.0]
