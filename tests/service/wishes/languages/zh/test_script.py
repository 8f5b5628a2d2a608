from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.wishes.languages.zh.script import is_chinese, simplified


@given(st.text())
def test_simplifying_keeps_every_place(text: str) -> None:
    assert len(simplified(text)) == len(text)


def test_function_characters_are_simplified() -> None:
    assert simplified("沒有、別太長、５０塊以內") == "没有、别太长、50块以内"


def test_chinese_is_told_from_languages_that_borrow_its_script() -> None:
    assert is_chinese("想看sci-fi电影")
    assert not is_chinese("映画が見たい")
    assert not is_chinese("films like Hana 花")
    assert not is_chinese("")
