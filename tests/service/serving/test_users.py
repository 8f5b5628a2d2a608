"""Users: what changes in the log is followed by what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.event import Event
from service.api.messages import (
    ExplainRequest,
    Personalization,
    RecommendRequest,
    TasteRequest,
    TrialKind,
    TrialRequest,
    UserDeletion,
    UserProfile,
)
from service.errors import InvalidInput, RecommendationNotFound
from service.explainer.evidence import EvidenceKind
from service.models.training_data import TrainingData
from service.recommender import Recommender
from service.storage.retraining import asked_for
from tests.service.world import NOW, filled


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


def test_events_are_recorded_once(palate: Recommender) -> None:
    event = Event("u0", "i39", "view", None, NOW, "once")
    assert palate.record_events([event]).recorded == 1
    report = palate.record_events([event])
    assert (report.recorded, report.duplicates) == (0, 1)


def test_deleted_events_are_not_ranked_by_any_more(palate: Recommender) -> None:
    palate.recommend(RecommendRequest(user_id="u0"))
    assert palate.delete_events("u0", None) == 8
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    assert "nothing is known about this user; ranked by popularity" in answer.degraded


def test_everything_held_of_a_user_is_exported_and_then_deleted(palate: Recommender) -> None:
    palate.put_user(UserProfile("u0", {"city": "Rome"}, "slow"))
    served = palate.recommend(RecommendRequest(user_id="u0", scenario="home")).recommendation_id
    held = palate.export_user("u0").data
    assert held["profile"]["taste"] == "slow"
    assert len(held["events"]) == 8
    assert [row["recommendation_id"] for row in held["served"]] == [served]
    assert palate.delete_user("u0").deleted == {
        "events": 8,
        "profiles": 1,
        "served": 1,
        "impressions": 1,
    }
    empty = palate.export_user("u0").data
    assert (empty["profile"], empty["events"], empty["served"]) == (None, [], [])


def test_an_answer_that_was_being_made_when_its_person_was_deleted_is_not_kept(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank = palate.ranking.rank

    def deleting(*arguments: Any) -> Any:
        ranked = rank(*arguments)
        palate.delete_user("u0")
        return ranked

    monkeypatch.setattr(type(palate.ranking), "rank", lambda _, *arguments: deleting(*arguments))
    served = palate.recommend(RecommendRequest(user_id="u0")).recommendation_id
    assert palate.export_user("u0").data["served"] == []
    assert palate.workspace.log.get_served(served) is None


def test_the_model_that_has_learnt_of_a_deleted_person_is_named(palate: Recommender) -> None:
    nothing_trained = UserDeletion({"events": 8, "profiles": 0, "served": 0, "impressions": 0})
    assert palate.delete_user("u1", retrain=True) == nothing_trained
    version = palate.train(force=True).version
    palate.record_events([Event("late", "i1", "view", None, NOW)])
    assert palate.delete_user("late", retrain=True).exposed_model_version == ""
    assert asked_for(palate.workspace.log) == ""
    deletion = palate.delete_user("u2", retrain=True)
    assert (deletion.exposed_model_version, deletion.retraining) == (version, True)
    assert asked_for(palate.workspace.log)


def test_a_model_on_trial_that_has_learnt_of_a_deleted_person_is_named_where_the_active_has_not(
    palate: Recommender,
) -> None:
    before = palate.train(force=True).version
    palate.record_events([Event("late", "i1", "view", None, NOW)])
    after = palate.train(force=True).version
    palate.activate_model(before)
    palate.start_trial(TrialRequest(after, TrialKind.SHADOW))
    deletion = palate.delete_user("late", retrain=True)
    assert (deletion.exposed_model_version, deletion.retraining) == (after, True)


def test_a_guest_who_signs_in_is_asked_about_as_the_person(palate: Recommender) -> None:
    palate.record_events([Event("guest", f"i{n}", "view", None, NOW + n) for n in (1, 2)])
    answer = palate.recommend(RecommendRequest(user_id="guest"))
    before = len(palate.export_user("u0").data["events"])
    merged = {"events": 2, "profiles": 0, "served": 1, "impressions": 1}
    assert palate.merge_users("guest", "u0") == merged
    held = palate.export_user("u0").data
    assert len(held["events"]) == before + 2
    assert [one["context"]["user_id"] for one in held["served"]] == ["u0"]
    assert palate.export_user("guest").data["events"] == []
    question = ExplainRequest(answer.results[0].item_id, answer.recommendation_id)
    assert palate.explain(question).item_id == answer.results[0].item_id
    with pytest.raises(InvalidInput, match="another user"):
        palate.merge_users("u0", "u0")


def test_old_events_are_swept_by_their_type(palate: Recommender, tmp_path: Path) -> None:
    kinds = {one["event_type"] for one in palate.export_user("u0").data["events"]}
    kept = palate._users.sweep({"nothing": 1.0}, NOW)
    assert kept == {"nothing": 0}
    swept = palate._users.sweep(dict.fromkeys(kinds, 1.0), NOW + 86_400 * 400)
    assert sum(swept.values()) == 30 * 8
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    assert "nothing is known about this user; ranked by popularity" in answer.degraded


@pytest.mark.parametrize("consent", [Personalization.CONTEXTUAL, Personalization.NON_PROFILED])
def test_who_is_restricted_is_ranked_recorded_and_counted_as_nobody(
    palate: Recommender, consent: Personalization
) -> None:
    palate.put_user(UserProfile("u0", {}, "wedding kiss"))
    before = palate.recommend(RecommendRequest(user_id="u0"))
    n_before = len(palate.export_user("u0").data["events"])
    palate.set_consent("u0", consent)
    with pytest.raises(RecommendationNotFound):
        palate.explain(ExplainRequest(before.results[0].item_id, before.recommendation_id))
    report = palate.record_events(
        [Event("u0", "i3", "view", None, NOW), Event("u1", "i3", "view", None, NOW)]
    )
    assert (report.recorded, report.withheld, report.duplicates) == (1, 1, 0)

    answer = palate.recommend(RecommendRequest(user_id="u0"))
    anybody = palate.recommend(RecommendRequest())
    assert [one.item_id for one in answer.results] == [one.item_id for one in anybody.results]
    assert any(f"by their consent ({consent})" in note for note in answer.degraded)
    explained = palate.explain(ExplainRequest(answer.results[0].item_id, answer.recommendation_id))
    assert explained.less_of_this is None
    now = palate.explain(ExplainRequest(answer.results[0].item_id, user_id="u0"))
    assert not any(fact.kind is EvidenceKind.HISTORY for fact in now.evidence)
    taste = palate.describe_taste(TasteRequest("u0"))
    assert [fact.kind for fact in taste.evidence] == [EvidenceKind.COLD_START]
    assert "consent" in taste.degraded[0]

    held = palate.export_user("u0").data
    assert held["profile"]["consent"] == consent
    assert len(held["events"]) == n_before
    assert [one["recommendation_id"] for one in held["served"]] == [before.recommendation_id]
    assert held["served"][0]["context"] is None
    assert palate.workspace.log.get_served(answer.recommendation_id) is not None


def test_a_training_goes_without_the_restricted_and_with_them_again(palate: Recommender) -> None:
    def trained_on() -> set[str]:
        return set(TrainingData.read(palate.workspace, palate.ids).user_ids)

    everybody, crowd = trained_on(), palate._crowds.now(palate.ids.n_indices)
    palate.set_consent("u0", Personalization.CONTEXTUAL)
    assert trained_on() == everybody - {"u0"}
    assert palate._crowds.now(palate.ids.n_indices).n_people == crowd.n_people - 1
    palate.set_consent("u0", Personalization.FULL)
    assert trained_on() == everybody
    assert palate._crowds.now(palate.ids.n_indices).n_people == crowd.n_people


def test_an_answer_that_was_being_made_when_its_person_was_restricted_is_not_kept(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank = palate.ranking.rank

    def restricting(*arguments: Any) -> Any:
        ranked = rank(*arguments)
        palate.set_consent("u0", Personalization.NON_PROFILED)
        return ranked

    monkeypatch.setattr(type(palate.ranking), "rank", lambda _, *all_: restricting(*all_))
    served = palate.recommend(RecommendRequest(user_id="u0")).recommendation_id
    assert palate.export_user("u0").data["served"] == []
    assert palate.workspace.log.get_served(served) is None


def test_who_is_restricted_goes_on_from_their_own_answer(palate: Recommender) -> None:
    palate.set_consent("u0", Personalization.CONTEXTUAL)
    answer = palate.recommend(RecommendRequest(user_id="u0", wish="love"))
    refined = RecommendRequest(
        user_id="u0", wish="not 1", refine_recommendation_id=answer.recommendation_id
    )
    assert answer.results[0].item_id not in [
        one.item_id for one in palate.recommend(refined).results
    ]
