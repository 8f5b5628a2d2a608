"""What the values of a column are like."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from indexer.ingest.mapping.column import Column, columns_of
from indexer.ingest.sources.source import Row


def column(*values: object) -> Column:
    return Column("c", len(values), [value for value in values if value is not None])


@pytest.mark.parametrize(
    ("share", "values"),
    [
        ("numbers", ["1", "$2.50", 3]),
        ("times", ["2024-01-01", "1700000000", 1.7e12, "1994", "20240131"]),
        ("truths", ["yes", "0", "1", "in stock", True]),
        ("addresses", ["https://a/1.jpg", "//cdn/a", ["https://a"], [{"src": "a.jpg"}]]),
        ("pictures", ["a.jpg", "b.PNG?v=1", {"bytes": b""}]),
        ("markup", ["<p>a</p>", "b<br>"]),
        ("lists", ["a|b", "['a']", ["a"]]),
        ("objects", [{"a": 1}, [{"a": 1}]]),
        ("ids", ["A-1", 7, 8.0, "x" * 64]),
        ("words", ["view", "add to cart"]),
        ("letters", ["a1", "é"]),
    ],
)
def test_shares_hold_of_their_values(share: str, values: Sequence[object]) -> None:
    assert getattr(column(*values), share) == 1.0


@pytest.mark.parametrize(
    ("share", "values"),
    [
        ("numbers", ["a", ""]),
        ("times", ["7", 12, "soon", "3.5"]),
        ("truths", ["12", 7]),
        ("ids", ["two words", "3.50", "$5", "https://a", True, 2.5]),
        ("pictures", ["a.txt"]),
        ("addresses", ["a", {"name": "b"}]),
    ],
)
def test_shares_do_not_hold_of_others(share: str, values: Sequence[object]) -> None:
    assert getattr(column(*values), share) == 0.0


def test_runs_of_one_value_count_once() -> None:
    assert column("a", "a", "b", "b").distinct == 0.5
    assert column("a", "a", "b", "b").distinct_runs == 1.0
    assert column("a", "b", "a").distinct_runs == 2 / 3


def test_columns_of_objects_are_told_by_path() -> None:
    rows = [
        Row(1, {"id": 1, "variants": [{"price": "2", "sku": "a"}], "image": {"src": "u"}}),
        Row(2, {"id": 2, "note": "NaN"}),
    ]
    found = {one.name: one for one in columns_of(rows)}
    assert list(found) == ["id", "variants", "variants.price", "variants.sku", "image", "note"]
    assert (found["id"].filled, found["variants.price"].filled, found["note"].filled) == (
        1.0,
        0.5,
        0.0,
    )


def test_examples_are_different_and_short() -> None:
    assert column("a", "a", "b", "x" * 50, "c").examples() == ["a", "b", "x" * 39 + "…"]
