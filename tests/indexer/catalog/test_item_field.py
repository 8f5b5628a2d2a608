"""Fields that put items into groups: their names, and what items have there."""

from __future__ import annotations

import pytest

from indexer.catalog.item import Item
from indexer.catalog.item_field import is_group_field, values_of

ITEM = Item(
    "i",
    "films",
    categories=("drama", "war"),
    attributes={"brand": "ours", "cast": ("ann", "bob"), "year": 1999.0},
)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("domain", ["films"]),
        ("categories", ["drama", "war"]),
        ("attributes.brand", ["ours"]),
        ("attributes.cast", ["ann", "bob"]),
        ("attributes.year", ["1999.0"]),
        ("attributes.maker", []),
    ],
)
def test_an_item_has_the_values_of_a_field(field: str, values: list[str]) -> None:
    assert is_group_field(field)
    assert list(values_of(ITEM, field)) == values


@pytest.mark.parametrize("field", ["brand", "attributes.", "title", ""])
def test_other_names_are_of_no_group(field: str) -> None:
    assert not is_group_field(field)
