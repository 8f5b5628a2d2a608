"""How well values are those of a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from indexer.ingest.mapping.column import Column
from indexer.ingest.mapping.fit import fit

IDS = [f"A-{n}" for n in range(50)]
TITLES = [f"Soft red shirt {n}" for n in range(50)]


def column(values: Sequence[object], rows: int = 0) -> Column:
    return Column("c", rows or len(values), list(values))


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("items", "item_id", IDS),
        ("items", "title", TITLES),
        ("items", "description", [text * 5 for text in TITLES]),
        ("items", "categories", ["Shirts", "Shoes"] * 25),
        ("items", "price", ["5", "$7.00"]),
        ("items", "created_at", ["2024-01-01", "1700000000"]),
        ("items", "available", ["yes", "no"]),
        ("items", "image", ["https://x/1.jpg", "a.png"]),
        ("items", "domain", ["anything"]),
        ("events", "user_id", IDS * 2),
        ("events", "event_type", ["view", "add to cart"] * 10),
        ("users", "user_id", IDS),
    ],
)
def test_values_of_a_field_fit_it(kind: Any, field: str, values: Sequence[object]) -> None:
    assert fit(kind, field, column(values)) > 0.9


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("items", "item_id", ["red", "blue"] * 25),
        ("items", "item_id", TITLES),
        ("items", "title", ["https://x/1"] * 5),
        ("items", "price", ["ask us"] * 5),
        ("items", "price", ["0.00"] * 5),
        ("items", "created_at", ["7", "12"]),
        ("items", "available", ["perhaps"] * 5),
        ("items", "image", ["a picture of a shirt"] * 5),
        ("events", "event_type", [f"e{n}" for n in range(60)]),
        ("events", "value", ["good", "bad"]),
    ],
)
def test_others_do_not(kind: Any, field: str, values: Sequence[object]) -> None:
    assert fit(kind, field, column(values)) < 0.5


def test_an_id_that_one_row_in_ten_lacks_is_hardly_one() -> None:
    assert fit("items", "item_id", column(IDS, rows=55)) < 0.3
