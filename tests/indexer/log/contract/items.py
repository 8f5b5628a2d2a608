"""What every log does with items: indices given once, statuses, pages."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalog.item import Item
from indexer.log.event_log import EventLog, PutItem

_catalogues = st.lists(
    st.builds(Item, item_id=st.sampled_from("abc"), title=st.sampled_from("xy")), max_size=8
)


class ItemRecordsContract:
    def test_indices_are_dense_and_statuses_tell_what_happened(self, log: EventLog) -> None:
        assert log.put_items([Item("a"), Item("b")]) == [
            PutItem(0, "new", True),
            PutItem(1, "new", True),
        ]
        log.mark_indexed([0, 1])
        assert log.put_items([Item("c"), Item("b"), Item("a", title="A")]) == [
            PutItem(2, "new", True),
            PutItem(1, "unchanged", False),
            PutItem(0, "changed", True),
        ]
        assert log.get_items(["a", "c", "zz"]) == {
            "a": (0, Item("a", title="A")),
            "c": (2, Item("c")),
        }
        assert log.item_indices() == {"a": 0, "b": 1, "c": 2}

    def test_the_state_of_an_item_is_another_whenever_the_store_has_something_else(
        self, log: EventLog
    ) -> None:
        log.put_items([Item("a"), Item("b"), Item("c")])
        assert log.item_states() == []  # the store has none yet
        log.mark_indexed([0, 1, 2], lacking_pictures=[1])
        first = log.item_states()
        assert [index for index, _ in first] == [0, 1, 2]
        assert len({state for _, state in first}) == 3
        log.put_items([Item("a", title="A")])
        assert log.item_states() == first[1:]
        log.mark_indexed([0, 1])  # the picture of "b" was found
        log.delete_items(["c"])
        second = log.item_states()
        assert [index for index, _ in second] == [0, 1]
        assert not {*first} & {*second}

    def test_the_last_of_two_rows_in_one_batch_wins(self, log: EventLog) -> None:
        put = log.put_items([Item("a"), Item("a", title="A"), Item("a", title="A")])
        assert [(p.item_index, p.status) for p in put] == [
            (0, "new"),
            (0, "changed"),
            (0, "unchanged"),
        ]
        assert log.get_items(["a"])["a"][1].title == "A"

    def test_every_field_comes_back(self, log: EventLog) -> None:
        item = Item(
            "ä中",
            domain="d",
            title="t\n“q”",
            description="x" * 100_000,
            categories=("c", "d"),
            attributes={"n": 1.5, "b": True, "l": ("x",), "s": ""},
            media={"image": ("i.jpg",)},
            price=0.0,
            created_at=-5.25,
            available=False,
        )
        log.put_items([item])
        assert log.get_items(["ä中"]) == {"ä中": (0, item)}

    def test_deletion_is_pending_and_the_index_is_never_given_to_another(
        self, log: EventLog
    ) -> None:
        log.put_items([Item("a"), Item("b")])
        log.mark_indexed([0, 1])
        assert log.delete_items(["b", "x", "b"]) == ["x"]
        assert log.delete_items(["b"]) == ["b"]
        assert (log.count_items(), log.item_indices()) == (1, {"a": 0})
        assert log.pending_deletions() == [1]
        assert log.pending_items(10) == []
        assert log.put_items([Item("c")])[0].item_index == 2
        log.mark_deleted([1])
        assert log.pending_deletions() == []

    def test_a_deleted_item_comes_back_as_new_at_its_old_index(self, log: EventLog) -> None:
        log.put_items([Item("a"), Item("b")])
        log.delete_items(["a"])
        assert log.put_items([Item("a")]) == [PutItem(0, "new", True)]
        log.mark_deleted(
            [0]
        )  # the deletion was carried out late: the item must not be lost from the index
        assert log.pending_items(10) == [(0, Item("a")), (1, Item("b"))]
        log.mark_indexed([0, 1])
        assert log.count_pending() == 0

    def test_pages_and_domains(self, log: EventLog) -> None:
        log.put_items([Item(str(n), domain="even" if n % 2 == 0 else "odd") for n in range(10)])
        log.delete_items(["3"])
        assert [index for index, _ in log.list_items(4)] == [0, 1, 2, 4]
        assert [index for index, _ in log.list_items(4, after_index=4)] == [5, 6, 7, 8]
        assert [index for index, _ in log.list_items(10, domain="odd")] == [1, 5, 7, 9]
        assert [index for index, _ in log.iter_items(batch=2)] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
        assert (log.count_items(), log.count_items("odd"), log.count_items("none")) == (9, 4, 0)

    def test_more_ids_than_a_database_takes_at_once(self, log: EventLog) -> None:
        ids = [str(n) for n in range(1_300)]
        log.put_items([Item(i) for i in ids])
        assert len(log.get_items(ids)) == 1_300
        assert log.delete_items(ids) == []
        assert log.count_items() == 0

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(_catalogues, st.integers(0, 8))
    def test_putting_again_changes_nothing(
        self, log: EventLog, catalogue: list[Item], cut: int
    ) -> None:
        before = len(log.item_indices())
        of_example = [replace(item, item_id=f"{before}-{item.item_id}") for item in catalogue]
        log.put_items(of_example[:cut])
        log.put_items(of_example[cut:])
        last = {item.item_id: item for item in of_example}
        found = log.get_items(last)
        assert {item_id: item for item_id, (_, item) in found.items()} == last
        assert sorted(index for index, _ in found.values()) == list(
            range(before, before + len(last))
        )
        assert {put.status for put in log.put_items(list(last.values()))} <= {"unchanged"}
        assert log.get_items(last) == found
