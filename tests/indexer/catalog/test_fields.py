"""One value of a row at a time: what is taken, what it becomes, and what is said when it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from indexer.catalog.fields import (
    MAX_AHEAD_S,
    MAX_ID_CHARS,
    boolean,
    from_json_text,
    identifier,
    is_absent,
    label,
    number,
    reject_unknown,
    text,
    timestamp,
)
from indexer.errors import InvalidInput

NOW = 1_700_000_000.0


@pytest.mark.parametrize("value", [None, ""])
def test_none_and_the_empty_text_are_absent_for_every_kind(value: object) -> None:
    assert is_absent(value)
    assert text(value, "f", 10, "d") == "d"
    assert label(value, "f", default="d") == "d"
    assert number(value, "f") is None
    assert timestamp(value, "f") is None
    assert boolean(value, "f", True) is True


@pytest.mark.parametrize("value", [0, 0.0, False, " ", []])
def test_zero_and_false_are_not_absent(value: object) -> None:
    assert not is_absent(value)


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("a", "a"),
        (7, "7"),
        (-7, "-7"),
        ("漫画 1", "漫画 1"),
        (" padded ", " padded "),
        ("x" * MAX_ID_CHARS, "x" * MAX_ID_CHARS),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_an_id_is_text_or_a_whole_number(value: object, taken: str) -> None:
    assert identifier({"id": value}, "id") == taken


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "it is required"),
        (True, "it must be text"),
        (1.5, "it must be text"),
        (10**18, "it must be text"),
        ("", "it must not be empty"),
        ("  ", "it must not be empty"),
        ("x" * (MAX_ID_CHARS + 1), "it has 513 characters, at most 512 are allowed"),
        ("a\nb", "it must not contain control characters"),
        ("a\x7fb", "it must not contain control characters"),
        ("a\ud800", "it must not contain control characters"),
    ],
)
def test_what_is_no_id_is_refused_with_the_reason(value: object, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        identifier({"id": value}, "id")


def test_a_missing_id_is_required_by_its_name() -> None:
    with pytest.raises(InvalidInput, match="user_id"):
        identifier({}, "user_id")


def test_text_keeps_its_lines_and_a_label_has_one() -> None:
    assert text("one\ntwo", "f", 10) == "one\ntwo"
    with pytest.raises(InvalidInput, match="control characters"):
        label("one\ntwo", "f")


@pytest.mark.parametrize("value", ["a\x00b", "half \ud83d"])
def test_what_no_database_stores_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="NUL or half of a surrogate pair"):
        text(value, "f", 100)


def test_text_of_another_type_or_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="it must be text"):
        text(5, "f", 10)
    with pytest.raises(InvalidInput, match="it has 1,001 characters, at most 1,000 are allowed"):
        text("x" * 1_001, "f", 1_000)


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        (3, 3.0),
        (2.5, 2.5),
        ("2.5", 2.5),
        (" -1e3 ", -1_000.0),
        ("+7", 7.0),
        (Decimal("0.1"), 0.1),
    ],
)
def test_a_number_may_be_written_as_text(value: object, taken: float) -> None:
    assert number(value, "price") == taken


@pytest.mark.parametrize("value", ["$49.90", "1,000", "0x10", "1_000", "nan", True, [1], "٣٫٥"])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="it must be a number"):
        number(value, "price")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1e999", 10**400, Decimal("NaN")])
def test_a_number_without_end_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="it must be a finite number"):
        number(value, "price")


@pytest.mark.parametrize(
    "value",
    [
        NOW,
        "1700000000",
        "2023-11-14T22:13:20Z",
        "2023-11-14t22:13:20z",
        "2023-11-14 22:13:20",
        "2023-11-15T00:13:20+02:00",
        datetime(2023, 11, 14, 22, 13, 20),
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        datetime(2023, 11, 14, 23, 13, 20, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_one_moment_in_every_spelling(value: object) -> None:
    assert timestamp(value, "t", now=NOW) == NOW


def test_a_day_begins_at_midnight_utc() -> None:
    midnight = datetime(2023, 11, 14, tzinfo=UTC).timestamp()
    assert timestamp("2023-11-14", "t", now=NOW) == midnight
    assert timestamp(date(2023, 11, 14), "t", now=NOW) == midnight


def test_a_time_before_1970_is_a_time() -> None:
    assert timestamp(-1.0, "t", now=NOW) == -1.0


def test_a_time_may_be_a_day_ahead_and_no_more() -> None:
    assert timestamp(NOW + MAX_AHEAD_S, "t", now=NOW) == NOW + MAX_AHEAD_S
    with pytest.raises(InvalidInput, match=r"more than a day in the future$"):
        timestamp(NOW + MAX_AHEAD_S + 1, "t", now=NOW)


def test_milliseconds_are_recognized() -> None:
    with pytest.raises(InvalidInput, match=r"\(milliseconds\? divide by 1000\)"):
        timestamp(NOW * 1_000, "t", now=NOW)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("yesterday", "it must be unix seconds or RFC 3339, like 2026-05-01T12:30:00Z"),
        ("2023-13-01", r"no such time \(month must be"),
        ("14.11.2023", "it must be unix seconds or RFC 3339"),
        (True, "it must be a number"),
    ],
)
def test_what_is_no_time_is_refused_with_an_example(value: object, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        timestamp(value, "t", now=NOW)


@pytest.mark.parametrize(
    ("value", "taken"),
    [(True, True), ("TRUE", True), (1, True), (" yes ", True), ("0", False), ("No", False)],
)
def test_a_boolean_in_every_spelling(value: object, taken: bool) -> None:
    assert boolean(value, "available", not taken) is taken


@pytest.mark.parametrize("value", ["maybe", 2, 1.0, []])
def test_what_is_neither_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="it must be true or false"):
        boolean(value, "available", True)


def test_a_cell_of_json_is_its_value() -> None:
    assert from_json_text('{"a": [1, null]}', "attributes") == {"a": [1, None]}


@pytest.mark.parametrize("value", ["{a: 1}", "[" * 100_000])
def test_a_cell_that_is_no_json_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="it must be JSON"):
        from_json_text(value, "attributes")


def test_a_field_nobody_would_read_is_answered_with_the_known_ones() -> None:
    reject_unknown({"title": "x"}, ["title", "price"])
    with pytest.raises(
        InvalidInput, match="there is no such field; known are title, price; see the manual"
    ):
        reject_unknown({"titel": "x"}, ["title", "price"], hint="; see the manual")


@pytest.mark.parametrize(
    "refusing",
    [
        lambda: identifier({"f": "a\nb"}, "f"),
        lambda: text(5, "f", 1),
        lambda: number("x", "f"),
        lambda: timestamp("x", "f"),
        lambda: boolean("x", "f", True),
        lambda: from_json_text("{", "f"),
    ],
)
def test_every_refusal_names_the_field(refusing: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        refusing()
    assert caught.value.metadata["field"] == "f"
