"""When a server trains by itself: by a clock that is set here, and no waiting."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.config import TrainingSettings
from service.errors import NoTrainedModel, TrainingEnded, TrainingUnderway
from service.operations.training_schedule import Last, TrainingSchedule, due

HOUR, DAY = 3_600.0, 86_400.0
DAILY = TrainingSettings(every="1d", incremental_every="6h")
T0 = 1_000_000_000.0


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        yield log


class Trained:
    """What was trained, at a time that is set; `error` is raised instead."""

    def __init__(self, log: EventLog, settings: TrainingSettings = DAILY) -> None:
        self.now, self.kinds, self.error = T0, list[bool](), None
        self.schedule = TrainingSchedule(settings, lambda: log, self.train, lambda: self.now)

    error: Exception | None

    def train(self, incremental: bool) -> None:
        if self.error is not None:
            raise self.error
        self.kinds.append(incremental)

    def at(self, after_s: float) -> list[bool]:
        """What a look so long after T0 trains."""
        self.now, self.kinds = T0 + after_s, []
        self.schedule.look()
        return self.kinds


def test_everything_is_trained_daily_and_what_is_new_in_between(log: EventLog) -> None:
    trained = Trained(log)
    assert trained.at(0) == [False]
    assert trained.at(HOUR) == []
    assert trained.at(6 * HOUR) == [True]
    assert trained.at(11 * HOUR) == []
    assert trained.at(12 * HOUR) == [True]
    assert trained.at(DAY) == [False]
    assert trained.at(DAY + 5 * HOUR) == []
    assert trained.at(DAY + 6 * HOUR) == [True]


def test_a_restart_neither_forgets_nor_repeats(log: EventLog) -> None:
    assert Trained(log).at(0) == [False]
    assert Trained(log).at(HOUR) == []
    assert Trained(log).at(DAY) == [False]


def test_whoever_asks_for_a_training_puts_the_next_one_off(log: EventLog) -> None:
    trained = Trained(log)
    trained.now = T0
    trained.schedule.note(incremental=False)
    assert trained.at(HOUR) == []
    assert trained.at(6 * HOUR) == [True]


def test_where_there_is_too_little_it_is_tried_again_within_the_hour(log: EventLog) -> None:
    trained = Trained(log, TrainingSettings(every="1d"))
    trained.error = NoTrainedModel("there is too little to train on", "record more")
    assert trained.at(0) == []
    trained.error = None
    assert trained.at(HOUR - 1) == []
    assert trained.at(HOUR) == [False]


def test_what_fails_is_said_and_tried_again_at_its_time(
    log: EventLog, caplog: pytest.LogCaptureFixture
) -> None:
    trained = Trained(log, TrainingSettings(every="1d"))
    trained.error = TrainingEnded("SIGSEGV")
    with caplog.at_level(logging.ERROR):
        assert trained.at(0) == []
    assert "scheduled training failed: the training process ended" in caplog.text
    trained.error = None
    assert trained.at(DAY - 1) == []
    assert trained.at(DAY) == [False]


def test_while_another_training_is_it_comes_later(log: EventLog) -> None:
    trained = Trained(log)
    trained.error = TrainingUnderway()
    assert trained.at(0) == []
    trained.error = None
    assert trained.at(60) == [False]


def test_without_a_schedule_nothing_is_kept(log: EventLog) -> None:
    schedule = Trained(log, TrainingSettings()).schedule
    schedule.start()
    schedule.note(incremental=False)
    schedule.close()
    assert Last.read(log) == Last()


def test_a_schedule_that_runs_can_be_closed(log: EventLog) -> None:
    schedule = Trained(log).schedule
    schedule.start()
    schedule.close()
    assert schedule.stopping


@given(st.integers(-172_800, 172_800))
def test_a_clock_that_jumps_delays_nothing_for_longer_than_the_time_between(ahead: int) -> None:
    """What was noted in what is now the future is due."""
    found = due(TrainingSettings(every="1d"), Last(full=T0 + ahead), T0)
    assert (found is False) == (ahead > 0 or ahead <= -DAY)
