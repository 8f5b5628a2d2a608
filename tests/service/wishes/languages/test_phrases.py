from __future__ import annotations

from service.wishes.languages.en.tokens import tokenised
from service.wishes.languages.phrases import phrases_of, words_of

TABLE = phrases_of({1: "no, no more", 2: "no more than"})


def test_the_longest_phrase_is_found() -> None:
    assert TABLE.at(tokenised("no war"), 0) == (1, 1)
    assert TABLE.at(tokenised("no more war"), 0) == (1, 2)
    assert TABLE.at(tokenised("no more than 3"), 0) == (2, 3)
    assert TABLE.at(tokenised("war"), 0) is None


def test_what_is_quoted_is_no_phrase() -> None:
    assert phrases_of({1: "'no'"}).at(tokenised("'no'"), 0) is None


def test_words_are_parted_by_spaces() -> None:
    assert words_of("a\n b") == {"a", "b"}
