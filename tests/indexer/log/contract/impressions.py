"""What every log does with answers in short, and with the events that name one."""

from __future__ import annotations

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.event_log import UNKNOWN_ITEM, EventLog, ImpressionRecord, Served


def served(n: int, at: float | None = None) -> Served:
    return Served(f"r{n}", "u", b"", float(n) if at is None else at, f'{{"n": {n}}}')


class ImpressionRecordsContract:
    def test_answers_in_short_outlive_what_they_rested_on(self, log: EventLog) -> None:
        log.put_served_batch([served(n) for n in range(5)])
        assert log.prune_served(before=9.0, keep=9) == 5
        assert log.get_served("r3") is None
        assert log.get_impressions(["r3", "none", "r3"]) == {
            "r3": ImpressionRecord("r3", "u", '{"n": 3}', 3.0)
        }
        assert len(log.get_impressions(f"r{n}" for n in range(1_200))) == 5

    def test_either_may_be_kept_alone_and_the_first_stands(self, log: EventLog) -> None:
        log.put_served_batch([Served("a", "u", None, 1.0, "{}"), Served("b", "u", b"x", 1.0)])
        log.put_served_batch([Served("a", "v", None, 2.0, "[]")])
        assert (log.get_served("a"), log.get_served("b")) == (None, b"x")
        assert [(one.recommendation_id, one.content) for one in log.iter_impressions()] == [
            ("a", "{}")
        ]

    def test_they_are_read_from_a_time_on_and_of_one_moment_all(self, log: EventLog) -> None:
        log.put_served_batch([served(n, at=float(n // 3)) for n in range(9)])
        for batch in (1, 2, 100):
            found = [one.recommendation_id for one in log.iter_impressions(1.0, batch)]
            assert found == [f"r{n}" for n in range(3, 9)]
        assert (log.oldest_impression(), log.prune_impressions(1.0)) == (0.0, 3)
        assert (log.oldest_impression(), log.prune_impressions(9.0)) == (1.0, 6)
        assert (log.oldest_impression(), list(log.iter_impressions())) == (None, [])

    def test_events_that_name_an_answer_are_read_in_order_and_no_others(
        self, log: EventLog
    ) -> None:
        log.put_items([Item("a"), Item("b")])
        log.delete_items(["b"])
        log.append_events(
            [
                Event("u", "a", "click", None, 5.0, None, "r1", 2),
                Event("u", "a", "click", None, 6.0),
                Event("v", "b", "dwell", 3.5, 4.0, None, "r2"),
                Event("v", "gone", "click", None, 4.0, None, "r2"),
            ]
        )
        for batch in (1, 2, 100):
            rows = [
                row
                for part in log.read_feedback(batch=batch)
                for row in zip(
                    part.seq.tolist(),
                    part.recommendation_id,
                    part.user_id,
                    part.item_index,
                    part.event_type,
                    part.value,
                    part.timestamp,
                    part.position,
                    strict=True,
                )
            ]
            assert rows == [
                (1, "r1", "u", 0, "click", None, 5.0, 2),
                (3, "r2", "v", 1, "dwell", 3.5, 4.0, None),
                (4, "r2", "v", UNKNOWN_ITEM, "click", None, 4.0, None),
            ]
        assert [part.seq.tolist() for part in log.read_feedback(after_seq=3)] == [[4]]

    def test_the_answer_and_the_place_are_part_of_what_an_event_is(self, log: EventLog) -> None:
        """What is shown twice in one second is two events; what is sent again is one."""
        first = Event("u", "a", "shown", None, 5.0, None, "r1", 1)
        second = Event("u", "a", "shown", None, 5.0, None, "r2", 1)
        assert log.append_events([first, second, first]) == [True, True, False]
        stored = [one.event for one in log.user_events("u")]
        assert [(one.recommendation_id, one.position) for one in stored] == [("r1", 1), ("r2", 1)]
        assert log.append_events(stored) == [False, False]
        assert log.user_events("u", but=["shown"]) == []
