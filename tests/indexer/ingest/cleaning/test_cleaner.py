"""Rows to rows with our fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexer.catalog.item import Item
from indexer.ingest.cleaning.cleaner import Cleaner
from indexer.ingest.mapping.mapping import ColumnMap


def cleaned(values: Mapping[str, object], mapping: ColumnMap | None = None) -> dict[str, Any]:
    row, problems = Cleaner(mapping or ColumnMap.own("items")).clean(values)
    assert problems == []
    return row


def test_our_own_columns_are_our_fields_and_others_attributes() -> None:
    row = cleaned(
        {"item_id": 7, "title": "a", "attributes": {"x": 1}, "brand": "Acme", "empty": "NaN"}
    )
    assert row == {"item_id": "7", "title": "a", "attributes": {"x": 1.0, "brand": "Acme"}}


def test_all_problems_of_a_row_come_at_once() -> None:
    row, problems = Cleaner(ColumnMap.own("items")).clean(
        {
            "item_id": "1",
            "price": "N/A",
            "created_at": "soon",
            "available": "?",
            "categories": "c" * 513,
        }
    )
    assert sorted(problem.field for problem in problems) == [
        "available",
        "categories",
        "created_at",
        "price",
    ]
    assert row == {"item_id": "1", "categories": ["c" * 512]}


def test_the_first_column_that_says_something_counts() -> None:
    mapping = ColumnMap("items", {"price": ("sale", "regular")})
    assert cleaned({"regular": "9", "sale": "5"}, mapping)["price"] == 5.0
    assert cleaned({"regular": "9", "sale": ""}, mapping)["price"] == 9.0


def test_constants_are_for_rows_that_do_not_say_it() -> None:
    mapping = ColumnMap("items", {"domain": ("shop",)}, constants={"domain": "all"})
    assert [cleaned(row, mapping)["domain"] for row in ({"shop": "a"}, {"x": "1"})] == ["a", "all"]


def test_hidden_is_the_opposite_of_available() -> None:
    mapping = ColumnMap("items", {"hidden": ("gone",), "available": ("there",)})
    rows = [{"gone": "yes"}, {"gone": "no"}, {"gone": "yes", "there": "yes"}, {"there": "no"}]
    assert [cleaned(row, mapping).get("available") for row in rows] == [False, None, False, False]


def test_a_pair_keeps_its_name_over_the_rows_that_leave_it_out() -> None:
    cleaner = Cleaner(ColumnMap("items", pairs=(("Name", "Value"),), separators={"Value": (",",)}))
    rows = [{"Name": "Size", "Value": "S"}, {"Value": "M, L"}]
    assert [cleaner.clean(row)[0]["attributes"] for row in rows] == [
        {"Size": "S"},
        {"Size": ["M", "L"]},
    ]


def test_paths_lead_into_objects() -> None:
    mapping = ColumnMap(
        "items", {"price": ("variants.price",), "image": ("media.big.src",)}, others=False
    )
    row = cleaned(
        {"variants": [{"price": "5"}, {"price": "6"}], "media": {"big": {"src": "a"}}}, mapping
    )
    assert row == {"price": 5.0, "image": ["a"]}


def test_what_a_map_calls_absent_says_nothing() -> None:
    mapping = ColumnMap("items", {"categories": ("genres",)}, absent=frozenset({"(none)"}))
    assert cleaned({"genres": "(none)"}, mapping) == {}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*ColumnMap.own("items").fields, "images", "other"]), VALUES)
)
def test_whatever_stands_in_a_row_the_item_can_be_made_of_the_rest(
    values: dict[str, object],
) -> None:
    """But for what only the checks of items know, such as a price below zero."""
    row, _ = Cleaner(ColumnMap.own("items")).clean(values | {"item_id": "1"})
    row.pop("created_at", None)
    if row.get("price", 0) < 0:
        row.pop("price")
    assert Item.from_mapping(row).item_id == "1"


def test_a_column_may_be_two_fields() -> None:
    mapping = ColumnMap("items", {"item_id": ("name",), "title": ("name",)})
    assert cleaned({"name": "Alien"}, mapping) == {"item_id": "Alien", "title": "Alien"}


def test_columns_of_yes_and_no_are_truth_values() -> None:
    mapping = ColumnMap(
        "items",
        {"item_id": ("id",)},
        attributes={"veg": "vegan"},
        truths=frozenset({"Organic", "veg"}),
    )
    row = cleaned({"id": "a", "organic": "0", "veg": "yes", "size": "1"}, mapping)
    assert row["attributes"] == {"organic": False, "vegan": True, "size": "1"}
    odd = cleaned({"id": "a", "organic": "perhaps"}, mapping)
    assert odd["attributes"] == {"organic": "perhaps"}
