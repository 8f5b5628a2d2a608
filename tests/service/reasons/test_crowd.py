"""Who is counted as having chosen: people once each, and none who disliked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalog.event import Event, EventPolicy
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.reasons.crowd import NOBODY, Crowd, People
from service.reasons.tastes import choice_of
from service.storage.liking import Liking

N_ITEMS = 4
BAR = EventPolicy(rating_negative_below=3.0)


@pytest.fixture
def log() -> Iterator[EventLog]:
    with open_event_log("sqlite://") as log:
        log.put_items([Item(f"i{n}") for n in range(N_ITEMS)])
        yield log


def crowd_of(log: EventLog, events: Sequence[Event], policy: EventPolicy = BAR) -> Crowd:
    log.append_events(events)
    return Crowd.of(log, Liking(policy, log), N_ITEMS)


def rated(user: str, item: int, value: float, time: float = 1.0) -> Event:
    return Event(user, f"i{item}", "rating", value, time)


def test_those_who_disliked_one_of_two_do_not_count_as_having_liked_both(log: EventLog) -> None:
    ratings = {"a": (5, 5), "b": (5, 1), "c": (4, 3), "d": (1, 1), "e": (2, 5)}
    crowd = crowd_of(
        log, [rated(u, i, float(v)) for u, vs in ratings.items() for i, v in enumerate(vs)]
    )
    assert crowd.counts.tolist() == [3, 3, 0, 0]
    assert crowd.both(np.array([0, 2]), np.array([1, 3])) == [
        [People(2, "rating"), NOBODY],
        [NOBODY, NOBODY],
    ]


def test_a_rating_that_is_neither_is_no_liking(log: EventLog) -> None:
    people = [
        rated(f"u{n}", item, value) for n in range(20) for item, value in enumerate([5.0, 3.0, 1.0])
    ]
    crowd = crowd_of(log, people, EventPolicy())
    assert crowd.counts.tolist() == [20, 0, 0, 0]


def test_a_person_counts_once_and_by_what_they_rated_last(log: EventLog) -> None:
    events = [
        rated("a", 0, 1.0, 1.0),
        rated("a", 0, 5.0, 2.0),
        rated("b", 0, 5.0, 1.0),
        rated("b", 0, 1.0, 2.0),
    ]
    assert crowd_of(log, events).of_item(0) == People(1, "rating")


def test_the_deed_is_told_where_all_did_the_same(log: EventLog) -> None:
    did = [
        ("a", 0, "purchase"),
        ("b", 0, "purchase"),
        ("a", 1, "purchase"),
        ("b", 1, "watch"),
        ("a", 2, "like"),
    ]
    events = [Event(user, f"i{item}", kind, None, 1.0) for user, item, kind in did]
    crowd = crowd_of(log, [*events, rated("b", 2, 5.0)])
    assert [crowd.of_item(item) for item in range(3)] == [
        People(2, "purchase"), People(2, ""), People(2, "like"),
    ]  # fmt: skip
    assert crowd.both(np.array([0]), np.array([1]))[0][0] == People(2, "")


def test_lately_is_the_newest_twentieth_of_the_log(log: EventLog) -> None:
    events = [rated(f"u{n}", n % 2, 5.0, float(n)) for n in range(100)]
    crowd = crowd_of(log, events)
    assert [crowd.lately(item).count for item in range(3)] == [2, 3, 0]
    assert crowd.recent_counts.tolist() == [2, 3, 0, 0]


def test_an_empty_log_has_no_crowd(log: EventLog) -> None:
    crowd = crowd_of(log, [])
    assert crowd.counts.tolist() == [0] * N_ITEMS
    assert crowd.of_item(0) == crowd.lately(0) == NOBODY
    assert crowd.both(np.array([0]), np.array([1])) == [[NOBODY]]


def test_what_is_not_in_the_catalogue_is_nobodys_choice_and_a_habit_all_the_same(
    log: EventLog,
) -> None:
    """Who gives fives to everything else does not like what they give a three."""
    elsewhere = [Event("a", f"gone{n}", "rating", 5.0, 1.0) for n in range(50)]
    crowd = crowd_of(log, [*elsewhere, rated("a", 0, 3.5), rated("b", 0, 3.5)], EventPolicy())
    assert crowd.of_item(0).count == 0


_EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from("abc"),
        st.sampled_from(["i0", "i1"]),
        st.sampled_from(["view", "rating", "dislike", "purchase", "skip"]),
        st.sampled_from([None, 1.0, 4.0]),
        st.integers(1, 50).map(float),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(events=_EVENTS)
def test_a_crowd_is_what_choices_of_each_person_add_up_to(events: list[Event]) -> None:
    with open_event_log("sqlite://") as log:
        log.put_items([Item(f"i{n}") for n in range(N_ITEMS)])
        crowd = crowd_of(log, events)
        liking = Liking(BAR, log)
        chosen: dict[str, list[str]] = {"i0": [], "i1": []}
        for person in "abc":
            own = [one.event for one in log.user_events(person)]
            done = list(zip(own, liking.kinds(own), strict=True))
            for item, choosers in chosen.items():
                on_item = [(event, kind) for event, kind in done if event.item_id == item]
                if on_item and choice_of(Item(item), on_item).weight > 1e-9:
                    choosers.append(person)
        assert crowd.counts.tolist()[:2] == [len(people) for people in chosen.values()]
        both = len(set(chosen["i0"]) & set(chosen["i1"]))
        assert crowd.both(np.array([0]), np.array([1]))[0][0].count == both
