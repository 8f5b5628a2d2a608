"""The three calls, end to end on a real embedded store and log, with fake encoders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import (
    ExplainRequest,
    Feedback,
    Personalization,
    Recommendation,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TrainProgress,
    UserProfile,
)
from service.errors import (
    ConfigError,
    FilterSyntaxError,
    InvalidInput,
    ItemNotFound,
    ModalityUnsupported,
    ModelNotFound,
    NoTrainedModel,
    RecommendationNotFound,
    WriterUnavailable,
)
from service.explainer.evidence import EvidenceKind
from service.recommender import Recommender
from service.storage.workspace import Workspace
from tests.service.language_model.fake_endpoint import FakeEndpoint, completion
from tests.service.world import NOW, events, filled, items, opened, settings


@pytest.fixture
def palate(tmp_path: Path) -> Iterator[Recommender]:
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """Read-only in tests."""
    recommender = filled(tmp_path_factory.mktemp("trained"))
    recommender.train(force=True)
    yield recommender
    recommender.close()


def ids(answer: Recommendation) -> list[str]:
    return [result.item_id for result in answer.results]


def number(item_id: str) -> int:
    return int(item_id[1:])


def test_a_known_user_gets_their_own_kind(trained: Recommender) -> None:
    answer = trained.recommend(RecommendRequest(user_id="u0", k=5))
    assert answer.degraded == []
    assert answer.model_version
    assert [result.rank for result in answer.results] == [1, 2, 3, 4, 5]
    assert sum(number(i) % 2 == 0 for i in ids(answer)) >= 4


def test_scores_descend_and_sources_are_named(trained: Recommender) -> None:
    results = trained.recommend(RecommendRequest(user_id="u1")).results
    scores = [result.score for result in results]
    assert scores == sorted(scores, reverse=True)
    assert all(result.sources for result in results)
    assert {"sequence", "co_engagement"} & {
        source for result in results for source in result.sources
    }


def test_seen_items_stay_away_unless_asked_for(trained: Recommender) -> None:
    seen = {event.item_id for event in events() if event.user_id == "u0"}
    assert not seen & set(ids(trained.recommend(RecommendRequest(user_id="u0", k=40))))
    assert seen & set(
        ids(trained.recommend(RecommendRequest(user_id="u0", k=40, include_seen=True)))
    )


def test_excluded_items_stay_away_and_unknown_ids_are_reported(trained: Recommender) -> None:
    first = ids(trained.recommend(RecommendRequest(user_id="u0")))[0]
    answer = trained.recommend(RecommendRequest(user_id="u0", exclude_item_ids=[first, "ghost"]))
    assert first not in ids(answer)
    assert answer.missing_item_ids == ["ghost"]


def test_an_item_that_moves_to_another_domain_is_found_there_at_once(palate: Recommender) -> None:
    moved = replace(palate.get_item("i3"), domain="books")
    palate.index_items([moved], {})
    content = palate.model.ranker.snapshot.content
    (code,) = palate.model.vocabulary.domain_codes(["books"])
    assert content.domain[3] == code
    books = palate.recommend(
        RecommendRequest(user_id="u0", k=40, domains=["books"], include_seen=True)
    )
    assert "i3" in ids(books)


def test_domains_and_filters_bind_every_source(trained: Recommender) -> None:
    books = trained.recommend(RecommendRequest(user_id="u0", k=40, domains=["books"]))
    assert books.results
    assert {result.item.domain for result in books.results} == {"books"}
    cheap = trained.recommend(
        RecommendRequest(user_id="u0", k=40, filter='price < 15 AND categories:"Love"')
    )
    assert cheap.results
    assert all(number(i) < 15 and number(i) % 2 == 1 for i in ids(cheap))


def test_a_filter_that_nothing_satisfies_gives_an_empty_answer(trained: Recommender) -> None:
    assert trained.recommend(RecommendRequest(user_id="u0", filter="price > 1000")).results == []


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (RecommendRequest(k=-1), InvalidInput),
        (RecommendRequest(k=501), InvalidInput),
        (RecommendRequest(filter="price <"), FilterSyntaxError),
        (RecommendRequest(page_token="nonsense"), InvalidInput),
    ],
)
def test_a_bad_request_is_refused(
    trained: Recommender, request_: RecommendRequest, error: type[Exception]
) -> None:
    with pytest.raises(error):
        trained.recommend(request_)


def test_pages_continue_without_gap_or_repeat(trained: Recommender) -> None:
    whole = ids(trained.recommend(RecommendRequest(user_id="u0", k=12)))
    request = RecommendRequest(user_id="u0", k=6)
    first = trained.recommend(request)
    second = trained.recommend(
        RecommendRequest(user_id="u0", k=6, page_token=first.next_page_token)
    )
    assert ids(first) + ids(second) == whole
    assert [result.rank for result in second.results] == list(range(7, 13))
    with pytest.raises(InvalidInput, match="another request"):
        trained.recommend(RecommendRequest(user_id="u1", k=6, page_token=first.next_page_token))


def test_a_session_of_an_unknown_visitor_decides(trained: Recommender) -> None:
    love = trained.recommend(RecommendRequest(history_item_ids=["i1", "i3", "nowhere"], k=5))
    assert love.missing_item_ids == ["nowhere"]
    assert sum(number(i) % 2 for i in ids(love)) >= 4
    assert not {"i1", "i3"} & set(ids(love))


def test_an_unknown_user_is_answered_and_told_so(trained: Recommender) -> None:
    answer = trained.recommend(RecommendRequest(user_id="nobody"))
    assert len(answer.results) == 10
    assert "nothing is known about this user" in answer.degraded[0]


def test_a_taste_decides_for_a_new_user(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(taste="rocket alien planet galaxy space", k=5))
    assert sum(number(i) % 2 == 0 for i in ids(answer)) >= 4


def test_a_stored_profile_speaks_for_a_new_user(palate: Recommender) -> None:
    palate.put_user(UserProfile("fresh", {}, "wedding kiss love heart"))
    answer = palate.recommend(RecommendRequest(user_id="fresh", k=5))
    assert sum(number(i) % 2 for i in ids(answer)) >= 4


def test_without_a_model_the_answer_says_so(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    assert answer.model_version == ""
    assert "no model has been trained yet" in answer.degraded[0]
    assert sum(number(i) % 2 == 0 for i in ids(answer)) >= 8
    assert palate.similar_items(SimilarRequest("i0")).degraded == answer.degraded


def test_the_next_call_after_an_event_reflects_it(palate: Recommender) -> None:
    before = ids(palate.recommend(RecommendRequest(user_id="new", k=3)))
    report = palate.record_events([Event("new", before[0], "purchase", None, NOW, None)])
    assert (report.recorded, report.duplicates, report.unknown_items) == (1, 0, 0)
    answer = palate.recommend(RecommendRequest(user_id="new", k=3))
    assert before[0] not in ids(answer)
    kind = number(before[0]) % 2
    assert [number(i) % 2 for i in ids(answer)] == [kind] * 3


def test_events_are_idempotent_and_unknown_items_are_counted(palate: Recommender) -> None:
    batch = [
        Event("u0", "i0", "view", None, NOW, "e1"),
        Event("u0", "later", "view", None, NOW, "e2"),
    ]
    assert palate.record_events(batch).unknown_items == 1
    assert palate.record_events(batch).duplicates == 2


def test_a_disliked_item_stays_away_and_is_no_reason(palate: Recommender) -> None:
    palate.record_events([Event("critic", "i0", "dislike", None, NOW, None)])
    palate.record_events([Event("critic", "i2", "like", None, NOW + 1, None)])
    answer = palate.recommend(RecommendRequest(user_id="critic", k=40))
    assert "i0" not in ids(answer)
    why = palate.explain(ExplainRequest(item_id="i4", user_id="critic"))
    assert "i0" not in {fact.item_id for fact in why.evidence}


def test_an_item_added_after_training_is_recommended_to_the_right_people(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    palate.train(force=True)
    palate.index_items([Item("i900", title="Rocket planet", description="rocket planet alien space",
                             categories=("Space",), domain="films")], {})  # fmt: skip
    fan = palate.recommend(RecommendRequest(user_id="u0", k=40, exploration=1.0))
    other = palate.recommend(RecommendRequest(user_id="u1", k=40, exploration=1.0))
    assert "i900" in ids(fan)
    assert ids(fan).index("i900") <= (ids(other).index("i900") if "i900" in ids(other) else 99)
    palate.close()


def test_unavailable_and_deleted_items_do_not_come_back(palate: Recommender) -> None:
    first, second = ids(palate.recommend(RecommendRequest(user_id="u0", k=2)))
    original = palate.get_item(first)
    palate.index_items([Item(**{**_fields(original), "available": False})], {})
    assert palate.delete_items([second, "ghost"]) == ["ghost"]
    answer = ids(palate.recommend(RecommendRequest(user_id="u0", k=40)))
    assert first not in answer
    assert second not in answer
    with pytest.raises(ItemNotFound):
        palate.get_item(second)
    palate.index_items([original], {})
    assert first in ids(palate.recommend(RecommendRequest(user_id="u0", k=40)))


def test_diversity_spreads_the_list(trained: Recommender) -> None:
    def spread(diversity: float) -> int:
        found = trained.recommend(RecommendRequest(user_id="u0", k=8, diversity=diversity)).results
        return len({(r.item.categories, r.item.title.split()[0]) for r in found})

    assert spread(0.9) >= spread(0.0)


def test_exploration_brings_cold_items(trained: Recommender) -> None:
    popular = {event.item_id for event in events()}
    cold = {item.item_id for item in items()} - popular
    plain = set(ids(trained.recommend(RecommendRequest(user_id="u0", k=10)))) & cold
    explored = (
        set(ids(trained.recommend(RecommendRequest(user_id="u0", k=10, exploration=1.0)))) & cold
    )
    assert len(explored) >= len(plain)


def test_not_profiled_means_the_same_for_everybody(trained: Recommender) -> None:
    def answer(user: str) -> list[str]:
        request = RecommendRequest(
            user_id=user,
            personalization=Personalization.NON_PROFILED,
            include_seen=True,
            taste="rocket",
        )
        return ids(trained.recommend(request))

    assert answer("u0") == answer("u1") == answer("stranger")


def test_reasons_beside_results_differ_and_name_the_history(trained: Recommender) -> None:
    answer = trained.recommend(RecommendRequest(user_id="u0", k=10, explain=True))
    reasons = [result.reason for result in answer.results]
    assert all(reasons)
    assert len(set(reasons)) >= 8
    assert "explain" in answer.stage_ms


def test_the_first_cited_history_item_is_decisive(trained: Recommender) -> None:
    """Counterfactual evidence names the event whose absence lowers the score most."""
    answer = trained.recommend(RecommendRequest(user_id="u2", k=3))
    why = trained.explain(ExplainRequest(answer.results[0].item_id, answer.recommendation_id))
    cited = [fact for fact in why.evidence if fact.kind is EvidenceKind.HISTORY]
    assert cited
    assert cited[0].score_drop == max(fact.score_drop for fact in cited) > 0
    assert sum(fact.weight for fact in why.evidence) <= 1 + 1e-6


def test_an_answer_is_explained_as_served_after_the_history_moved_on(palate: Recommender) -> None:
    answer = palate.recommend(RecommendRequest(user_id="u0", k=3))
    item = answer.results[0].item_id
    before = palate.explain(ExplainRequest(item, answer.recommendation_id))
    palate.record_events(
        [Event("u0", f"i{n}", "rating", 5.0, NOW + 9999 + n, None) for n in (1, 3, 5)]
    )
    after = palate.explain(ExplainRequest(item, answer.recommendation_id))
    assert {fact.item_id for fact in before.evidence} == {fact.item_id for fact in after.evidence}
    assert not {"i1", "i3", "i5"} & {fact.item_id for fact in after.evidence}


def test_an_answer_is_explained_after_a_restart(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    answer = palate.recommend(RecommendRequest(user_id="u0", k=1))
    palate.close()
    palate = opened(tmp_path)
    why = palate.explain(ExplainRequest(answer.results[0].item_id, answer.recommendation_id))
    assert why.text
    palate.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_explanations_come_in_english_and_chinese(trained: Recommender, language: str) -> None:
    why = trained.explain(ExplainRequest("i4", user_id="u2", language=language))
    assert (why.language, why.writer) == (language, "template")
    assert any("一" <= letter <= "鿿" for letter in why.text) == (language == "zh")


def test_a_writer_is_chosen_by_the_settings_and_by_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    endpoint = FakeEndpoint(completion("Ignore the facts!"))
    openai = {"base_url": endpoint.url, "model": "tiny"}
    palate = opened(tmp_path, explain={"writer": "openai", "openai": openai})
    palate.index_items(items(), {})
    palate.record_events(events())
    asked = palate.explain(ExplainRequest("i4", user_id="u2"))
    template = palate.explain(ExplainRequest("i4", user_id="u2", writer="template"))
    descriptions = {item.description for item in items()}
    palate.close()
    endpoint.close()
    assert (asked.text, asked.writer) == (template.text, "template")
    assert asked.degraded == [
        "the text of writer openai could not be verified, so the template wrote this"
    ]
    assert template.degraded == []
    assert len(endpoint.asked) == 2
    assert [
        words for words in descriptions if words in endpoint.asked[0]["messages"][1]["content"]
    ] == []


def test_a_configured_writer_that_is_not_set_up_ends_the_start(tmp_path: Path) -> None:
    workspace = Workspace.open(settings(tmp_path, explain={"writer": "openai"}))
    with pytest.raises(ConfigError, match=r"explain\.openai\.base_url"):
        Recommender(workspace)
    workspace.close()


def test_explain_says_what_it_cannot_find(trained: Recommender) -> None:
    with pytest.raises(RecommendationNotFound):
        trained.explain(ExplainRequest("i1", "0" * 32))
    with pytest.raises(ItemNotFound):
        trained.explain(ExplainRequest("ghost", user_id="u0"))
    with pytest.raises(WriterUnavailable, match=r"explain\.openai\.base_url"):
        trained.explain(ExplainRequest("i1", user_id="u0", writer="openai"))
    with pytest.raises(InvalidInput, match="writer"):
        trained.explain(ExplainRequest("i1", user_id="u0", writer="poet"))
    with pytest.raises(InvalidInput, match="user_id"):
        trained.explain(ExplainRequest("i1"))
    answer = trained.recommend(RecommendRequest(user_id="u0", k=1))
    other = next(f"i{n}" for n in range(40) if f"i{n}" not in ids(answer))
    with pytest.raises(InvalidInput, match="not among the results"):
        trained.explain(ExplainRequest(other, answer.recommendation_id))


def test_similar_items_are_of_a_kind(trained: Recommender) -> None:
    answer = trained.similar_items(SimilarRequest("i0", k=5))
    assert "i0" not in ids(answer)
    assert sum(number(i) % 2 == 0 for i in ids(answer)) >= 4
    with pytest.raises(ItemNotFound):
        trained.similar_items(SimilarRequest("ghost"))


def test_search_finds_words_and_says_what_it_cannot(trained: Recommender) -> None:
    found = trained.search_items(SearchRequest(text="rocket rocket space", k=3))
    assert all(result.item.title.startswith("Rocket") for result in found.results)
    assert [result.score for result in found.results] == sorted(
        (r.score for r in found.results), reverse=True
    )
    with pytest.raises(InvalidInput):
        trained.search_items(SearchRequest())


def test_image_search_without_an_image_encoder_is_a_clear_error(tmp_path: Path) -> None:
    palate = opened(tmp_path, encoders={"text": "fake", "image": "none"})
    with pytest.raises(ModalityUnsupported, match=r"encoders\.image"):
        palate.search_items(SearchRequest(image=b"\x89PNG"))
    palate.close()


def test_an_empty_catalogue_answers_empty(tmp_path: Path) -> None:
    palate = opened(tmp_path)
    assert palate.recommend(RecommendRequest(user_id="u0")).results == []
    with pytest.raises(NoTrainedModel):
        palate.train()
    palate.close()


def test_models_are_listed_activated_and_rolled_back(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    with pytest.raises(NoTrainedModel):
        palate.rollback_model()
    first = palate.train(force=True)
    second = palate.train(force=True, seed=1)
    assert [model.version for model in palate.list_models()] == [second.version, first.version]
    assert palate.recommend(RecommendRequest(user_id="u0")).model_version == second.version
    assert palate.rollback_model().version == first.version
    assert palate.recommend(RecommendRequest(user_id="u0")).model_version == first.version
    with pytest.raises(ModelNotFound):
        palate.activate_model("ghost")
    palate.close()
    again = opened(tmp_path)
    answer = again.recommend(RecommendRequest(user_id="u0"))
    assert (answer.model_version, answer.degraded) == (first.version, [])
    again.close()


def test_a_training_that_was_interrupted_goes_on_unless_something_happened_since(
    tmp_path: Path,
) -> None:
    palate = filled(tmp_path)
    seen: list[TrainProgress] = []

    def interrupt(progress: TrainProgress) -> None:
        seen.append(progress)
        if (progress.stage, progress.done) == ("sequence model", 2):
            raise KeyboardInterrupt

    for _ in range(2):  # the second time it goes on, and comes no further
        with pytest.raises(KeyboardInterrupt):
            palate.train(interrupt)
    assert [one.message for one in seen if one.stage == "resume"] == [
        "sequence model: goes on after epoch 2 of a training that was interrupted"
    ]
    palate.record_events([Event("newcomer", items()[0].item_id, "watch", None, NOW)])
    seen.clear()
    palate.train(seen.append, force=True)
    assert "resume" not in [one.stage for one in seen]
    assert not (tmp_path / "training").exists()
    palate.close()


def test_an_incremental_training_takes_up_the_events_since(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    with pytest.raises(NoTrainedModel, match="without --incremental first"):
        palate.train(incremental=True)
    before = palate.train(force=True)
    with pytest.raises(NoTrainedModel, match=f"nothing happened since model {before.version}"):
        palate.train(incremental=True)
    newcomer = items()[0].item_id
    palate.record_events([Event("newcomer", newcomer, "watch", None, NOW)])
    after = palate.train(incremental=True)
    assert after.active
    assert palate.recommend(RecommendRequest(user_id="newcomer")).model_version == after.version
    with pytest.raises(NoTrainedModel, match=f"nothing happened since model {after.version}"):
        palate.train(incremental=True)
    assert palate.rollback_model().version == before.version
    palate.close()


def test_an_answer_of_the_model_before_is_explained_by_it(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    first = palate.train(force=True)
    answer = palate.recommend(RecommendRequest(user_id="u0", k=1))
    palate.train(force=True, seed=1)
    assert palate.explain(
        ExplainRequest(answer.results[0].item_id, answer.recommendation_id)
    ).model_version == (first.version)
    palate.close()


def test_a_user_can_be_exported_and_deleted(palate: Recommender) -> None:
    palate.put_user(UserProfile("u0", {"city": "Oslo"}, "space"))
    palate.recommend(RecommendRequest(user_id="u0"))
    exported = palate.export_user("u0").data
    assert len(exported["events"]) == 8
    counts = palate.delete_user("u0").deleted
    assert counts["events"] == 8
    assert counts["served"] >= 1
    assert (
        "nothing is known about this user"
        in palate.recommend(RecommendRequest(user_id="u0")).degraded[-1]
    )
    assert palate.export_user("u0").data["events"] == []


def test_training_on_the_same_log_twice_gives_one_ranking(
    trained: Recommender, tmp_path: Path
) -> None:
    other = filled(tmp_path)
    other.train(force=True)
    here = trained.recommend(RecommendRequest(user_id="u3", k=10))
    there = other.recommend(RecommendRequest(user_id="u3", k=10))
    np.testing.assert_allclose(
        [r.score for r in here.results], [r.score for r in there.results], rtol=1e-3
    )
    other.close()


def _fields(item: Item) -> dict[str, object]:
    return {name: getattr(item, name) for name in Item.__dataclass_fields__}


def test_evidence_names_the_history_items_of_most_influence(trained: Recommender) -> None:
    answer = trained.recommend(RecommendRequest(user_id="u0", k=1))
    item = answer.results[0].item_id
    influence = trained.influence(answer.recommendation_id, item)
    assert set(influence) == {event.item_id for event in events() if event.user_id == "u0"}
    why = trained.explain(ExplainRequest(item, answer.recommendation_id))
    cited = {
        fact.item_id: fact.score_drop for fact in why.evidence if fact.kind is EvidenceKind.HISTORY
    }
    strongest = sorted(influence, key=lambda one: -influence[one])[: len(cited)]
    assert cited == pytest.approx({one: influence[one] for one in strongest}, abs=1e-4)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_item_is_explained_against_another(trained: Recommender, language: str) -> None:
    """u0 is all about space: an item about space scores higher than one about love, because of
    space."""
    answer = trained.recommend(RecommendRequest(user_id="u0", k=3))
    best = answer.results[0].item_id
    stranger = next(f"i{n}" for n in range(1, 40, 2))
    why = trained.explain(
        ExplainRequest(
            best, answer.recommendation_id, instead_of_item_id=stranger, language=language
        )
    )
    contrast, *speaking = why.evidence
    assert (contrast.kind, contrast.item_id, contrast.name) == (
        EvidenceKind.CONTRAST,
        stranger,
        "higher",
    )
    assert contrast.score_drop > 0
    assert {number(fact.item_id) % 2 for fact in speaking if fact.kind is EvidenceKind.HISTORY} <= {
        0
    }
    assert EvidenceKind.CO_ENGAGEMENT in {fact.kind for fact in speaking}
    assert contrast.title in why.text
    assert why.degraded == []


def test_against_what_the_user_has_met_it_says_so(trained: Recommender) -> None:
    answer = trained.recommend(RecommendRequest(user_id="u0", k=1))
    seen = next(event.item_id for event in events() if event.user_id == "u0")
    why = trained.explain(
        ExplainRequest(answer.results[0].item_id, answer.recommendation_id, instead_of_item_id=seen)
    )
    assert why.evidence[0].name == "seen"
    assert "in your history already" in why.text


def test_what_would_change_it_takes_the_item_off_the_list_when_it_is_done(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    answer = palate.recommend(RecommendRequest(user_id="u0", k=3))
    changes = {}
    for item in ids(answer):
        changes[item] = palate.explain(
            ExplainRequest(item, answer.recommendation_id, change=True)
        ).change
    found = {
        item: change for item, change in changes.items() if change is not None and change.evidence
    }
    assert found
    events_of = {event.item_id: event for event in events() if event.user_id == "u0"}
    for item, change in found.items():
        gone = [fact.item_id for fact in change.evidence]
        assert all(fact.title in change.text for fact in change.evidence)
        palate.delete_events("u0", [events_of[one].identity() for one in gone])
        assert item not in ids(
            palate.recommend(RecommendRequest(user_id="u0", k=3, exclude_item_ids=gone))
        )
        palate.record_events([events_of[one] for one in gone])
    palate.close()


def test_an_item_that_is_on_no_list_has_nothing_that_would_change_it(trained: Recommender) -> None:
    best = ids(trained.recommend(RecommendRequest(user_id="u0", k=10)))
    on = trained.explain(ExplainRequest(best[0], user_id="u0", change=True))
    off = trained.explain(
        ExplainRequest(
            next(f"i{n}" for n in range(40) if f"i{n}" not in best), user_id="u0", change=True
        )
    )
    assert on.change is not None
    assert off.change is None
    assert trained.explain(ExplainRequest(best[0], user_id="u0")).change is None


def test_the_weights_of_the_parameters_sum_to_one_and_less_of_this_is_an_event(
    trained: Recommender,
) -> None:
    best = ids(trained.recommend(RecommendRequest(user_id="u2")))[0]
    why = trained.explain(ExplainRequest(best, user_id="u2"))
    assert sum(why.parameters.values()) == pytest.approx(1)
    assert set(why.parameters) <= {"text", "image", "behaviour", "popularity"}
    assert why.less_of_this == Feedback("u2", best, "dislike")


def test_without_a_profile_nothing_is_told_of_the_user(trained: Recommender) -> None:
    answer = trained.recommend(
        RecommendRequest(user_id="u0", k=1, personalization=Personalization.NON_PROFILED)
    )
    why = trained.explain(
        ExplainRequest(answer.results[0].item_id, answer.recommendation_id, change=True)
    )
    assert why.less_of_this is None
    assert {fact.item_id for fact in why.evidence} == {""}
    assert [fact.name for fact in why.evidence if fact.kind is EvidenceKind.COLD_START] == [
        "not_used"
    ]
    assert why.change is not None
    assert why.change.evidence == ()


def test_a_sponsored_item_is_called_so_in_every_text(palate: Recommender) -> None:
    paid = replace(items()[4], attributes={"sponsored": "Acme"})
    palate.index_items([paid], {})
    line = palate.recommend(RecommendRequest(user_id="u0", k=40, explain=True, include_seen=True))
    reason = next(result.reason for result in line.results if result.item_id == "i4")
    assert reason.endswith("This film is sponsored by “Acme”.")
    chinese = palate.explain(ExplainRequest("i4", user_id="u0", language="zh"))
    assert "“Acme”赞助" in chinese.text
    assert all(
        "sponsored" not in result.reason for result in line.results if result.item_id != "i4"
    )


def test_the_other_item_must_be_another_and_exist(trained: Recommender) -> None:
    with pytest.raises(ItemNotFound, match="ghost"):
        trained.explain(ExplainRequest("i4", user_id="u0", instead_of_item_id="ghost"))
    with pytest.raises(InvalidInput, match="instead_of_item_id"):
        trained.explain(ExplainRequest("i4", user_id="u0", instead_of_item_id="i4"))


def test_answers_are_the_same_after_caches_were_dropped(palate: Recommender) -> None:
    request = RecommendRequest(user_id="u0", k=5, taste="love story", explain=True)
    before = palate.recommend(request)
    palate.drop_caches()
    after = palate.recommend(request)
    assert [(one.item_id, one.score, one.reason) for one in after.results] == [
        (one.item_id, one.score, one.reason) for one in before.results
    ]
