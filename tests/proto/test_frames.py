"""Tables of pandas, of Polars and of dictionaries give the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from palate import frames

ITEMS: list[dict[str, Any]] = [
    {
        "item_id": 7,
        "title": "Lamp",
        "categories": ["Light", "Home"],
        "price": 49.5,
        "brand": "Nord",
        "new": True,
    },
    {
        "item_id": 8,
        "title": "Rug",
        "categories": ["Textiles"],
        "price": None,
        "brand": None,
        "new": False,
    },
]
EXPECTED = [
    {
        "item_id": "7",
        "title": "Lamp",
        "categories": ["Light", "Home"],
        "price": 49.5,
        "attributes": {"brand": "Nord", "new": True},
    },
    {"item_id": "8", "title": "Rug", "categories": ["Textiles"], "attributes": {"new": False}},
]


@pytest.mark.parametrize(
    "table", [ITEMS, pd.DataFrame(ITEMS), pl.DataFrame(ITEMS)], ids=["rows", "pandas", "polars"]
)
def test_columns_that_an_item_does_not_have_become_attributes(table: Any) -> None:
    assert list(frames.item_rows(table)) == EXPECTED


def test_what_numpy_and_times_are_is_what_python_has() -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    row = {
        "item_id": "a",
        "categories": np.array(["x", "y"]),
        "price": np.float64(1.5),
        "seen": np.bool_(True),
        "sold": when,
        "nothing": float("nan"),
        "never": pd.NaT,
        "attributes": {"size": "L", "none": None},
    }
    assert list(frames.item_rows([row])) == [
        {
            "item_id": "a",
            "categories": ["x", "y"],
            "price": 1.5,
            "attributes": {"size": "L", "seen": True, "sold": "2026-01-02T00:00:00+00:00"},
        }
    ]


def test_one_text_is_a_list_of_it_where_a_list_is_meant() -> None:
    assert list(frames.item_rows([{"item_id": "a", "categories": "x"}])) == [
        {"item_id": "a", "categories": ["x"]}
    ]


def test_events_keep_their_columns_and_their_times() -> None:
    table = pd.DataFrame(
        {
            "user_id": [1],
            "item_id": [7],
            "event_type": ["rating"],
            "value": [4.5],
            "timestamp": [pd.Timestamp("2026-01-02", tz="UTC")],
        }
    )
    assert list(frames.event_rows(table)) == [
        {
            "user_id": "1",
            "item_id": "7",
            "event_type": "rating",
            "value": 4.5,
            "timestamp": datetime(2026, 1, 2, tzinfo=UTC),
        }
    ]


def test_rows_go_in_batches_and_none_is_lost() -> None:
    rows = [{"n": n} for n in range(7)]
    assert list(frames.batches(rows, 3)) == [rows[:3], rows[3:6], rows[6:]]
    assert list(frames.batches([], 3)) == []
