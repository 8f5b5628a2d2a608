from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.wishes.languages.text import Kind, Source, Token, fold


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_what_keyboards_make_different_is_folded() -> None:
    assert fold("Don’t – “１２３” ￥５") == 'don\'t - "123" ¥5'
    assert fold("İ") == "İ"  # two characters in small letters


def test_an_excerpt_is_as_it_was_written_with_single_spaces() -> None:
    source = Source(
        "Red \n Dress", [Token(Kind.WORD, 0, 3, "red"), Token(Kind.WORD, 6, 11, "dress")]
    )
    assert source.excerpt(0, 2) == "Red Dress"
    assert source.excerpt(1, 1) == ""


def test_after_the_last_token_there_is_none() -> None:
    source = Source("x", [Token(Kind.WORD, 0, 1, "x")])
    assert (source.key(1), source.kind(1), source.joined(1)) == ("", None, False)
    assert not source.is_capital(1)
