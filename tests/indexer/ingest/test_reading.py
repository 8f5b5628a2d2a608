"""Rows to items, events and profiles: only a row without an id is lost."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.catalog.profile import Profile
from indexer.ingest.mapping.mapping import ColumnMap
from indexer.ingest.mapping.presets import presets
from indexer.ingest.reading import (
    EventReading,
    ItemReading,
    ProfileReading,
    Reading,
    read_events,
    read_items,
)
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import Row, Source


def source(*rows: dict[str, Any]) -> Source:
    return Source(
        "s", lambda: iter([Row(n, row) for n, row in enumerate(rows, 1)]), changed_at=99.0
    )


def items(
    *rows: dict[str, Any], mapping: ColumnMap | None = None
) -> tuple[list[Item], ItemReading]:
    reading = ItemReading(source(*rows), mapping)
    return [item for _, item in reading], reading


def told(reading: Reading[Any]) -> list[str]:
    return [
        f"{row.line}: {row.reason}"
        for row in (*reading.problems.failed, *reading.problems.warnings)
    ]


def test_only_a_row_without_an_id_is_lost() -> None:
    found, reading = items(
        {"item_id": "1", "title": "good"},
        {"title": "no id"},
        {"item_id": "2", "price": -1, "created_at": "2999-01-01", "categories": "c" * 513},
        {"item_id": "x" * 513},
    )
    assert [item.item_id for item in found] == ["1", "2"]
    assert (found[1].price, found[1].created_at, found[1].categories) == (None, None, ("c" * 512,))
    assert told(reading) == [
        "2: item_id is missing",
        f"4: item_id is {('x' * 513)[:78]!r}…: it has 513 characters, at most 512 are allowed".replace(
            "'…", "…"
        ),
        f"3: categories is {('c' * 513)[:78]!r}…: it is over 512 characters; cut".replace(
            "'…", "…"
        ),
        "3: price is -1.0: it cannot be taken: it must not be negative; left out",
        "3: created_at is 32472144000.0: it cannot be taken: it lies more than a day in the future; left out",
    ]


def test_an_item_that_is_fine_is_the_same_as_over_the_wire() -> None:
    row = {
        "item_id": "7",
        "domain": "films",
        "title": "Ночь, «улица»",
        "description": "two\nlines",
        "categories": ["Animation", "Comedy"],
        "attributes": {"year": "1995", "n": 3, "new": True, "cast": ["a", "b"]},
        "price": 3.5,
        "created_at": 1_700_000_000,
        "available": False,
        "image": "a.jpg",
        "images": ["b.jpg"],
        "audio": "a.mp3",
    }
    found, reading = items(row)
    assert found == [Item.from_mapping(row)]
    assert told(reading) == []


def test_of_two_rows_with_one_id_the_first_is_used() -> None:
    found, reading = items(
        {"item_id": "1", "title": "a"}, {"item_id": "2"}, {"item_id": "1", "title": "b"}
    )
    assert [(item.item_id, item.title) for item in found] == [("1", "a"), ("2", "")]
    assert told(reading) == ["3: item_id is '1': it appears again; the first row is used"]
    assert reading.joined == 1


def test_a_row_that_is_lost_does_not_take_the_id_from_a_later_one() -> None:
    found, _ = items({"item_id": "", "title": "a"}, {"item_id": "1"})
    assert found == [Item("1")]


SHOPIFY = presets()["shopify"].mapping
WOOCOMMERCE = presets()["woocommerce"].mapping


def test_variants_and_further_pictures_of_shopify_are_one_item() -> None:
    found, reading = items(
        {
            "Handle": "shirt",
            "Title": "Shirt",
            "Body (HTML)": "<p>soft</p>",
            "Vendor": "Acme",
            "Tags": "a, b",
            "Option1 Name": "Size",
            "Option1 Value": "S",
            "Variant Price": "5.00",
            "Image Src": "https://x/1.jpg",
            "Status": "active",
            "Cost per item": "2.00",
        },
        {
            "Handle": "shirt",
            "Option1 Value": "M",
            "Variant Price": "6.00",
            "Image Src": "https://x/2.jpg",
        },
        {"Handle": "dress", "Title": "Dress", "Status": "draft"},
        mapping=SHOPIFY,
    )
    shirt, dress = found
    assert shirt == Item(
        "shirt",
        title="Shirt",
        description="soft",
        categories=("a", "b"),
        attributes={"brand": "Acme", "Size": ("S", "M")},
        price=5.0,
        media={"image": ("https://x/1.jpg", "https://x/2.jpg")},
    )
    assert (dress.available, reading.joined, told(reading)) == (False, 1, [])


def test_variations_of_woocommerce_are_parts_of_their_product() -> None:
    found, reading = items(
        {"ID": "10", "Type": "variable", "SKU": "W", "Name": "Shirt", "Regular price": "",
         "Attribute 1 name": "Size", "Attribute 1 value(s)": "S, M"},
        {"ID": "11", "Type": "variation", "SKU": "W-S", "Parent": "id:10", "Regular price": "5"},
        {"ID": "20", "Type": "simple", "SKU": "V", "Name": "Mug", "Regular price": "3",
         "Images": "https://x/1.jpg, https://x/2.jpg"},
        {"ID": "12", "Type": "variation", "SKU": "W-M", "Parent": "W", "Regular price": "6"},
        mapping=WOOCOMMERCE,
    )  # fmt: skip
    assert [(item.item_id, item.title, item.price) for item in found] == [
        ("10", "Shirt", 5.0), ("20", "Mug", 3.0)
    ]  # fmt: skip
    assert found[0].attributes == {"Size": ("S", "M")}
    assert found[1].perceived("image") == ("https://x/1.jpg", "https://x/2.jpg")
    assert (reading.joined, told(reading)) == (2, [])


def events(*rows: dict[str, Any]) -> tuple[Sequence[Event], EventReading]:
    reading = EventReading(source(*rows))
    return [event for _, event in reading], reading


def test_an_event_needs_who_and_what_and_the_rest_is_found() -> None:
    found, reading = events(
        {
            "user_id": "u",
            "item_id": "i",
            "event_type": "Add To Cart",
            "timestamp": "1970-01-01T00:00:07Z",
        },
        {"user_id": "u", "item_id": "i", "value": "4,5"},
        {
            "user_id": "u",
            "item_id": "i",
            "event_type": "view",
            "timestamp": "soon",
            "value": "many",
        },
        {"user_id": "u", "event_type": "view", "timestamp": 5},
        {"item_id": "i", "event_type": "view", "timestamp": -5},
    )
    assert found == [
        Event("u", "i", "add_to_cart", None, 7.0),
        Event("u", "i", "rating", 4.5, 99.0),
        Event("u", "i", "view", None, 99.0),
    ]
    assert reading.problems.n_failed == 2
    assert sorted(reading.problems.kinds) == [
        "event_type is missing; taken as rating",
        "item_id is missing",
        "timestamp is missing; taken as of when its source was last changed",
        "timestamp is not a time; left out",
        "user_id is missing",
        "value is not a number; left out",
    ]


def test_a_time_before_1970_is_no_time_of_an_event() -> None:
    (event,), reading = events(
        {"user_id": "u", "item_id": "i", "event_type": "view", "timestamp": -5}
    )
    assert event.timestamp == 99.0
    assert len(told(reading)) == 2


def test_profiles_have_texts() -> None:
    reading = ProfileReading(
        source(
            {"user_id": 7, "taste": "slow films", "age": 30, "likes": ["a", "b"], "staff": True},
            {"age": 3},
        )
    )
    assert [profile for _, profile in reading] == [
        Profile("7", {"age": "30", "likes": "a, b", "staff": "true"}, "slow films")
    ]
    assert told(reading) == ["2: user_id is missing"]


def test_files_with_our_columns_are_read_by_themselves(tmp_path: Path) -> None:
    (tmp_path / "i.csv").write_text("item_id,title\n1,a\n")
    (tmp_path / "e.csv").write_text("user_id,item_id,event_type,timestamp\nu,1,view,5\n")
    assert list(read_items(tmp_path / "i.csv")) == [Item("1", title="a")]
    assert list(read_events(tmp_path / "e.csv")) == [Event("u", "1", "view", None, 5.0)]


def test_reading_the_same_file_again_gives_the_same_events(tmp_path: Path) -> None:
    """Those without a time as well: they are counted once."""
    path = tmp_path / "e.csv"
    path.write_text("user_id,item_id\nu,1\n")
    os.utime(path, (1_000, 1_000))
    assert (
        list(read_events(path))
        == list(read_events(path))
        == [Event("u", "1", "view", None, 1_000.0)]
    )


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    line = json.dumps({"item_id": "%d", "description": "x" * 2_000, "price": "N/A"}) + "\n"
    with path.open("w") as file:
        file.writelines(line.replace("%d", str(n)) for n in range(10_000))  # 20 MB
    tracemalloc.start()
    try:
        count = sum(1 for _ in ItemReading(file_source(path)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 12_000_000


@pytest.mark.parametrize("name", ["amazon-meta", "gorse-items", "movielens-movies", "hm-articles"])
def test_presets_read_their_traps(name: str) -> None:
    rows: dict[str, tuple[dict[str, Any], Item]] = {
        "amazon-meta": (
            {
                "parent_asin": "B1", "title": "Lamp", "main_category": "Home", "price": "from 7.99",
                "images": [{"thumb": "t", "large": "l", "hi_res": None}], "features": ["bright"],
                "description": ["a lamp"], "details": {"Color": "red"}, "store": "Acme", "videos": [{"url": "v"}],
                "categories": ["Lamps"], "bought_together": None,
            },
            Item("B1", title="Lamp", description="bright\na lamp", categories=("Lamps", "Home"), price=7.99,
                 attributes={"Color": "red", "brand": "Acme"}, media={"image": ("l",)}),
        ),
        "gorse-items": (
            {"item_id": "1", "is_hidden": "true", "categories": "a|b", "labels": "x|y",
             "time_stamp": "1970-01-02 00:00:00 +0000 UTC", "description": "d"},
            Item("1", description="d", categories=("a", "b"), attributes={"labels": ("x", "y")},
                 created_at=86_400.0, available=False),
        ),
        "movielens-movies": (
            {"movieId": "1", "title": "Toy Story (1995)", "genres": "(no genres listed)"},
            Item("1", title="Toy Story (1995)"),
        ),
        "hm-articles": (
            {"article_id": "0108775015", "prod_name": "Strap top", "product_type_name": "Vest top",
             "product_type_no": "253", "colour_group_name": "Black", "detail_desc": "Jersey top."},
            Item("0108775015", title="Strap top", description="Jersey top.", categories=("Vest top",),
                 attributes={"colour": "Black"}),
        ),
    }  # fmt: skip
    row, item = rows[name]
    found, reading = items(row, mapping=presets()[name].mapping)
    assert (found, told(reading)) == ([item], [])
