"""Ages of people in Chinese words: who is meant by 六岁孩子.

Owns what people of an age are called. Knows no catalogue.
"""

from __future__ import annotations

import re

from service.wishes.languages.zh.numbers import NUMBER, value_of

_CALLED = (
    (2, {"岁": "婴儿", "歲": "嬰兒"}),
    (13, {"岁": "儿童", "歲": "兒童"}),
    (18, {"岁": "青少年", "歲": "青少年"}),
)
"""What people below an age are called, in either script. Grown-ups are called nothing that tells
their age."""
_AGE = re.compile(
    rf"(?P<age>{NUMBER})(?P<unit>[岁歲])大?的?(?:[小女男]?孩子?|宝宝|寶寶|[儿兒]子|女[儿兒]|[儿兒]童|小朋友|$)"
)
"""With nobody named behind it that is no child it is said of other things: 十八岁的天空."""


def by_age_group(words: str) -> str:
    """The words with what people of an age are called in the place of the age: 六岁孩子 -> 儿童."""
    return _AGE.sub(_group, words)


def _group(found: re.Match[str]) -> str:
    number = value_of(found["age"])
    if number is None:
        return found[0]
    return next((names[found["unit"]] for below, names in _CALLED if number < below), found[0])
