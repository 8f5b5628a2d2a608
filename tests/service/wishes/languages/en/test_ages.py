"""Who is meant by an age."""

from __future__ import annotations

import pytest

from service.wishes.languages.en.ages import by_age_group


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("six-year-old", "children"),
        ("6 year olds", "children"),
        ("toys for 3-year-olds", "toys for children"),
        ("one year old", "babies"),
        ("Twelve-Year-Old boy", "children"),
        ("15 year old", "teenagers"),
        ("60 year old", "60 year old"),
        ("12 year old whisky", "12 year old whisky"),
        ("40-Year-Old Virgin", "40-Year-Old Virgin"),
        ("very-year-old", "very-year-old"),
        ("old", "old"),
    ],
)
def test_an_age_becomes_what_people_of_it_are_called(words: str, expected: str) -> None:
    assert by_age_group(words) == expected
