"""Items, events and row errors, to messages and back."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item, RowError
from indexer.errors import InvalidInput
from palate.v1 import catalog_pb2, event_pb2, index_pb2
from service.rpc.conversion.rows import (
    event_of,
    fitting,
    item_message,
    item_of,
    row_error_message,
    row_error_of,
)
from tests.service.standin import ALIEN

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    "item", [ALIEN, Item("x"), Item("b", media={"image": ("https://example.org/1.png", "2.png")})]
)
def test_an_item_comes_back_as_it_was(item: Item) -> None:
    assert item_of(item_message(item)) == item


def test_each_attribute_keeps_its_type() -> None:
    kinds = {
        name: value.WhichOneof("kind") for name, value in item_message(ALIEN).attributes.items()
    }
    assert kinds == {
        "director": "string_value",
        "minutes": "number_value",
        "colour": "bool_value",
        "cast": "string_list",
    }


def test_what_is_not_set_has_the_default_of_an_item_and_zero_is_a_price() -> None:
    assert item_of(catalog_pb2.Item(item_id="x")) == Item("x")
    free = item_of(catalog_pb2.Item(item_id="x", price=0.0, available=False))
    assert (free.price, free.available) == (0.0, False)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (catalog_pb2.Item(), "item_id"),
        (catalog_pb2.Item(item_id="x", price=-1.0), "price"),
        (
            catalog_pb2.Item(item_id="x", attributes={"a": catalog_pb2.AttributeValue()}),
            "attributes.a",
        ),
    ],
)
def test_an_item_that_cannot_be_used_names_its_field(message: catalog_pb2.Item, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        item_of(message)
    assert caught.value.field == field


def test_where_a_picture_or_a_sound_lies_on_the_disk_is_not_told() -> None:
    item = Item(
        item_id="a",
        media={
            "image": ("/srv/songs/./posters/1.png", "/srv/songs/./2.png"),
            "audio": ("/srv/songs/./3.ogg",),
        },
    )
    message = item_message(item)
    assert (message.image, list(message.images), message.audio) == (
        "posters/1.png",
        ["2.png"],
        "3.ogg",
    )


def _event(**fields: Any) -> event_pb2.Event:
    return event_pb2.Event(user_id="u", item_id="i", event_type="rating", **fields)


def test_an_event_has_its_value_zero_its_time_and_its_id() -> None:
    message = _event(value=0.0, event_id="e1")
    message.timestamp.FromJsonString("2023-01-02T03:04:05.25Z")
    assert event_of(message, NOW) == Event("u", "i", "rating", 0.0, 1_672_628_645.25, "e1")


def test_an_event_without_value_time_and_id_happened_now() -> None:
    assert event_of(_event(), NOW) == Event("u", "i", "rating", None, NOW, None)


def test_an_event_that_cannot_be_used_names_its_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        event_of(_event(value=float("nan")), NOW)
    assert caught.value.field == "value"


def test_rows_count_from_0_on_the_wire_and_from_1_here() -> None:
    error = RowError(3, "x", "why")
    message = row_error_message(error)
    assert message == catalog_pb2.RowError(row=2, item_id="x", reason="why")
    assert row_error_of(message) == error


def test_a_row_without_a_readable_id_has_none() -> None:
    error = RowError(1, None, "it has no id")
    assert row_error_message(error).item_id == ""
    assert row_error_of(row_error_message(error)) == error


@pytest.mark.parametrize("n", [0, 1, 3, 200])
def test_as_many_fit_as_a_message_of_that_size_holds(n: int) -> None:
    items = [catalog_pb2.Item(item_id=str(number), title="x" * number) for number in range(n)]
    whole = index_pb2.ListItemsResponse(items=items).ByteSize()
    assert fitting(items, whole + 8 * n) == n
    for limit in range(0, whole, max(1, whole // 20)):
        held = index_pb2.ListItemsResponse(items=items[: fitting(items, limit)])
        assert held.ByteSize() <= limit
