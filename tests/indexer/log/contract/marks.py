"""What every log knows of vector stores: what is pending, and what belongs to the active one and
comes back with it."""

from __future__ import annotations

from indexer.catalog.item import Item
from indexer.log.event_log import EventLog, PutItem
from indexer.log.marks import InactiveStoreMarks


def put_four(log: EventLog) -> None:
    log.put_items([Item(f"i{index}") for index in range(4)])


class ActiveStoreMarksContract:
    def test_what_was_put_is_pending_until_it_is_marked(self, log: EventLog) -> None:
        log.put_items([Item("a"), Item("b"), Item("c")])
        log.mark_indexed([1])
        assert log.pending_items(10) == [(0, Item("a")), (2, Item("c"))]
        assert log.pending_items(1) == [(0, Item("a"))]
        assert log.put_items([Item("a")]) == [
            PutItem(0, "unchanged", True)
        ]  # an earlier run was stopped
        assert log.count_pending() == 2

    def test_an_item_that_changed_while_it_was_encoded_stays_pending(self, log: EventLog) -> None:
        old, new = Item("a"), Item("a", title="A")
        log.put_items([old])
        log.put_items([new])
        log.mark_indexed([0], [old.content_hash()])
        assert log.pending_items(10) == [(0, new)]
        log.mark_indexed([0], [new.content_hash()])
        assert log.pending_items(10) == []

    def test_an_item_that_lacks_a_picture_is_pending_when_it_comes_again_and_only_then(
        self,
        log: EventLog,
    ) -> None:
        items = [Item("a", media={"image": ("kept:1",)}), Item("b", media={"image": ("kept:2",)})]
        log.put_items(items)
        log.mark_indexed([0, 1], [item.content_hash() for item in items], lacking_pictures={1})
        assert (log.count_pending(), log.count_lacking_pictures()) == (0, 1)
        assert [(put.status, put.pending) for put in log.put_items(items)] == [
            ("unchanged", False),
            ("unchanged", True),
        ]
        assert log.lacking_pictures([0, 1, 7]) == {1}
        log.mark_indexed([1])
        assert [put.pending for put in log.put_items(items)] == [False, False]
        log.mark_indexed([1], lacking_pictures=[1])
        log.delete_items(["b"])
        assert log.count_lacking_pictures() == 0

    def test_what_one_store_lacks_is_kept_while_another_is_active(self, log: EventLog) -> None:
        put_four(log)
        assert log.active_store() is None
        log.activate_store("a")
        log.mark_indexed(range(4), lacking_pictures=[1, 2])
        log.put_lacking_in("b", {3})
        assert (log.lacking_pictures(range(4)), log.lacking_in("b")) == ({1, 2}, {3})
        log.activate_store("b")
        assert (log.active_store(), log.lacking_pictures(range(4))) == ("b", {3})
        assert log.lacking_in("a") == {1, 2}
        log.put_lacking_in("a", {2})
        log.activate_store("a")
        assert log.lacking_pictures(range(4)) == {2}
        log.activate_store("b")
        log.delete_items(["i2"])
        log.activate_store("a")
        assert log.count_lacking_pictures() == 0

    def test_what_is_pending_stays_so_when_another_store_is_activated(self, log: EventLog) -> None:
        put_four(log)
        log.activate_store("a")
        log.delete_items(["i3"])
        inactive = InactiveStoreMarks(log, "b")
        inactive.mark_indexed([0, 1, 2], [""] * 3)
        inactive.mark_deleted([3])
        assert [index for index, _ in log.pending_items()] == [0, 1, 2]
        assert log.pending_deletions() == [3]
        log.activate_store("b")
        assert log.count_pending() == 4

    def test_each_store_has_its_own_active_model_and_the_first_takes_over_what_was_there(
        self, log: EventLog
    ) -> None:
        for version in ("m1", "m2"):
            log.add_model(version, version, {})
        log.set_active_model("m1")
        log.activate_store("a")
        log.set_active_model("m2", "b")
        active = {
            store: record and record.version
            for store in (None, "a", "b", "c")
            for record in [log.active_model(store)]
        }
        assert active == {None: "m1", "a": "m1", "b": "m2", "c": None}
        log.activate_store("b")
        assert {record.version: record.active for record in log.list_models()} == {
            "m1": False,
            "m2": True,
        }
        log.set_active_model(None)
        assert (log.active_model(), log.active_model("a") is None) == (None, False)
