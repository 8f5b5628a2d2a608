"""Words, numbers and marks of an English text. Knows no words."""

from __future__ import annotations

import re

from service.wishes.languages.text import Kind, Source, Token, fold

_MAX_QUOTED = 100
_TOKEN = re.compile(
    rf"""
    (?P<quoted>"(?=[^\w"\n]{{0,9}}\w)[^"\n]{{1,{_MAX_QUOTED}}}" | 《(?=[^\w《》]{{0,9}}\w)[^《》]{{1,{_MAX_QUOTED}}}》
       | (?<!\w)'(?=\w)[^"\n]{{1,{_MAX_QUOTED}}}?(?<=[\w.!?])'(?!\w))
  | (?P<number>\d+(?:[.,]\d+)*(?:'?s\b)?)
  | (?P<word>w/o\b | w/ | (?:pre|post|early|mid|late)(?=-?\d) | (?<=\d)h(?=\d)
       | [^\W\d_]+(?=-(?:hour|minute|euro|dollar)s?\b) | (?:[^\W\d_]\.){{2,}} | [^\W\d_]\w*(?:[-'&]\w+)*)
  | (?P<mark>[,;.!?:()\[\]\n…，。；：！？、]+ | (?<=\s)-+(?=\s))
  | (?P<sign><=|>=|[$€£¥#№<>≤≥+\-/&])
    """,
    re.VERBOSE,
)


def tokenised(text: str) -> Source:
    """The text with its tokens; other characters, such as emoji, are in none."""
    tokens = [_token(match) for match in _TOKEN.finditer(fold(text))]
    return Source(text, tokens, tells_capitals=any(letter.islower() for letter in text))


def _token(match: re.Match[str]) -> Token:
    kind = Kind[str(match.lastgroup).upper()]
    key = match[0][:1] if kind is Kind.MARK else match[0].replace("'", "")
    return Token(kind, match.start(), match.end(), key)
