"""Filters as an engine's conditions, and items as the payload they look at, in a dialect that only
writes down what it is given."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.catalog.filter import parse_filter
from indexer.catalog.item import Item
from indexer.stores.conditions import Dialect, from_payload, to_group, to_payload


def written(name: str) -> Any:
    return lambda **arguments: (name, {k: v for k, v in arguments.items() if v is not None})


DIALECT = Dialect(
    group=written("group"),
    field=written("field"),
    match_any=written("any"),
    range=written("range"),
    is_empty=lambda key: ("empty", key),
    has_id=lambda indices: ("ids", list(indices)),
)


def group(text: str) -> Any:
    filter = parse_filter(text)
    assert filter is not None
    return to_group(filter, DIALECT)


def any_of(key: str, *texts: str) -> Any:
    return ("field", {"key": key, "match": ("any", {"any": list(texts)})})


def between(key: str, **bounds: float) -> Any:
    return ("field", {"key": key, "range": ("range", bounds)})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('domain = "films"', {"must": [any_of("domain", "films")]}),
        ("price < 5", {"must": [between("price", lt=5.0)]}),
        (
            'attributes.colour = "red"',
            {"must": [any_of('attributes."colour"', "red")]},
        ),
        ('NOT domain = "films"', {"must_not": [any_of("domain", "films")]}),
        (
            "price >= 1 AND price <= 2",
            {"must": [between("price", gte=1.0), between("price", lte=2.0)]},
        ),
        (
            'domain = "a" OR price > 1',
            {"should": [any_of("domain", "a"), between("price", gt=1.0)]},
        ),
        (
            '(domain = "a" OR price > 1) AND price < 2',
            {
                "must": [
                    ("group", {"should": [any_of("domain", "a"), between("price", gt=1.0)]}),
                    between("price", lt=2.0),
                ]
            },
        ),
    ],
)
def test_a_filter_is_a_group_of_conditions(text: str, expected: Any) -> None:
    assert group(text) == ("group", expected)


def test_an_item_comes_back_from_its_payload_whole() -> None:
    item = Item(
        "a",
        "films",
        "Alien",
        "In space.",
        ("Horror",),
        {"minutes": 117.0, "colour": True, "cast": ("Weaver", "Hurt")},
        9.5,
        -3.0,
        False,
        {"image": ("1.jpg", "2.jpg"), "audio": ("3.ogg",)},
    )
    payload = to_payload(item)
    assert from_payload(payload) == item
    assert {name: payload[name] for name in payload.keys() - {"item"}} == {
        "domain": "films",
        "available": "false",
        "categories": ["Horror"],
        "attributes": {"minutes": 117.0, "colour": "true", "cast": ["Weaver", "Hurt"]},
        "price": 9.5,
        "created_at": -3.0,
    }


def test_what_an_item_lacks_is_not_in_its_payload() -> None:
    assert to_payload(Item("a")).keys() == {"item", "domain", "available"}
