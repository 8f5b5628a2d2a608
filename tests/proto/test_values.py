"""Rows as dictionaries become the messages they describe."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from palate import values
from palate.v1 import catalog_pb2, event_pb2, recommend_pb2


def test_an_item_row_keeps_the_type_of_each_attribute() -> None:
    message = values.item(
        {
            "item_id": "f1",
            "categories": ["Horror"],
            "attributes": {
                "director": "Scott",
                "minutes": 117,
                "colour": True,
                "cast": ["Weaver"],
                "none": None,
            },
            "price": 0.0,
            "available": False,
            "description": None,
        }
    )
    assert {name: value.WhichOneof("kind") for name, value in message.attributes.items()} == {
        "director": "string_value",
        "minutes": "number_value",
        "colour": "bool_value",
        "cast": "string_list",
    }
    assert message.HasField("price")
    assert message.HasField("available")
    assert not message.HasField("created_at")


def test_pictures_are_one_or_several() -> None:
    single, several = values.pictures({"a": b"1", "b": [b"2", b"3"]})
    assert single == {"a": b"1"}
    assert {item_id: list(pictures.images) for item_id, pictures in several.items()} == {
        "b": [b"2", b"3"]
    }


def test_what_is_not_said_is_not_set() -> None:
    message = values.item({"item_id": "f1"})
    assert message == catalog_pb2.Item(item_id="f1")
    assert not message.HasField("available")


def test_a_message_passes_through() -> None:
    message = catalog_pb2.Item(item_id="f1")
    assert values.item(message) is message


@pytest.mark.parametrize(
    "moment",
    [
        1_704_164_645.25,
        "2024-01-02T03:04:05.25Z",
        "2024-01-02T04:04:05.25+01:00",
        datetime(2024, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC),
        datetime(2024, 1, 2, 3, 4, 5, 250_000),  # without a zone: UTC
        datetime(2024, 1, 2, 4, 4, 5, 250_000, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_times_may_be_written_in_several_ways(moment: float | str | datetime) -> None:
    message = values.timestamp(moment)
    assert (message.seconds, message.nanos) == (1_704_164_645, 250_000_000)


def test_an_event_without_a_time_gets_one_so_that_a_repeated_attempt_is_the_same_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("palate.values.time.time", lambda: 1_700_000_000.5)
    row = {"user_id": "u", "item_id": "i", "event_type": "watch"}
    given = event_pb2.Event(**row)
    assert values.event(row) == values.event(given)
    assert values.event(row).timestamp.ToMilliseconds() == 1_700_000_000_500
    assert not given.HasField("timestamp")  # the caller's message is left as it was


def test_a_value_of_zero_is_a_value() -> None:
    row = {"user_id": "u", "item_id": "i", "event_type": "rating"}
    assert values.event({**row, "value": 0}).HasField("value")
    assert not values.event({**row, "value": None}).HasField("value")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"item_id": "f1", "titel": "x"}, "'titel'"),
        ({"item_id": "f1", "attributes": {"a": {"b": 1}}}, "attribute 'a'"),
        ({"item_id": "f1", "attributes": {"a": ["x", 1]}}, "attribute 'a'"),
    ],
)
def test_a_row_that_fits_no_message_is_refused_by_name(row: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        values.item(row)


def test_personalization_is_a_word_or_a_number() -> None:
    assert values.personalization("") == recommend_pb2.PERSONALIZATION_UNSPECIFIED
    assert values.personalization("full") == recommend_pb2.PERSONALIZATION_FULL
    assert values.personalization("non_profiled") == recommend_pb2.PERSONALIZATION_NON_PROFILED
    assert values.personalization(2) == 2
    with pytest.raises(ValueError, match="'some'"):
        values.personalization("some")
