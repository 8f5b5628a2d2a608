"""Private trainings: what is entered, what is refused, and which models may serve then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.catalog.event import Event
from service.errors import ModelUnreadable, NoTrainedModel
from service.models.model_card import ModelCard
from service.models.releasing import DELTA, EPSILON, KNOWN, SPENT
from service.ranker.private.budget import epsilon_of, rho_of
from service.recommender import Recommender
from service.storage.privacy_ledger import PrivacyLedger
from tests.service.world import NOW, filled, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    filled(tmp_path).close()
    return tmp_path


@pytest.fixture
def private(folder: Path) -> Iterator[Recommender]:
    recommender = opened(folder, privacy={"epsilon": 8.0})
    yield recommender
    recommender.close()


def limited(folder: Path, **privacy: Any) -> Recommender:
    return opened(folder, privacy={"epsilon": 8.0, **privacy})


def test_a_private_model_says_what_it_and_all_before_it_have_told(private: Recommender) -> None:
    first, second = private.train(), private.train()
    assert (first.metrics[EPSILON], first.metrics[DELTA]) == (8.0, 1e-5)
    assert first.metrics[SPENT] == pytest.approx(8.0)
    twice = epsilon_of(2 * rho_of(8.0, 1e-5), 1e-5)
    assert second.metrics[SPENT] == pytest.approx(twice)
    entries = PrivacyLedger(private.workspace.log).spendings
    assert [one.model_version for one in entries] == [first.version, second.version]
    assert f"{twice:.3g} spent" in private.loaded()["differential privacy"]


def test_nothing_exact_of_the_log_is_in_the_figures_or_on_the_card(private: Recommender) -> None:
    model = private.train()
    assert set(model.metrics) == {EPSILON, DELTA, SPENT, KNOWN, "seconds", "refused"}
    card = ModelCard.read(private.workspace.settings.data / "models" / model.version)
    assert (card.n_events, card.n_users, card.seed) == (0, 0, 0)
    assert not card.vocabulary.event_types


def test_a_training_that_would_pass_the_limit_is_refused_and_costs_nothing(folder: Path) -> None:
    recommender = limited(folder, epsilon_total=10.0)
    try:
        kept = recommender.train()
        with pytest.raises(NoTrainedModel, match="epsilon_total is 10 and 8 are spent"):
            recommender.train()
        assert len(PrivacyLedger(recommender.workspace.log).spendings) == 1
        assert recommender.ranker.version == kept.version
    finally:
        recommender.close()


def test_one_training_of_the_whole_limit_is_allowed(folder: Path) -> None:
    recommender = limited(folder, epsilon_total=8.0)
    try:
        assert recommender.train().active
    finally:
        recommender.close()


def test_an_incremental_training_is_refused(private: Recommender) -> None:
    with pytest.raises(NoTrainedModel, match="without --incremental"):
        private.train(incremental=True)


def test_events_that_come_are_not_counted_until_the_next_training(private: Recommender) -> None:
    private.train()
    before = private.ranker.snapshot.behaviour.counts.copy()
    private.record_events([Event(f"new{n}", "i0", "rating", 5.0, NOW + n) for n in range(200)])
    private.count_events()
    assert np.array_equal(private.ranker.snapshot.behaviour.counts, before)


def test_a_model_that_is_not_private_does_not_serve_where_people_are(tmp_path: Path) -> None:
    recommender = filled(tmp_path)
    model = recommender.train(force=True)
    recommender.close()
    private = limited(tmp_path)
    try:
        assert not private.ranker.trained
        assert "without differential privacy" in " ".join(private.model.notes)
        with pytest.raises(ModelUnreadable, match=r"privacy\.epsilon is set"):
            private.activate_model(model.version)
    finally:
        private.close()


def test_a_private_model_is_the_same_after_a_restart(folder: Path) -> None:
    first = limited(folder)
    version = first.train().version
    counts = first.ranker.snapshot.behaviour.counts.copy()
    first.record_events([Event("late", "i1", "rating", 5.0, NOW)])
    first.close()
    again = limited(folder)
    try:
        assert again.ranker.version == version
        assert np.array_equal(again.ranker.snapshot.behaviour.counts, counts)
    finally:
        again.close()


def test_the_first_start_knows_nobody(private: Recommender) -> None:
    behaviour = private.ranker.snapshot.behaviour
    assert behaviour.is_released
    assert not behaviour.counts.any()
    assert "content alone" in private.model.notes[0]


def test_without_privacy_a_private_model_serves_on_as_it_was_released(folder: Path) -> None:
    private = limited(folder)
    version = private.train().version
    counts = private.ranker.snapshot.behaviour.counts.copy()
    private.close()
    again = opened(folder)
    try:
        assert again.ranker.version == version
        assert np.array_equal(again.ranker.snapshot.behaviour.counts, counts)
        with pytest.raises(NoTrainedModel, match="nothing that could be taken up"):
            again.train(incremental=True)
        assert again.train(force=True).active  # what was private is asked beside it, and replaced
    finally:
        again.close()
