"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ingest.values.number import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("49.90", 49.9),
        (" 7 ", 7.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("$49.90", 49.9),
        ("49,90 EUR", 49.9),
        ("15.00 USD", 15.0),
        ("1.234,56 €", 1234.56),
        ("1,234.56", 1234.56),
        ("1,234", 1234.0),
        ("1.234", 1.234),
        ("CHF 1'234.50", 1234.5),
        ("£1 299,00", 1299.0),
        ("from 7.99", 7.99),
        ("-5", -5.0),
        ("-$5.00", -5.0),
        ("free", 0.0),
    ],
)
def test_prices_in_usual_forms(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "value",
    [
        "N/A",
        "call us",
        "",
        "-",
        True,
        None,
        [],
        "inf",
        float("inf"),
        10**400,
        "1e999",
        "x" * 80 + "1",
    ],
)
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert number(value) is None


def test_a_sentence_with_a_number_in_it_is_none() -> None:
    assert number("we will call you about this in 5 days") is None


def test_the_mark_of_the_column_decides_where_both_readings_are_possible() -> None:
    assert (number("1.234", ","), number("1,234", ",")) == (1234.0, 1.234)
    assert number("1,234.50", ".") == 1234.5
    assert number("12", ",") == 12.0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read_back(value: float) -> None:
    assert number(repr(value)) == value == number(value)


def test_whole_numbers_and_decimals_are_taken_as_they_are() -> None:
    assert (number(3), number(Decimal("2.5"))) == (3.0, 2.5)
