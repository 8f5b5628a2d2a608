"""Ages of people in English words: who is meant by "six-year-old".

Owns what people of an age are called. Knows no catalogue.
"""

from __future__ import annotations

import re

from service.wishes.languages.en.numbers import number_at
from service.wishes.languages.en.tokens import tokenised

_CALLED = ((2, "babies"), (13, "children"), (18, "teenagers"))
"""What people below an age are called. Grown-ups are called nothing that tells their age."""
_AGE = re.compile(
    r"""
    \b(?P<age>\d{1,2}|[a-z]+(?:-[a-z]+)?)[\s-]years?[\s-]old
    (?: s\b
      | \b(?:\s(?:kids?|child|children|boys?|girls?|sons?|daughters?|nephews?|nieces?|grandsons?|granddaughters?)\b)
      | $ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""With nobody named behind it that is no child it is said of other things: "12 year old whisky"."""


def by_age_group(words: str) -> str:
    """The words with what people of an age are called in the place of the age: "toys for 6 year olds" ->
    "toys for children"."""
    return _AGE.sub(_group, words)


def _group(found: re.Match[str]) -> str:
    number = number_at(tokenised(found["age"]), 0)
    if number is None:
        return found[0]
    return next((name for below, name in _CALLED if number[0] < below), found[0])
