"""Ids become integers and integers ids again, with gaps where items were deleted."""

from __future__ import annotations

from service.storage.item_ids import ItemIds


def test_ids_and_indices_belong_together() -> None:
    ids = ItemIds({"a": 0, "c": 2})
    known, unknown = ids.indices(["c", "x", "a", "c"])
    assert (known.tolist(), unknown) == ([2, 0, 2], ["x"])
    assert (ids.index("c"), ids.index("x")) == (2, None)
    assert [ids.has_index(index) for index in range(4)] == [True, False, True, False]
    assert (len(ids), ids.n_indices) == (2, 3)


def test_a_gap_has_an_empty_id() -> None:
    ids = ItemIds({"a": 0, "c": 2})
    assert ids.ids(5) == ["a", "", "c", "", ""]
    assert ids.ids(2) == ["a", ""]


def test_changes_are_seen_at_once() -> None:
    ids = ItemIds({"a": 0})
    seen = ids.index_of
    ids.put("b", 1)
    assert dict(seen) == {"a": 0, "b": 1}
    assert ids.remove("a") == 0
    assert ids.remove("a") is None
    assert (ids.ids(2), ids.has_index(0)) == (["", "b"], False)


def test_nothing_is_empty() -> None:
    empty = ItemIds({})
    assert (len(empty), empty.n_indices, empty.ids(0)) == (0, 0, [])
    known, unknown = empty.indices(["a"])
    assert (known.tolist(), str(known.dtype), unknown) == ([], "int64", ["a"])
