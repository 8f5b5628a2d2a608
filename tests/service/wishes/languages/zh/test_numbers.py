from __future__ import annotations

import pytest

from service.wishes.languages.zh.numbers import matched, value_of


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("五十", 50),
        ("十", 10),
        ("十二", 12),
        ("一百二十", 120),
        ("一百零五", 105),
        ("两百五", 250),
        ("两千三", 2300),
        ("三万五千", 35_000),
        ("一九八〇", 1980),
        ("50", 50),
        ("3千", 3000),
        ("1,000.5", 1000.5),
    ],
)
def test_a_number_is_worth_what_it_says(text: str, number: float) -> None:
    assert matched("N").fullmatch(text)
    assert value_of(text) == number
