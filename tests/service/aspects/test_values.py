"""Which words may be kept."""

from __future__ import annotations

import doctest

import pytest

from service.aspects import values
from service.aspects.values import is_harmless, is_telling, normal


def test_the_examples_hold() -> None:
    assert doctest.testmod(values).failed == 0


@pytest.mark.parametrize(
    "value",
    [
        "film noir",
        "the 1920s",
        "1939-1945",
        "1939 - 1945",
        "Dr. Strange fans",
        "rock 'n' roll",
        "sci-fi/fantasy",
        "ages 8-12",
        "World War II",
        "München, 1972",
        "黑色电影",
        "50% cotton",
        "24/7",
        "BUY NOW",  # fits the schema: what an order in an item's text can at worst bring about
    ],
)
def test_short_names_of_things_are_harmless(value: str) -> None:
    assert is_harmless(value)
    assert is_telling(value)


@pytest.mark.parametrize(
    "value",
    [
        "https://shop.example",
        "ftp://x",
        "www.shop",
        "see shop.example",
        "shop.example/win",
        "me@shop.example",
        "@handle",
        "+49 30 1234",
        "call 555-123-4567",
        "(030) 123 45 67",
        "dark\u202elight",
        "dark\u200b",
        "two\nlines",
        "nul\x00",
        "line\u2028end",
        "<b>bold</b>",
        "[click](here)",
        "`code`",
        "{item}",
    ],
)
def test_what_leads_somewhere_or_cannot_be_seen_is_not(value: str) -> None:
    assert not is_harmless(value)


@pytest.mark.parametrize("value", ["", "-", "...", "none", "Unknown", "N/A", "not specified"])
def test_what_says_nothing_is_told(value: str) -> None:
    assert not is_telling(value)


def test_the_same_words_have_one_form() -> None:
    assert normal("  film   noir\n") == "film noir"
    assert normal("cafe\u0301") == "café"
    assert normal("two\nlines") == "two\nlines"  # for `is_harmless` to see
