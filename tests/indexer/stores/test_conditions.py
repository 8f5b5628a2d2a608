"""From the filter tree to an engine's conditions, written down with plain mappings as the engine.

That they mean what a filter means is tested on both engines (`tests.indexer.store_contract`).
"""

from __future__ import annotations

from typing import Any

import pytest

from indexer.catalog.filter import (
    And,
    Filter,
    ItemIn,
    Not,
    NumberIn,
    Or,
    Present,
    TextIn,
)
from indexer.catalog.item import Item
from indexer.errors import Damaged
from indexer.stores.conditions import (
    FLOAT_FIELDS,
    KEYWORD_FIELDS,
    Dialect,
    from_payload,
    to_group,
    to_payload,
)

PLAIN = Dialect(
    group=lambda **conditions: conditions,
    field=lambda **settings: settings,
    match_any=lambda any: {"any": any},
    range=lambda **bounds: {name: bound for name, bound in bounds.items() if bound is not None},
    is_empty=lambda key: {"empty": key},
    has_id=lambda indices: {"ids": list(indices)},
)

FILMS = TextIn("domain", ("films",))
FILMS_CONDITION = {"key": "domain", "match": {"any": ["films"]}}
CHEAP = NumberIn("price", gte=1.0, lt=20.0)
CHEAP_CONDITION = {"key": "price", "range": {"gte": 1.0, "lt": 20.0}}


@pytest.mark.parametrize(
    ("filter", "group"),
    [
        (FILMS, {"must": [FILMS_CONDITION]}),
        (CHEAP, {"must": [CHEAP_CONDITION]}),
        (And((FILMS, CHEAP)), {"must": [FILMS_CONDITION, CHEAP_CONDITION]}),
        (Or((FILMS, CHEAP)), {"should": [FILMS_CONDITION, CHEAP_CONDITION]}),
        (Not(FILMS), {"must_not": [FILMS_CONDITION]}),
        (Present("price"), {"must_not": [{"empty": "price"}]}),
        (
            And((FILMS, Or((CHEAP, Not(FILMS))))),
            {
                "must": [
                    FILMS_CONDITION,
                    {"should": [CHEAP_CONDITION, {"must_not": [FILMS_CONDITION]}]},
                ]
            },
        ),
    ],
)
def test_a_tree_becomes_groups_within_groups(filter: Filter, group: dict[str, Any]) -> None:
    assert to_group(filter, PLAIN) == group


def test_an_attribute_is_looked_up_by_its_whole_name_dots_included() -> None:
    group = to_group(TextIn("attributes.a.b", ("x",)), PLAIN)
    assert group == {"must": [{"key": 'attributes."a.b"', "match": {"any": ["x"]}}]}


def test_items_are_named_by_their_indices() -> None:
    assert to_group(ItemIn((3, 1)), PLAIN) == {"must": [{"ids": [3, 1]}]}


WHOLE = Item(
    "i1",
    domain="films",
    title="Alien",
    categories=("Horror", "Space"),
    attributes={"colour": True, "cast": ("Weaver", "Hurt"), "runtime": 117.0},
    price=9.5,
    created_at=12.0,
    available=False,
)


def test_a_payload_has_what_filters_look_at_booleans_as_texts() -> None:
    payload = to_payload(WHOLE)
    payload.pop("item")
    assert payload == {
        "domain": "films",
        "available": "false",
        "categories": ["Horror", "Space"],
        "attributes": {"colour": "true", "cast": ["Weaver", "Hurt"], "runtime": 117.0},
        "price": 9.5,
        "created_at": 12.0,
    }
    assert payload.keys() >= {*KEYWORD_FIELDS, *FLOAT_FIELDS}


def test_what_is_empty_is_left_out_and_zero_is_not_empty() -> None:
    assert to_payload(Item("i1")).keys() == {"item", "domain", "available"}
    assert to_payload(Item("i1", price=0.0, created_at=0.0)).keys() >= {"price", "created_at"}


@pytest.mark.parametrize("item", [WHOLE, Item("i1")])
def test_an_item_comes_back_whole(item: Item) -> None:
    assert from_payload(to_payload(item)) == item


@pytest.mark.parametrize("payload", [{}, {"item": "{"}, {"item": "[]"}, {"item": None}])
def test_a_point_that_holds_no_item_any_more_is_damaged(payload: dict[str, Any]) -> None:
    with pytest.raises(Damaged, match="palate rebuild"):
        from_payload(payload)
