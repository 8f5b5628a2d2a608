"""Trials of real models: who is served by which, what becomes of failures, restarts and activations."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import (
    ExplainRequest,
    RecommendRequest,
    TrialKind,
    TrialRequest,
    TrialState,
)
from service.errors import FilterSyntaxError, InvalidInput, ModelNotFound, NoTrial
from service.recommender import Recommender
from service.trials.trial import Trial, in_canary
from tests.service import world


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two models, of which the second serves; to be copied."""
    folder = tmp_path_factory.mktemp("two")
    recommender = world.filled(folder)
    for seed in (1, 2):
        recommender.train(seed=seed, force=True)
    recommender.close()
    return folder


@pytest.fixture
def folder(two_models: Path, tmp_path: Path) -> Path:
    shutil.copytree(two_models, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def palate(folder: Path) -> Iterator[Recommender]:
    recommender = world.opened(folder)
    yield recommender
    recommender.close()


def versions(palate: Recommender) -> tuple[str, str]:
    """Of the one that serves, and of the other."""
    active, other = sorted(palate.list_models(), key=lambda model: not model.active)
    return active.version, other.version


def canary(palate: Recommender, share: float = 0.5) -> str:
    other = versions(palate)[1]
    palate.start_trial(TrialRequest(other, TrialKind.CANARY, share))
    return other


def test_a_canary_serves_its_people_and_can_be_explained(palate: Recommender) -> None:
    active, other = versions(palate)
    told = palate.start_trial(TrialRequest(other, TrialKind.CANARY, 0.5))
    assert (told.state, told.against, told.share) == (TrialState.RUNNING, active, 0.5)
    served = set()
    for n in range(30):
        user = f"u{n}"
        answer = palate.recommend(RecommendRequest(user))
        member = in_canary(user, other, 0.5)
        assert answer.model_version == (other if member else active)
        served.add(answer.model_version)
        item = answer.results[0].item_id
        by_id = palate.explain(ExplainRequest(item, answer.recommendation_id))
        assert by_id.model_version == answer.model_version
        assert (
            palate.explain(ExplainRequest(item, user_id=user)).model_version == answer.model_version
        )
    assert served == {active, other}
    assert palate.recommend(RecommendRequest()).model_version == active
    ended = palate.end_trial()
    assert (ended.state, ended.why) == (TrialState.ENDED, "somebody ended it")
    assert palate.recommend(RecommendRequest("u1")).model_version == active
    with pytest.raises(NoTrial):
        palate.end_trial()


def test_a_canary_learns_of_items_and_events_as_the_other_does(palate: Recommender) -> None:
    other = canary(palate, share=1.0)
    palate.index_items([Item("new", title="Rocket 99", categories=("Space",))], {})
    palate.record_events([Event(f"w{n}", "new", "rating", 5.0, world.NOW) for n in range(40)])
    palate.delete_items(["i2"])
    answer = palate.recommend(RecommendRequest("somebody", k=60))
    ids = [result.item_id for result in answer.results]
    assert answer.model_version == other
    assert "new" in ids
    assert "i2" not in ids


def test_where_a_canary_fails_the_other_answers_and_it_is_counted(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    active, _ = versions(palate)
    other = canary(palate, share=1.0)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no scores")

    monkeypatch.setattr(palate._models.beside[other].ranker, "query_scores", broken)
    with caplog.at_level(logging.ERROR):
        answers = [palate.recommend(RecommendRequest("u1")) for _ in range(9)]
    assert {answer.model_version for answer in answers} == {active}
    assert "the canary failed" in caplog.text
    palate._trials.look()
    told = palate.get_trial()
    assert told is not None
    assert told.arms[0].errors == told.arms[0].answers == 9


def test_what_a_caller_does_wrong_is_no_error_of_a_model(palate: Recommender) -> None:
    canary(palate, share=1.0)
    with pytest.raises(FilterSyntaxError):
        palate.recommend(RecommendRequest("u1", filter="price <"))
    palate._trials.look()
    told = palate.get_trial()
    assert told is not None
    assert told.arms[0].errors == 0


def test_a_restart_goes_on_and_a_model_that_is_gone_ends_it(folder: Path) -> None:
    first = world.opened(folder)
    other = canary(first, share=1.0)
    first.close()
    second = world.opened(folder)
    assert second.recommend(RecommendRequest("u1")).model_version == other
    second.close()
    (folder / "models" / other / "weights.safetensors").write_bytes(b"damaged")
    third = world.opened(folder)
    told = third.get_trial()
    assert told is not None
    assert (told.state, "cannot be used" in told.why) == (TrialState.ENDED, True)
    assert third.recommend(RecommendRequest("u1")).model_version != other
    third.close()


def test_activating_it_promotes_it_and_activating_another_begins_the_comparison_anew(
    palate: Recommender,
) -> None:
    active, _ = versions(palate)
    other = canary(palate)
    third = palate.train(seed=3, force=True).version
    told = palate.get_trial()
    assert told is not None
    assert (told.state, told.against) == (TrialState.RUNNING, third)
    palate.activate_model(other)
    told = palate.get_trial()
    assert told is not None
    assert told.state is TrialState.PROMOTED
    assert palate.recommend(RecommendRequest("anybody")).model_version == other
    assert palate.rollback_model().version == third
    assert active in {model.version for model in palate.list_models()}


def test_a_canary_that_nobody_looks_at_is_returned(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recommender = world.opened(folder)
    now = 0.0
    recommender._trials._clock = lambda: now
    other = canary(recommender, share=1.0)
    assert recommender.recommend(RecommendRequest("u1")).model_version == other
    now = 1e9
    assert recommender.recommend(RecommendRequest("u1")).model_version != other
    told = recommender.get_trial()
    assert told is not None
    assert (told.state, "could not be looked at" in told.why) == (TrialState.RETURNED, True)
    readings = {(one.metric.name, *one.labels): one.value for one in recommender._trials.readings()}
    assert readings["palate_trial_returned_total",] == 1
    assert readings["palate_trial_running", "canary"] == 0
    recommender.close()


def test_a_worse_canary_is_returned_and_a_restart_does_not_bring_it_back(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recommender = world.opened(folder)
    other = canary(recommender)
    events = []
    for n in range(160):
        user = f"p{n}"
        answer = recommender.recommend(RecommendRequest(user, k=5))
        if answer.model_version != other and n % 2:
            item = answer.results[0].item_id
            events.append(
                Event(user, item, "click", None, world.NOW, None, answer.recommendation_id)
            )
    recommender.record_events(events)
    recommender._served.flush()
    with caplog.at_level(logging.ERROR):
        recommender._trials.look()
    told = recommender.get_trial()
    assert told is not None
    assert (told.state, told.why.startswith("worse by clicks")) == (TrialState.RETURNED, True)
    assert "the canary is returned" in caplog.text
    assert {arm.name for arm in told.arms} == {"canary", "control"}
    assert {recommender.recommend(RecommendRequest(f"p{n}")).model_version for n in range(9)} == {
        versions(recommender)[0]
    }
    recommender.close()
    again = world.opened(folder)
    told = again.get_trial()
    assert told is not None
    assert told.state is TrialState.RETURNED
    assert again._models.beside == {}
    again.close()


def test_a_shadow_is_compared_and_never_served(palate: Recommender) -> None:
    active, other = versions(palate)
    palate.start_trial(TrialRequest(other, TrialKind.SHADOW, 1.0))
    answers = [palate.recommend(RecommendRequest(f"u{n}")) for n in range(8)]
    assert {answer.model_version for answer in answers} == {active}
    palate._trials._shadow.close()  # type: ignore[union-attr]  # the one that is under way has ended
    told = palate.get_trial()
    assert told is not None
    assert told.shadow is not None
    assert told.shadow.failed == 0
    assert told.shadow.compared + told.shadow.dropped <= 8


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_what_cannot_be_tried_is_refused(palate: Recommender, share: float) -> None:
    active, other = versions(palate)
    with pytest.raises(InvalidInput, match="share"):
        palate.start_trial(TrialRequest(other, TrialKind.CANARY, share))
    with pytest.raises(InvalidInput, match="serves already"):
        palate.start_trial(TrialRequest(active, TrialKind.CANARY))
    with pytest.raises(ModelNotFound):
        palate.start_trial(TrialRequest("none", TrialKind.CANARY))
    assert palate.get_trial() is None


def test_a_trial_and_each_comparison_begin_at_the_newest_event(palate: Recommender) -> None:
    log = palate.workspace.log
    active, _ = versions(palate)
    canary(palate)
    begun = Trial.read(log)
    assert begun is not None
    assert begun.after_seq == log.last_seq() == 240
    palate.record_events([Event("u1", "i1", "view", None, world.NOW)])
    third = palate.shrink_model(active).version
    palate.activate_model(third)
    compared = Trial.read(log)
    assert compared is not None
    assert (compared.against, compared.after_seq) == (third, 241)


def test_caches_of_a_model_on_trial_are_dropped_with_the_others(palate: Recommender) -> None:
    other = canary(palate, share=1.0)
    remembered = palate._models.by_version(other).ranker.remembered
    palate.recommend(RecommendRequest("u1"))
    assert len(remembered._queries) > 0
    palate.drop_caches()
    assert len(remembered._queries) == 0
