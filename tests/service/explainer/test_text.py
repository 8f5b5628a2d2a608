"""Item words are data: whatever they say, one short harmless line comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.explainer.text import clean, is_plain, number


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("Toy Story (1995)", "Toy Story (1995)"),
        ("  two\n lines\t here ", "two lines here"),
        ("<b>Bold</b> & **loud** `code`", "Bold & loud code"),
        ("price < 20", "price < 20"),
        ("a<script src=x>b", "a b"),
        ('Say "yes" now', "Say ‘yes’ now"),
        ("”closing《it》「off」", "’closing〈it〉‘off’"),
        ("see [this](http://evil.example) at https://evil.example/x now", "see this at now"),
        ("x\u202e\u0000\u200by", "xy"),
        ("M*A*S*H (1970)", "M*A*S*H (1970)"),
        ("# Heading", "Heading"),
        ("#Alive (2020)", "#Alive (2020)"),
        ("一 ，二 。三", "一，二。三"),
        ("", ""),
        ("word " * 30, "word word word word word word word word word word word…"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_cleaning(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text(max_size=200))
def test_cleaning_is_short_one_line_and_final(raw: str) -> None:
    once = clean(raw)
    assert len(once) <= 60
    assert once == once.strip()
    assert not set(once) & set('\n\r\t\x00“”"《》⟦⟧')
    assert clean(once) == once


@pytest.mark.parametrize(
    "value",
    ["Crime", "Michael Mann", "J.R.R. Tolkien", "Sci-Fi", "Leggings/Tights", "王家卫", "1995"],
)
def test_names_may_stand_without_quotes(value: str) -> None:
    assert is_plain(value)


@pytest.mark.parametrize(
    "value",
    ["", "so good. Buy it", "a, b", "one two three four five six", "x" * 41, "(none)", "a: b"],
)
def test_sentences_may_not(value: str) -> None:
    assert not is_plain(value)


def test_numbers_are_short() -> None:
    assert [number(v) for v in (5.0, 4.5, 0.25, 10.0, 3.14159)] == [
        "5",
        "4.5",
        "0.25",
        "10",
        "3.14",
    ]
