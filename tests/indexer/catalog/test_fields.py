"""One value of a row, checked: what is taken, as what, and what is refused with which words."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from indexer.catalog import fields
from indexer.errors import InvalidInput

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("value", "expected"), [("a b", "a b"), ("中", "中"), (42, "42"), (-1, "-1")]
)
def test_an_id_is_text_or_a_whole_number(value: object, expected: str) -> None:
    assert fields.identifier({"id": value}, "id") == expected


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "required"),
        ("", "must not be empty"),
        ("\u00a0", "must not be empty"),
        ("x" * 513, "513 characters, at most 512"),
        ("a\tb", "control characters"),
        ("half \ud83d", "control characters"),
        (1.5, "must be text"),
        (True, "must be text"),
        (10**18, "must be text"),
        (["a"], "must be text"),
    ],
)
def test_an_id_that_is_none_is_refused(value: object, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as caught:
        fields.identifier({"id": value}, "id")
    assert caught.value.field == "id"


def test_a_field_nobody_reads_is_refused_with_those_that_are_read() -> None:
    fields.reject_unknown({"a": 1}, ("a", "b"))
    with pytest.raises(InvalidInput, match=r"c is 1: .*known are a, b; drop it"):
        fields.reject_unknown({"c": 1}, ("a", "b"), "; drop it")


def test_free_text_is_taken_as_it_is_and_a_label_is_one_line() -> None:
    assert fields.text("a\n b ", "t", 10) == "a\n b "
    assert fields.text(None, "t", 10, default="d") == fields.text("", "t", 10, default="d") == "d"
    assert fields.label("a b", "t") == "a b"
    for value, why in ((1, "must be text"), ("x" * 11, "11 characters"), ("a\0", "NUL")):
        with pytest.raises(InvalidInput, match=why):
            fields.text(value, "t", 10)
    with pytest.raises(InvalidInput, match="control characters"):
        fields.label("a\nb", "t")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), (2.5, 2.5), ("-3.5e2", -350.0), (" 4 ", 4.0), (Decimal("0.1"), 0.1)],
)
def test_a_number_may_be_written_as_text(value: object, expected: float) -> None:
    assert fields.number(value, "n") == expected


@pytest.mark.parametrize(
    "value", ["$49.90", "1,5", "nan", math.nan, math.inf, True, [], 10**400, "1e999"]
)
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match=r"it must be a (finite )?number"):
        fields.number(value, "n")


def test_no_number_is_none() -> None:
    assert fields.number(None, "n") is fields.number("", "n") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_500_000_000, 1_500_000_000.0),
        ("1500000000.5", 1_500_000_000.5),
        ("2020-01-01", datetime(2020, 1, 1, tzinfo=UTC).timestamp()),
        ("2020-01-01T12:30:00Z", datetime(2020, 1, 1, 12, 30, tzinfo=UTC).timestamp()),
        ("2020-01-01 12:30+02:00", datetime(2020, 1, 1, 10, 30, tzinfo=UTC).timestamp()),
        (datetime(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC).timestamp()),
        (
            datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=1))),
            datetime(2019, 12, 31, 23, tzinfo=UTC).timestamp(),
        ),
        (date(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC).timestamp()),
        (NOW + fields.MAX_AHEAD_S, NOW + fields.MAX_AHEAD_S),
    ],
)
def test_a_time_is_seconds_or_rfc_3339(value: object, expected: float) -> None:
    assert fields.timestamp(value, "t", now=NOW) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("yesterday", "unix seconds or RFC 3339"),
        ("2020-13-01", "no such time"),
        (NOW + fields.MAX_AHEAD_S + 1, "in the future$"),
        (1_700_000_000_000, r"in the future \(milliseconds\? divide by 1000\)"),
        (True, "must be a number"),
    ],
)
def test_what_is_no_time_is_refused(value: object, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        fields.timestamp(value, "t", now=NOW)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("YES", True),
        (1, True),
        ("0", False),
        ("no ", False),
        (None, True),
        ("", True),
    ],
)
def test_a_truth_value_has_several_spellings_and_a_default(value: object, expected: bool) -> None:
    assert fields.boolean(value, "b", default=True) is expected


@pytest.mark.parametrize("value", ["maybe", 2, 1.0, []])
def test_what_is_neither_true_nor_false_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="it must be true or false"):
        fields.boolean(value, "b", default=True)


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_a_cell_that_should_be_json_is_refused_where_it_is_none(text: str) -> None:
    read: Callable[[str, str], object] = fields.from_json_text
    assert read('{"a": [1]}', "c") == {"a": [1]}
    with pytest.raises(InvalidInput, match="it must be JSON"):
        read(text, "c")
