from __future__ import annotations

import pytest

from service.wishes.languages.en.numbers import decade_at, number_at
from service.wishes.languages.en.tokens import tokenised


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("six", 6),
        ("twenty", 20),
        ("twenty-five", 25),
        ("twenty five", 25),
        ("two hundred", 200),
        ("two hundred and fifty", 250),
        ("a hundred", 100),
        ("three thousand five hundred", 3500),
        ("nineteen eighty-four", 1984),
        ("nineteen eighty four", 1984),
        ("twenty ten", 2010),
        ("1.5k", 1500),
        ("2 million", 2_000_000),
    ],
)
def test_numbers_are_read_to_their_end(text: str, number: float) -> None:
    source = tokenised(text)
    assert number_at(source, 0) == (number, len(source.tokens))


def test_two_numbers_beside_each_other_are_two() -> None:
    assert number_at(tokenised("two three"), 0) == (2, 1)
    assert number_at(tokenised("five twenty"), 0) == (5, 1)


def test_a_word_is_no_number() -> None:
    for text in ("red", "a dress", "and", ""):
        assert number_at(tokenised(text), 0) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("seventies", (1970, 1979)),
        ("70s", (1970, 1979)),
        ("1970's", (1970, 1979)),
        ("2000s", (2000, 2009)),
        ("nineteen-eighties", (1980, 1989)),
        ("nineteen eighties", (1980, 1989)),
        ("early nineties", (1990, 1993)),
        ("mid-90s", (1994, 1996)),
        ("late 60s", (1966, 1969)),
    ],
)
def test_decades_are_read_to_their_end(text: str, years: tuple[int, int]) -> None:
    source = tokenised(text)
    assert decade_at(source, 0) == (years, len(source.tokens))


def test_other_numbers_are_no_decades() -> None:
    for text in ("70", "75s", "7s", "1975s", "seventy"):
        assert decade_at(tokenised(text), 0) is None
