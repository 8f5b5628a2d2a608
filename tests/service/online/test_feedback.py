"""Feedback: which events count for which place, and what is said of those that do not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from indexer.catalog.event import DEFAULT_KINDS, Event, EventKind, EventPolicy, Outcome
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.online.feedback import DAY_S, Attribution, Feedback
from tests.service.online.planted import T0, answer, event, items


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        items(log)
        yield log


def read(log: EventLog, **more: float) -> Feedback:
    return Feedback.read(log, EventPolicy(), **more)


def test_events_count_for_the_place_of_their_item(log: EventLog) -> None:
    log.put_served_batch([answer("r1", "u", [5, 3], start=10), answer("r2", "v", [3])])
    log.append_events(
        [
            event("u", 3, "click", "r1"),
            event("u", 3, "purchase", "r1"),
            event("v", 3, "shown", "r2", position=7),
            event("u", 5, "dwell", "r1", value=2.5),
            event("u", 5, "dwell", "r1", value=4.0, at=T0 + 2),
            Event("u", "i5", "click", None, T0),  # names no answer
        ]
    )
    found = read(log)
    assert found.answer.tolist() == [0, 0, 1]
    assert found.position.tolist() == [11, 12, 7]
    assert found.clicked.tolist() == found.converted.tolist() == [False, True, False]
    assert found.shown.tolist() == [True, True, True]
    assert found.said_shown.tolist() == [False, False, True]
    assert np.nan_to_num(found.dwell, nan=-1.0).tolist() == [6.5, -1.0, -1.0]
    assert found.attribution == Attribution(attributed=5)
    assert found.person[0] == found.person[1] != found.person[2]


def test_events_that_cannot_have_come_from_the_answer_are_counted_by_why(log: EventLog) -> None:
    log.put_served_batch([answer("old", "u", [1], at=T0 - 9), answer("r", "u", [1, 2])])
    log.append_events(
        [
            event("u", 1, "click", "nothing"),
            event("v", 1, "click", "r"),
            event("u", 9, "click", "r"),
            event("u", 77, "click", "r"),  # no such item
            event("u", 1, "click", "r", at=T0 + DAY_S + 1),
            event("u", 1, "click", "old"),
        ]
    )
    found = read(log, since=T0, attribution_days=1.0)
    assert not found.clicked.any()
    assert found.attribution == Attribution(
        unknown_answer=1, other_person=1, other_item=2, late=1, before=1
    )
    assert found.attribution.unattributed == 4
    assert read(log, attribution_days=1.0).attribution.before == 0


def test_an_answer_for_nobody_in_particular_is_of_whoever_brings_its_name(log: EventLog) -> None:
    log.put_served_batch([answer("r1", "", [1]), answer("r2", "", [1])])
    log.append_events([event("anybody", 1, "click", "r1")])
    found = read(log)
    assert found.clicked.tolist() == [True, False]
    assert len(set(found.person.tolist())) == 2


def test_an_item_that_was_deleted_since_counts_all_the_same(log: EventLog) -> None:
    log.put_served_batch([answer("r", "u", [4])])
    log.delete_items(["i4"])
    log.append_events([event("u", 4, "click", "r")])
    assert read(log).clicked.tolist() == [True]


def test_a_person_who_was_deleted_is_in_no_figure(log: EventLog) -> None:
    log.put_served_batch([answer("r1", "u", [1]), answer("r2", "v", [2])])
    log.append_events([event("u", 1, "click", "r1"), event("v", 2, "click", "r2")])
    log.delete_user("u")
    found = read(log)
    assert (len(found.answer), found.attribution.attributed) == (1, 1)


def test_what_types_count_as_is_in_the_settings(log: EventLog) -> None:
    log.put_served_batch([answer("r", "u", [1, 2, 3])])
    log.append_events(
        [
            event("u", 1, "play", "r", value=30.0),
            event("u", 2, "rating", "r", value=5.0),
            event("u", 3, "dislike", "r"),
        ]
    )
    kinds = {
        **DEFAULT_KINDS,
        "play": EventKind(1.0, True, True, Outcome.CONVERSION, is_dwell=True),
    }
    found = Feedback.read(log, EventPolicy(kinds=kinds))
    assert found.converted.tolist() == [True, False, False]
    assert found.clicked.tolist() == [True, True, False]
    assert found.shown.tolist() == [True, True, True]
    assert found.dwell[0] == 30.0


def test_an_empty_log_gives_nothing(log: EventLog) -> None:
    found = read(log)
    assert (len(found.answer), found.model, found.attribution) == (0, [], Attribution())
