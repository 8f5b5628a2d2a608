"""Rows of a batch are independent, and errors name the line of the request."""

from __future__ import annotations

import pytest

from indexer.catalog.item import Item, RowError
from palate.v1 import catalog_pb2, event_pb2, index_pb2
from service.errors import InvalidInput, TooLarge
from service.rpc.conversion.batches import event_batch, item_batch


def _items(*item_ids: str, **media: dict[str, bytes]) -> index_pb2.IndexItemsRequest:
    items = [catalog_pb2.Item(item_id=item_id) for item_id in item_ids]
    return index_pb2.IndexItemsRequest(items=items, **media)


def test_a_bad_row_is_reported_with_its_line_and_the_others_go_on() -> None:
    batch, _, _ = item_batch(_items("a", "", "b"), limit=3)
    assert (batch.rows, batch.lines) == ([Item("a"), Item("b")], [1, 3])
    (failed,) = batch.failed
    assert (failed.line, failed.item_id) == (2, None)
    assert "item_id" in failed.reason


def test_of_two_rows_of_one_id_the_first_is_used() -> None:
    batch, _, _ = item_batch(_items("a", "b", "a"), limit=3)
    assert batch.lines == [1, 2]
    assert [(error.line, error.item_id) for error in batch.failed] == [(3, "a")]
    assert "row 0 was used" in batch.failed[0].reason


def test_what_fails_later_is_told_by_its_line_in_the_request_and_in_its_order() -> None:
    batch, _, _ = item_batch(_items("a", "", "b", "c"), limit=4)
    later = [RowError(3, "c", "disk"), RowError(1, "a", "disk")]
    assert [(error.line, error.item_id) for error in batch.all_failed(later)] == [
        (1, "a"),
        (2, None),
        (4, "c"),
    ]


def test_an_error_without_a_line_is_placed_by_its_item() -> None:
    batch, _, _ = item_batch(_items("", "b"), limit=2)
    assert batch.in_request([RowError(0, "b", "broken picture")]) == [
        RowError(2, "b", "broken picture")
    ]


def test_pictures_and_sounds_go_with_the_rows_that_can_be_used() -> None:
    message = _items("a", "b", images={"a": b"1"}, sounds={"b": b"2"})
    message.image_lists["b"].images.extend([b"3", b"4"])
    message.items.add(item_id="bad", price=-1.0)
    message.sounds["bad"] = b"5"
    _, images, sounds = item_batch(message, limit=3)
    assert images == {"a": [b"1"], "b": [b"3", b"4"]}
    assert sounds == {"b": b"2"}


def test_pictures_of_no_item_are_refused_before_any_row_is_read() -> None:
    with pytest.raises(InvalidInput, match="its keys must be item ids of this request") as caught:
        item_batch(_items("a", images={"z": b"1"}), limit=1)
    assert caught.value.field == "images"


def test_a_request_without_rows_or_with_too_many_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one"):
        item_batch(_items(), limit=1)
    with pytest.raises(TooLarge):
        item_batch(_items("a", "b"), limit=1)


def test_events_without_a_time_happened_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.rpc.conversion.batches.time.time", lambda: 1_700_000_000.0)
    events = [event_pb2.Event(user_id="u", item_id=i, event_type="view") for i in ("a", "", "b")]
    batch = event_batch(index_pb2.RecordEventsRequest(events=events), limit=3)
    assert [(event.item_id, event.timestamp) for event in batch.rows] == [
        ("a", 1_700_000_000.0),
        ("b", 1_700_000_000.0),
    ]
    assert [error.line for error in batch.failed] == [2]
