"""Bounds in Chinese wishes, alone and beside other parts."""

from __future__ import annotations

import pytest

from service.wishes.languages.zh.grammar import Chinese
from tests.service.wishes.languages.shorthand import shorthand

ALONE = {
    "五十元以下": "price <=50",
    "50块以内": "price <=50",
    "七十年代的": "year 1970..1979",
    "1980年以前的": "year <1980",
    "九十年代": "year 1990..1999",
    "便宜一点": "price down",
    "新一点": "newness up",
    "两小时以内": "minutes <=120",
    "１００元以下": "price <=100",
    "一个半小时": "minutes 72..108",
    "至少4星": "星 >=4",
    "2005年以后的": "year >2005",
    "从1980年到1989年": "year 1980..1989",
    "有现货的": "availability up",
    "不要太贵": "price down",
    "不要50块以上的": "price <50",
    "预算200": "price <=200",
}


BESIDE = {
    "50到100元的红色裙子": "want 红色裙子 | price 50..100",
    "两百五十块以内的裙子": "want 裙子 | price <=250",
    "300页以内的书": "want 书 | 页 <=300",
    "100元左右的帽子": "want 帽子 | price 80..120",
    "80年代初的歌": "want 歌 | year 1980..1983",
}


@pytest.mark.parametrize(("utterance", "expected"), ALONE.items())
def test_a_limit_is_read(utterance: str, expected: str) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected


@pytest.mark.parametrize(("utterance", "expected"), BESIDE.items())
def test_words_around_a_limit_are_clauses(utterance: str, expected: str) -> None:
    assert shorthand(Chinese().parse(utterance)) == expected
