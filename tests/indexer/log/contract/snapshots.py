"""What every log does with its rows as a whole."""

from __future__ import annotations

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecord, EventLog, Row, Served
from indexer.log.opening import open_event_log


def fill(log: EventLog) -> None:
    """Something in every table."""
    log.put_items([Item("a", title="A"), Item("b"), Item("c")])
    log.mark_indexed([0, 1])
    log.delete_items(["b"])
    log.append_events(
        [Event("u", "a", "rating", 0.1 + 0.2, 1.5), Event("u", "c", "view", None, 2, None, "r", 3)]
    )
    log.put_user("u", {"age": 30.0}, "é中")
    log.put_served_batch([Served("r", "u", b"\x00\xff", 3.25, "{}")])
    log.add_model("m", "models/m", {"ndcg": 0.5})
    log.set_active_model("m")
    log.delete_user("somebody else")
    log.put_aspects([AspectRecord("h", "mood", ("dark",), "a", "d", "model", "1", 7, 4.0)])


def all_rows(log: EventLog) -> dict[str, list[Row]]:
    with log.snapshot() as snapshot:
        return {
            table: [row for page in snapshot.rows(table, batch=1) for row in page]
            for table in snapshot.tables
        }


class SnapshotsContract:
    def test_rows_of_one_log_make_another_of_the_same_content(self, log: EventLog) -> None:
        with open_event_log("sqlite://") as source:
            fill(source)
            expected = all_rows(source)
        assert all(expected.values())
        for table, rows in expected.items():
            log.insert_rows(table, rows)
        assert all_rows(log) == expected
        assert log.last_seq() == 2
        assert log.append_events([Event("u", "a", "view", None, 9)]) == [True]
        assert [stored.seq for stored in log.user_events("u")] == [1, 2, 3]
        assert log.get_served("r") == b"\x00\xff"
        model = log.active_model()
        assert model is not None
        assert model.version == "m"
        assert log.put_items([Item("d")])[0].item_index == 3

    def test_rows_after_a_key_are_in_order_of_it(self, log: EventLog) -> None:
        log.append_events([Event("u", f"i{n}", "view", None, 9.0 - n) for n in range(5)])
        with log.snapshot() as snapshot:
            pages = list(snapshot.rows("events", after=2, batch=2))
        assert [[row["seq"] for row in page] for page in pages] == [[3, 4], [5]]

    def test_the_position_is_that_of_the_newest_event_ever(self, log: EventLog) -> None:
        log.append_events([Event("u", f"i{n}", "view", None, 1.0) for n in range(3)])
        log.delete_events("u")
        with log.snapshot() as snapshot:
            assert (snapshot.position, list(snapshot.rows("events"))) == (3, [])
