"""What a server does by itself: a training that was asked for, and a sweep of what is too old."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.errors import NoTrainedModel, TrainingUnderway
from service.operations import housekeeping as module
from service.operations.housekeeping import Housekeeping
from service.recommender import Recommender
from service.storage.retraining import ask_for_retraining, asked_for

Step = Callable[[], None]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.001)


def kept(
    log: EventLog, *outcomes: Exception | None
) -> tuple[Housekeeping, threading.Event, list[int]]:
    """Trainings end as told, and the event is set once the last has; how often was swept."""
    left, done, swept = list(outcomes), threading.Event(), [0]

    def sweep() -> None:
        swept[0] += 1

    def train(progress: Any) -> None:
        outcome = left.pop(0)
        if not left:
            done.set()
        if outcome is not None:
            raise outcome

    recommender = SimpleNamespace(
        workspace=SimpleNamespace(log=log),
        sweep_events=sweep,
        catalog=SimpleNamespace(has_lost_items=False, sweep_media=lambda: 0),
    )
    serving = lambda: cast(Recommender, recommender)  # noqa: E731
    return Housekeeping(serving, train), done, swept


def test_nothing_is_done_by_itself_before_it_is_started_and_a_look_does_what_is_due() -> None:
    with open_event_log("sqlite://") as log:
        ask_for_retraining(log)
        keeping, done, swept = kept(log, None)
        assert not done.is_set()
        keeping.look()
        keeping.look()
        assert (done.is_set(), asked_for(log), swept) == (True, "", [1])
        keeping.close()


def test_a_training_that_was_asked_for_is_done_after_the_one_that_is_under_way() -> None:
    with open_event_log("sqlite://") as log:
        ask_for_retraining(log)
        keeping, done, swept = kept(log, TrainingUnderway(), TrainingUnderway(), None)
        keeping.start()
        assert done.wait(10)
        keeping.close()
        assert asked_for(log) == ""
        assert swept == [1]


def test_one_that_nothing_comes_of_is_said_and_not_tried_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with open_event_log("sqlite://") as log:
        ask_for_retraining(log)
        keeping, done, _ = kept(log, NoTrainedModel("too few events", "record more"))
        keeping.start()
        assert done.wait(10)
        keeping.close()
        assert asked_for(log) == ""
    assert "the training that a deletion asked for came to nothing" in caplog.text
