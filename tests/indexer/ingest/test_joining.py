"""Rows that are parts of one item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexer.ingest.joining import Joined, Joiner, Part


def part(line: int, item_id: str, of: str = "", names: Iterable[str] = (), **row: Any) -> Part:
    return Part(line, {"item_id": item_id, **row}, of, [item_id, *names])


def joined(*parts: Part, window: int = 10) -> list[Joined]:
    joiner = Joiner(window)
    return [one for p in parts for one in joiner.add(p)] + list(joiner.rest())


def test_rows_with_the_same_id_are_one_item() -> None:
    (item,) = joined(
        part(2, "a", title="Shirt", image=["1.jpg"], attributes={"Size": "S", "brand": "Acme"}),
        part(3, "a", image=["2.jpg", "1.jpg"], attributes={"Size": "M", "brand": "Acme"}),
        part(4, "a", price=5.0, title="other", attributes={"Size": ["M", "L"], "n": 1.0}),
    )
    assert (item.line, item.n_joined) == (2, 2)
    assert item.row == {
        "item_id": "a",
        "title": "Shirt",
        "price": 5.0,
        "image": ["1.jpg", "2.jpg"],
        "attributes": {"Size": ["S", "M", "L"], "brand": "Acme", "n": 1.0},
    }


def test_parts_name_their_item_by_id_or_by_another_name_before_or_after_it() -> None:
    found = joined(
        part(2, "11", of="SKU-1", price=5.0),
        part(3, "10", names=["SKU-1"], title="Shirt"),
        part(4, "12", of="10", attributes={"Size": "L"}),
    )
    (item,) = found
    assert (item.line, item.n_joined) == (3, 2)
    assert item.row == {
        "item_id": "10",
        "title": "Shirt",
        "price": 5.0,
        "attributes": {"Size": "L"},
    }


def test_a_part_without_its_item_is_an_item_and_said_to_be_one() -> None:
    (orphan,) = joined(part(2, "11", of="gone", price=5.0))
    assert (orphan.row["item_id"], orphan.is_orphan) == ("11", True)


def test_items_wait_no_longer_than_the_window() -> None:
    found = joined(part(2, "a"), part(3, "b"), part(4, "c"), part(5, "a", price=1.0), window=2)
    assert [(one.line, one.row["item_id"], one.n_joined) for one in found] == [
        (2, "a", 0),
        (3, "b", 0),
        (4, "c", 0),
        (5, "a", 0),
    ]


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 4))
def test_no_row_is_lost_and_the_order_stays(ids: list[int], window: int) -> None:
    found = joined(*(part(n, str(item_id)) for n, item_id in enumerate(ids)), window=window)
    assert sum(1 + one.n_joined for one in found) == len(ids)
    assert [one.line for one in found] == sorted(one.line for one in found)
