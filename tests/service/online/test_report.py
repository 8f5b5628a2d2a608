"""The report: counts by group that can be counted by hand, and what an impression is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.catalog.event import EventPolicy
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.api.messages import OnlineBy, OnlineGroup, OnlineReport
from service.online.feedback import Feedback
from service.online.impression import Audience
from service.online.report import online_report
from tests.service.online.planted import T0, answer, event, items


@pytest.fixture
def log() -> Iterator[EventLog]:
    """Two models, two scenarios; in one of these the client says what was shown."""
    with open_event_log("sqlite://") as log:
        items(log)
        both, one = [["a", "b"], ["b"]], [["a"], ["a"]]
        log.put_served_batch(
            [
                answer("r1", "u", [1, 2], scenario="home", sources=both, cold=[2]),
                answer("r2", "v", [3, 4], scenario="home", model="m2", sources=one),
                answer("r3", "w", [1, 2], sources=one, audience=Audience.NEW),
                answer("r4", "", [1, 2], model="", sources=both, audience=Audience.ANONYMOUS),
            ]
        )
        log.append_events(
            [
                event("u", 1, "shown", "r1"),
                event("u", 2, "click", "r1"),  # shown as well, though nobody said so
                event("v", 3, "shown", "r2"),
                event("v", 3, "purchase", "r2"),
                event("w", 1, "click", "r3"),
            ]
        )
        yield log


def report(log: EventLog, by: OnlineBy) -> OnlineReport:
    feedback = Feedback.read(log, EventPolicy())
    return online_report(feedback, by, since=0.0, kept_since=T0)


def counts(group: OnlineGroup) -> tuple[int, ...]:
    return (group.answers, group.people, group.served, group.impressions, group.clicks, group.conversions)  # fmt: skip


EXPECTED = {
    OnlineBy.MODEL: {
        "all": (4, 4, 8, 7, 3, 1),
        "m1": (2, 2, 4, 4, 2, 0),
        "m2": (1, 1, 2, 1, 1, 1),
        "untrained": (1, 1, 2, 2, 0, 0),
    },
    OnlineBy.SCENARIO: {
        "all": (4, 4, 8, 7, 3, 1),
        "(none)": (2, 2, 4, 4, 1, 0),
        "home": (2, 2, 4, 3, 2, 1),
    },
    OnlineBy.SOURCE: {
        "all": (4, 4, 8, 7, 3, 1),
        "a": (4, 4, 6, 5, 2, 1),
        "b": (2, 2, 4, 4, 1, 0),
    },
    OnlineBy.SLICE: {
        "all": (4, 4, 8, 7, 3, 1),
        "cold items": (1, 1, 1, 1, 1, 0),
        "warm items": (4, 4, 7, 6, 2, 1),
        "new users": (1, 1, 2, 2, 1, 0),
        "known users": (2, 2, 4, 3, 2, 1),
        "nobody known": (1, 1, 2, 2, 0, 0),
    },
}


@pytest.mark.parametrize("by", EXPECTED)
def test_groups_are_counted(log: EventLog, by: OnlineBy) -> None:
    assert {group.name: counts(group) for group in report(log, by).groups} == EXPECTED[by]


def test_positions_are_told_apart_and_the_last_are_one_group(log: EventLog) -> None:
    log.put_served_batch([answer("late", "u", [5], start=40)])
    groups = {group.name: group.impressions for group in report(log, OnlineBy.POSITION).groups}
    assert (groups["1"], groups["2"], groups["3"], groups["after 10"]) == (4, 3, 0, 1)


def test_only_where_clients_say_what_was_shown_it_matters(log: EventLog) -> None:
    found = report(log, OnlineBy.MODEL)
    assert found.shown_placements == ["home"]
    everything = found.groups[0]
    assert everything.ctr is not None
    assert everything.ctr.value == 3 / 7
    assert everything.ctr.low < 3 / 7 < everything.ctr.high
    assert everything.dwell_s is None


def test_counts_stay_when_contexts_are_evicted(log: EventLog) -> None:
    before = report(log, OnlineBy.SLICE)
    log.prune_served(before=T0 + 9, keep=0)
    assert report(log, OnlineBy.SLICE) == before


def test_nothing_served_is_a_report_of_nothing() -> None:
    with open_event_log("sqlite://") as log:
        for by in OnlineBy:
            found = report(log, by)
            assert {counts(group) for group in found.groups} == {(0,) * 6}
            assert found.groups[0].ctr is None
