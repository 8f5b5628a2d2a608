from __future__ import annotations

import pytest

from service.wishes.languages.en.forms import forms_of, is_comparative, is_plural


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("westerns", "western"),
        ("western", "westerns"),
        ("comedies", "comedy"),
        ("comedy", "comedies"),
        ("heroes", "hero"),
        ("hero", "heroes"),
        ("dresses", "dress"),
        ("dress", "dresses"),
        ("women", "woman"),
        ("woman", "women"),
        ("child", "children"),
        ("knives", "knife"),
        ("Robots", "robot"),
        ("funnier", "funny"),
        ("scariest", "scary"),
        ("bigger", "big"),
        ("sci-fi", "sci fi"),
        ("sci fi", "sci-fi"),
        ("detective films", "detective film"),
        ("Hitchcock’s", "hitchcock"),
    ],
)
def test_the_form_of_a_catalogue_comes_first(word: str, form: str) -> None:
    assert forms_of(word)[0] == form


def test_hyphens_may_be_left_out() -> None:
    assert forms_of("sci-fi") == ("sci fi", "scifi")


def test_what_only_looks_inflected_is_left() -> None:
    for word in ("series", "news"):
        assert forms_of(word) == ()
    assert "thrill" not in forms_of("thriller")


def test_a_comparative_is_told_from_who_does_something() -> None:
    more = ["funnier", "bigger", "darker", "better"]
    others = ["thriller", "killer", "summer", "under", "number", "gangster"]
    assert [word for word in more + others if is_comparative(word)] == more


def test_a_plural_is_told_from_words_that_end_as_one() -> None:
    assert is_plural("pages")
    assert not is_plural("series")
    assert not is_plural("page")
