"""The words of a language are found where they are words, with `T` and `N` for facts and numbers."""

from __future__ import annotations

import re

import pytest

from service.explainer.languages.loading import load_language
from service.explainer.verify.expressions import NUMBER, find_all, search

ENGLISH, CHINESE = load_language("en"), load_language("zh")
FIRST = "⟦\ue000⟧"


def test_english_words_end_at_the_edges_of_words() -> None:
    assert search("new|fresh", "it is fresh", ENGLISH) == "fresh"
    assert search("new", "it is newer", ENGLISH) == ""
    assert search("new", "renew it", ENGLISH) == ""
    assert search("new", "it_new", ENGLISH) == ""


def test_chinese_words_have_no_edges() -> None:
    assert search("图片", "它的图片与它相近", CHINESE) == "图片"


def test_t_stands_for_a_fact_and_n_for_a_number() -> None:
    assert search("like T", f"it is like {FIRST}", ENGLISH) == f"like {FIRST}"
    assert search("like T", "it is like that", ENGLISH) == ""
    assert search("N people", "1,204 people chose it", ENGLISH) == "1,204 people"
    assert search("TV", "a tv", ENGLISH) == ""  # a T within a word is a letter


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("31 of 1,204", ["31", "1,204"]),
        ("4.5 and 12.", ["4.5", "12"]),
        ("h2o and v1.2", []),
        ("1234567", ["1234567"]),
    ],
)
def test_numbers_are_whole(text: str, numbers: list[str]) -> None:
    assert re.findall(NUMBER, text) == numbers


def test_every_match_is_found() -> None:
    assert [m.start() for m in find_all("both", "both or both", ENGLISH)] == [0, 8]
