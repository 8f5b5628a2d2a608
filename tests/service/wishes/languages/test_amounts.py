from __future__ import annotations

import pytest

from service.wishes.languages.amounts import first_year_of, is_year, number_of


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("50", 50),
        ("12.99", 12.99),
        ("12,99", 12.99),
        ("1,000", 1000),
        ("1.000", 1000),
        ("1,000.50", 1000.5),
        ("1.000,50", 1000.5),
        ("1,234,567", 1234567),
        ("1.2.3", None),
        ("70s", None),
        ("9" * 13, None),
    ],
)
def test_separators_are_read_as_a_person_means_them(digits: str, number: float | None) -> None:
    assert number_of(digits) == number


def test_decades_of_two_digits_have_a_century() -> None:
    assert [first_year_of(decade) for decade in (0, 10, 20, 70, 1970, 2010)] == [
        2000,
        2010,
        1920,
        1970,
        1970,
        2010,
    ]


def test_a_year_is_of_the_last_or_this_century() -> None:
    assert [is_year(number) for number in (1899, 1900, 2099, 2100, 1950.5)] == [
        False,
        True,
        True,
        False,
        False,
    ]
