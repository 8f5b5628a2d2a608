"""What came after a point, as far as rows tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from indexer.errors import InvalidInput
from indexer.log.event_log import Row
from service.backup.point import Point

T = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("1234", Point(position=1234)),
        ("2026-03-01T12:00", Point(time=T)),
        ("2026-03-01 12:00:00Z", Point(time=T)),
        ("2026-03-01T13:00+01:00", Point(time=T)),
        ("2026-03-01", Point(time=T - 12 * 3600)),
    ],
)
def test_a_number_is_a_position_and_a_time_is_utc(text: str, point: Point) -> None:
    assert Point.parse(text) == point


@pytest.mark.parametrize("text", ["yesterday", "-3", "12:00", "1.5"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="position of the log, or a time"):
        Point.parse(text)


def test_a_backup_lies_before_or_after_it() -> None:
    assert Point().is_after(10**9, 1e12)
    assert Point(position=5).is_after(5, 1e12)
    assert not Point(position=5).is_after(6, 0.0)
    assert Point(time=5.0).is_after(10**9, 5.0)
    assert not Point(time=5.0).is_after(0, 5.1)
    assert (Point().is_newest, Point(position=0).is_newest, Point(time=0.0).is_newest) == (
        True,
        False,
        False,
    )


def _item(created_at: float | None) -> Row:
    return {
        "item_index": 3,
        "item_id": "i",
        "deleted": False,
        "pending": True,
        "content": json.dumps({"created_at": created_at}),
        "content_hash": "h",
        "lacking_pictures": True,
    }


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("events", {"seq": 1, "timestamp": T + 1}),
        ("users", {"updated_at": T + 1}),
        ("models", {"created_at": T + 1}),
        ("served", {"created_at": T + 1}),
        ("aspects", {"created_at": T + 1}),
    ],
)
def test_what_came_after_a_time_is_left_out(table: str, row: Row) -> None:
    assert Point(time=T).cut(table, row) is None
    assert Point(time=T + 1).cut(table, row) == row
    assert Point().cut(table, row) == row


def test_an_item_that_came_after_a_time_leaves_its_number() -> None:
    cut = Point(time=T).cut("items", _item(T + 1))
    assert cut is not None
    assert (cut["item_index"], cut["item_id"], cut["deleted"], cut["content"]) == (3, "i", True, "")
    assert Point(time=T).cut("items", _item(T)) == _item(T)
    assert Point(time=T).cut("items", _item(None)) == _item(None)
    gone = {**_item(T + 1), "deleted": True, "content": ""}
    assert Point(time=T).cut("items", gone) == gone


def test_a_position_cuts_events_and_nothing_else() -> None:
    point = Point(position=5)
    assert point.cut("events", {"seq": 6, "timestamp": 0.0}) is None
    assert point.cut("events", {"seq": 5, "timestamp": 1e12}) is not None
    assert point.cut("items", _item(1e12)) == _item(1e12)
    assert point.cut("models", {"created_at": 1e12}) is not None
    assert point.cut("meta", {"key": "a", "value": "b"}) == {"key": "a", "value": "b"}
