"""The items of the log: indices given once, statuses, what is pending, pages."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.catalog.item import Item
from indexer.log.event_log import EventLog, PutItem


def test_indices_are_dense_and_statuses_tell_what_happened(log: EventLog) -> None:
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
    assert log.get_items(["a", "c", "zz"]) == {"a": (0, Item("a", title="A")), "c": (2, Item("c"))}
    assert log.items_by_index([1, 2, 99]) == {1: Item("b"), 2: Item("c")}
    assert log.item_indices() == {"a": 0, "b": 1, "c": 2}


def test_the_last_of_two_rows_in_one_batch_wins(log: EventLog) -> None:
    put = log.put_items([Item("a"), Item("a", title="A"), Item("a", title="A")])
    assert [(p.item_index, p.status) for p in put] == [(0, "new"), (0, "changed"), (0, "unchanged")]
    assert log.get_items(["a"])["a"][1].title == "A"


def test_every_field_comes_back(log: EventLog) -> None:
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


def test_what_was_put_is_pending_until_it_is_marked(log: EventLog) -> None:
    log.put_items([Item("a"), Item("b"), Item("c")])
    log.mark_indexed([1])
    assert log.pending_items(10) == [(0, Item("a")), (2, Item("c"))]
    assert log.pending_items(1) == [(0, Item("a"))]
    assert log.put_items([Item("a")]) == [
        PutItem(0, "unchanged", True)
    ]  # an earlier run was stopped
    assert log.count_pending() == 2


def test_an_item_that_changed_while_it_was_encoded_stays_pending(log: EventLog) -> None:
    old, new = Item("a"), Item("a", title="A")
    log.put_items([old])
    log.put_items([new])
    log.mark_indexed([0], [old.content_hash()])
    assert log.pending_items(10) == [(0, new)]
    log.mark_indexed([0], [new.content_hash()])
    assert log.pending_items(10) == []


def test_deletion_is_pending_and_the_index_is_never_given_to_another(log: EventLog) -> None:
    log.put_items([Item("a"), Item("b")])
    log.mark_indexed([0, 1])
    assert log.delete_items(["b", "x", "b"]) == ["x"]
    assert log.delete_items(["b"]) == ["b"]
    assert (log.count_items(), log.item_indices(), log.items_by_index([1])) == (1, {"a": 0}, {})
    assert log.pending_deletions() == [1]
    assert log.pending_items(10) == []
    assert log.put_items([Item("c")])[0].item_index == 2
    log.mark_deleted([1])
    assert log.pending_deletions() == []


def test_a_deleted_item_comes_back_as_new_at_its_old_index(log: EventLog) -> None:
    log.put_items([Item("a"), Item("b")])
    log.delete_items(["a"])
    assert log.put_items([Item("a")]) == [PutItem(0, "new", True)]
    log.mark_deleted(
        [0]
    )  # the deletion was carried out late: the item must not be lost from the index
    assert log.pending_items(10) == [(0, Item("a")), (1, Item("b"))]
    log.mark_indexed([0, 1])
    assert log.count_pending() == 0


def test_pages_and_domains(log: EventLog) -> None:
    log.put_items([Item(str(n), domain="even" if n % 2 == 0 else "odd") for n in range(10)])
    log.delete_items(["3"])
    assert [index for index, _ in log.list_items(4)] == [0, 1, 2, 4]
    assert [index for index, _ in log.list_items(4, after_index=4)] == [5, 6, 7, 8]
    assert [index for index, _ in log.list_items(10, domain="odd")] == [1, 5, 7, 9]
    assert [index for index, _ in log.iter_items(batch=2)] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert (log.count_items(), log.count_items("odd"), log.count_items("none")) == (9, 4, 0)


def test_more_ids_than_a_database_takes_at_once(log: EventLog) -> None:
    ids = [str(n) for n in range(1_300)]
    log.put_items([Item(i) for i in ids])
    assert len(log.get_items(ids)) == len(log.items_by_index(range(1_300))) == 1_300
    assert log.delete_items(ids) == []
    assert log.count_items() == 0


_catalogues = st.lists(
    st.builds(Item, item_id=st.sampled_from("abc"), title=st.sampled_from("xy")), max_size=8
)


@settings(max_examples=40)
@given(_catalogues, st.integers(0, 8))
def test_putting_again_changes_nothing(catalogue: list[Item], cut: int) -> None:
    with EventLog.open("sqlite://") as log:
        log.put_items(catalogue[:cut])
        log.put_items(catalogue[cut:])
        state = dict(log.iter_items())
        last = {item.item_id: item for item in catalogue}
        assert {item.item_id: item for item in state.values()} == last
        assert sorted(state) == list(range(len(last)))
        assert {put.status for put in log.put_items(list(last.values()))} <= {"unchanged"}
        assert dict(log.iter_items()) == state


def test_an_item_that_lacks_a_picture_is_pending_when_it_comes_again_and_only_then(
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
