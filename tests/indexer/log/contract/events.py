"""What every log does with events: each once, in order, by user and as columns."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.catalog.rating_habits import RatingCounts
from indexer.log.event_log import EventLog


def view(user: str, item: str, timestamp: float, **more: str) -> Event:
    return Event(user, item, "view", None, timestamp, **more)


_events = st.lists(
    st.builds(
        Event,
        st.sampled_from("uv"),
        st.sampled_from("ab"),
        st.sampled_from(["view", "rating"]),
        st.none() | st.sampled_from([1.0, 2.0]),
        st.sampled_from([1.0, 2.0]),
        st.none() | st.sampled_from("xyz"),
    ),
    max_size=12,
)


class EventRecordsContract:
    def test_the_same_event_is_kept_once(self, log: EventLog) -> None:
        a, b = view("u", "1", 1), view("u", "2", 2)
        assert log.append_events([a, b, a]) == [True, True, False]
        assert log.append_events([b, view("u", "3", 3)]) == [False, True]
        assert log.append_events([]) == []
        assert log.count_events() == 3
        assert [log.count_events(after) for after in (0, 1, log.last_seq())] == [3, 2, 0]

    def test_an_event_id_names_the_event_whatever_else_it_says(self, log: EventLog) -> None:
        assert log.append_events([view("u", "1", 1, event_id="e")]) == [True]
        assert log.append_events([view("u", "2", 2, event_id="e")]) == [False]
        assert log.append_events([view("u", "1", 1, event_id="f")]) == [True]

    def test_ratings_are_counted_by_value_and_by_person(self, log: EventLog) -> None:
        assert log.count_ratings("rating") == RatingCounts()
        given = [("u", "rating", 4.0), ("u", "rating", 2.5), ("v", "rating", 4.0)]
        others = [("u", "rating", None), ("w", "view", 4.0)]
        log.append_events(
            [
                Event(user, f"i{n}", kind, value, float(n))
                for n, (user, kind, value) in enumerate([*given, *others])
            ]
        )
        counted = log.count_ratings("rating")
        assert counted.by_value == {4.0: 2, 2.5: 1}
        assert sorted(counted.by_person) == [(1, 4.0), (2, 6.5)]

    def test_events_of_a_user_come_oldest_first(self, log: EventLog) -> None:
        log.append_events(
            [
                view("u", "late", 9),
                view("v", "other", 5),
                view("u", "early", 1),
                view("u", "early2", 1),
            ]
        )
        assert [s.event.item_id for s in log.user_events("u")] == ["early", "early2", "late"]
        assert [s.event.item_id for s in log.user_events("u", limit=2)] == ["early2", "late"]
        assert [s.seq for s in log.user_events("u")] == [3, 4, 1]
        assert log.user_events("nobody") == []

    def test_stored_events_keep_their_values_and_have_an_id(self, log: EventLog) -> None:
        event = Event("ü", "中", "rating", 4.5, 1234567890.123456)
        log.append_events([event])
        (stored,) = log.user_events("ü")
        assert stored.event == Event("ü", "中", "rating", 4.5, 1234567890.123456, event.identity())
        assert log.append_events([stored.event]) == [False]

    def test_columns_resolve_items_that_are_in_the_catalogue(self, log: EventLog) -> None:
        log.put_items([Item("a"), Item("b")])
        log.append_events(
            [Event("u", "b", "rating", 4.0, 1.5), view("v", "later", 2), view("u", "a", 3)]
        )
        (batch,) = log.read_events()
        assert batch.seq.tolist() == [1, 2, 3]
        assert batch.user_id.tolist() == ["u", "v", "u"]
        assert batch.item_index.tolist() == [1, -1, 0]
        assert batch.event_type.tolist() == ["rating", "view", "view"]
        np.testing.assert_array_equal(batch.value, [4.0, np.nan, np.nan])
        assert batch.timestamp.tolist() == [1.5, 2.0, 3.0]
        assert (batch.seq.dtype, batch.item_index.dtype, batch.timestamp.dtype) == (
            np.int64,
            np.int64,
            np.float64,
        )

        log.put_items([Item("later")])
        log.delete_items(["a"])
        (batch,) = log.read_events()
        assert batch.item_index.tolist() == [1, 2, -1]

    def test_columns_come_in_batches_and_from_where_one_stopped(self, log: EventLog) -> None:
        log.append_events([view("u", str(n), n) for n in range(7)])
        assert [len(b) for b in log.read_events(batch=3)] == [3, 3, 1]
        assert [b.seq.tolist() for b in log.read_events(after_seq=5)] == [[6, 7]]
        assert list(log.read_events(after_seq=log.last_seq())) == []

    def test_an_event_ahead_of_the_clock_stays_where_it_was_recorded(self, log: EventLog) -> None:
        """As where the clock jumped 40 days ahead, and back."""
        jumped = time.time() + 40 * 86_400
        log.append_events([view("u", "1", 1), view("u", "2", jumped), view("u", "3", 3)])
        log.append_events([view("v", "4", 4), view("v", "5", jumped)])
        assert [s.event.item_id for s in log.user_events("u")] == ["1", "2", "3"]
        assert [s.event.timestamp for s in log.user_events("u")] == [1, 1, 3]
        assert log.count_ahead() == 2
        for batch in (1, 2, 50):
            pages = list(log.read_events(batch=batch))
            assert np.concatenate([page.timestamp for page in pages]).tolist() == [1, 1, 3, 4, 4]
        (kept,) = [one for one in log.recorded_events("u") if one.event.item_id == "2"]
        assert kept.event.timestamp == jumped

    def test_a_number_is_never_given_twice(self, log: EventLog) -> None:
        assert log.last_seq() == 0
        log.append_events([view("u", "1", 1), view("u", "2", 2)])
        log.delete_events("u")
        assert log.count_events() == 0
        log.append_events([view("u", "3", 3)])
        assert [s.seq for s in log.user_events("u")] == [3]
        assert log.last_seq() == 3

    def test_events_are_deleted_by_id_and_only_of_their_user(self, log: EventLog) -> None:
        log.append_events(
            [view("u", "1", 1, event_id="x"), view("u", "2", 2), view("v", "1", 1, event_id="y")]
        )
        assert log.delete_events("u", ["x", "y", "x", "none"]) == 1
        assert log.delete_events("u", []) == 0
        assert [s.event.item_id for s in log.user_events("u")] == ["2"]
        assert log.delete_events("u") == 1
        assert log.delete_events("u") == 0
        assert log.count_events() == 1

    def test_old_events_of_a_type_are_deleted_and_no_others(self, log: EventLog) -> None:
        log.append_events(
            [
                Event("u", f"{n}", kind, None, float(n))
                for n in range(10)
                for kind in ("view", "buy")
            ]
        )
        assert log.delete_events_before("view", 4.0) == 4
        assert log.delete_events_before("view", 4.0) == 0
        left = [(one.event.event_type, one.event.timestamp) for one in log.user_events("u")]
        assert [time for kind, time in left if kind == "view"] == [float(n) for n in range(4, 10)]
        assert len(left) == 16

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(_events, st.integers(0, 12))
    def test_appending_again_in_any_portions_changes_nothing(
        self, log: EventLog, batch: list[Event], cut: int
    ) -> None:
        example = log.last_seq()
        batch = [_of_example(event, example) for event in batch]
        users = {event.user_id for event in batch}
        added = log.append_events(batch[:cut]) + log.append_events(batch[cut:])
        kept = [stored for user in users for stored in log.user_events(user)]
        assert sum(added) == len({event.identity() for event in batch}) == len(kept)
        assert not any(log.append_events(batch))
        assert [stored for user in users for stored in log.user_events(user)] == kept


def _of_example(event: Event, example: int) -> Event:
    """The event as nobody has recorded it yet."""
    event_id = event.event_id and f"{example}-{event.event_id}"
    return replace(event, user_id=f"{example}-{event.user_id}", event_id=event_id)
