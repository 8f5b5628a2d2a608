"""Who is meant by an age."""

from __future__ import annotations

import pytest

from service.wishes.languages.zh.ages import by_age_group


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("六岁孩子", "儿童"),
        ("6岁的女孩", "儿童"),
        ("三歲寶寶玩具", "兒童玩具"),
        ("一岁宝宝", "婴儿"),
        ("十五岁", "青少年"),
        ("六十岁", "六十岁"),
        ("十八岁的天空", "十八岁的天空"),
    ],
)
def test_an_age_becomes_what_people_of_it_are_called(words: str, expected: str) -> None:
    assert by_age_group(words) == expected
