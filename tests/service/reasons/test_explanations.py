"""Explanations: evidence first and words after it, of every model that served lately."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from service.api.messages import Change, ExplainRequest, Explanation, RecommendRequest
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


def test_what_to_record_for_less_is_the_unkindest_event(palate: Recommender) -> None:
    less = palate.explain(served(palate)).less_of_this
    assert less is not None
    kinds = palate.workspace.settings.events.policy().kinds
    assert kinds[less.event_type].weight == min(kind.weight for kind in kinds.values())


def test_a_result_is_above_the_place_that_is_shown_no_more() -> None:
    scores = np.array([[5.0, 9.0, 4.0, 1.0], [3.0, 9.0, 4.0, 1.0]])
    assert above(scores, 2).tolist() == [1.0, -1.0]
