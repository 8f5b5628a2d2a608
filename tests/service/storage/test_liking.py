"""What events say of people, by the habits of a log that grows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.catalog.event import Event, EventPolicy
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.storage.liking import MIN_NEW, Liking


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        yield log


def rated(liking: Liking, log: EventLog, *values: float, by: str) -> None:
    batch = [Event(by, f"{n}", "rating", value, 1.0) for n, value in enumerate(values)]
    log.append_events(batch)
    liking.observe(batch)


def test_habits_are_counted_at_the_start_and_when_the_ratings_have_doubled(log: EventLog) -> None:
    liking = Liking(EventPolicy(), log)
    empty = liking.habits
    rated(liking, log, *[50.0] * (MIN_NEW - 1), by="u")
    assert liking.habits is empty
    rated(liking, log, 80.0, by="v")
    first = liking.habits
    assert (first.n, first.high) == (MIN_NEW, 100.0)
    rated(liking, log, *[90.0] * (MIN_NEW - 1), by="w")
    assert liking.habits is first
    rated(liking, log, 80.0, by="x")
    assert liking.habits.n == 2 * MIN_NEW
    assert Liking(EventPolicy(), log).habits.n == 2 * MIN_NEW


def test_events_other_than_ratings_change_no_habits(log: EventLog) -> None:
    liking = Liking(EventPolicy(), log)
    liking.observe([Event("u", str(n), "view", None, 1.0) for n in range(100)])
    first = liking.habits
    assert liking.habits is first


def test_what_is_set_is_told_and_nothing_is_counted(log: EventLog) -> None:
    liking = Liking(EventPolicy(rating_negative_below=3.0), log)
    rated(liking, log, *[5.0] * 100, by="u")
    assert liking.habits.n == 0
    assert liking.described == "liked from 3, as events.rating_negative_below says"


def test_what_is_found_is_told_with_the_scale_it_was_found_from(log: EventLog) -> None:
    assert Liking(EventPolicy(), log).described.startswith("none yet")
    for person in range(10):
        batch = [Event(f"u{person}", str(n), "rating", float(n), 1.0) for n in range(1, 6)]
        log.append_events([one for one in batch for _ in range(2)])
    assert Liking(EventPolicy(), log).described == (
        "liked from 3.25, disliked below 2.75 by who rates as people here do, who rate otherwise by "
        "their own habits; found from 50 of 1 to 5, 3 on average"
    )
