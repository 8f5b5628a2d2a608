"""What a server does by itself: a training that was asked for, and a sweep of what is too old."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.errors import (
    NoTrainedModel,
    TrainingEnded,
    TrainingOutOfMemory,
    TrainingUnderway,
)
from service.operations import housekeeping as module
from service.operations.housekeeping import Housekeeping
from service.recommender import Recommender
from service.storage.retraining import ask_for_retraining, asked_for

Step = Callable[[], None]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.001)


class Sweeps:
    """How often was swept, and whether it was after the last training."""

    def __init__(self) -> None:
        self.n, self.has_trained, self.after_training = 0, threading.Event(), threading.Event()

    def sweep(self) -> None:
        self.n += 1
        if self.has_trained.is_set():
            self.after_training.set()


def kept(
    log: EventLog, *outcomes: Exception | None
) -> tuple[Housekeeping, threading.Event, Sweeps]:
    """Trainings end as told, and the event is set once the last has."""
    left, swept = list(outcomes), Sweeps()
    done = swept.has_trained

    def train(stopping: Callable[[], bool]) -> None:
        assert not stopping()
        outcome = left.pop(0)
        if not left:
            done.set()
        if outcome is not None:
            raise outcome

    recommender = SimpleNamespace(
        workspace=SimpleNamespace(log=log),
        sweep_events=swept.sweep,
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
        assert (done.is_set(), asked_for(log), swept.n) == (True, "", 1)
        keeping.close()


def test_a_training_that_was_asked_for_is_done_after_the_one_that_is_under_way() -> None:
    with open_event_log("sqlite://") as log:
        ask_for_retraining(log)
        keeping, done, swept = kept(log, TrainingUnderway(), TrainingUnderway(), None)
        keeping.start()
        assert done.wait(10)
        keeping.close()
        assert asked_for(log) == ""
        assert swept.n == 1


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


def test_one_that_fails_is_said_and_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "TRAINED_AGAIN_IN_S", 0.01)
    with open_event_log("sqlite://") as log:
        ask_for_retraining(log)
        keeping, done, _ = kept(log, TrainingOutOfMemory(48, "killed"), KeyError("a bug"), None)
        keeping.start()
        assert done.wait(10)
        keeping.close()
        assert asked_for(log) == ""
    assert caplog.text.count("failed; it is tried again in 0 s") == 2
    assert "housekeeping could not go on: 'a bug'" in caplog.text


def test_until_then_it_stays_asked_for_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SWEEP_EVERY_S", 0.0)
    with open_event_log("sqlite://") as log:
        ask_for_retraining(log)
        keeping, done, swept = kept(log, TrainingEnded("exit code 1"))
        keeping.start()
        assert done.wait(10)
        assert swept.after_training.wait(10)
        keeping.close()
        assert asked_for(log)
