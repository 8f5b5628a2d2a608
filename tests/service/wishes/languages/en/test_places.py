from __future__ import annotations

import pytest

from service.wishes.languages.en.places import places_at
from service.wishes.languages.en.tokens import tokenised


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("number 3", [3]),
        ("#3", [3]),
        ("no. 3", [3]),
        ("number one", [1]),
        ("the third one", [3]),
        ("the 3rd", [3]),
        ("the last one", [-1]),
        ("the second to last", [-2]),
        ("the first two", [1, 2]),
        ("the last two", [-1, -2]),
        ("number 2 and 4", [2, 4]),
        ("#2, #4 or #5", [2, 4, 5]),
    ],
)
def test_a_list_of_places_is_read(text: str, places: list[int]) -> None:
    found, end = places_at(tokenised(text), 0, named=True)
    assert [place for place, _, _ in found] == places
    assert end == len(tokenised(text).tokens)


@pytest.mark.parametrize("text", ["12 monkeys", "the third man", "#0", "#101", "one", "the best"])
def test_what_is_counted_is_no_place(text: str) -> None:
    assert places_at(tokenised(text), 0, named=False) == ([], 0)


def test_a_bare_number_is_a_place_where_none_has_to_be_named() -> None:
    assert places_at(tokenised("3"), 0, named=True)[0] == []
    assert places_at(tokenised("3"), 0, named=False)[0] == [(3, 0, 1)]
