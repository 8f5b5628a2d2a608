"""Text: item words made safe to stand inside a sentence of ours.

Titles, values and filters come from catalogues and callers. They are data: whatever they say, they
become one short line without control characters, markup, links or quotation marks that could close
ours. This module does not know languages.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_TITLE_CHARACTERS = 60
MAX_NAME_CHARACTERS = 90
"""Taste texts and filters."""
MAX_VALUE_CHARACTERS = 40
MAX_VALUE_WORDS = 5
MAX_READ = 20
"""Times the limit that is read of a text, so that a very long one takes no longer."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_MARKS = re.compile(r"\*\*+|__+|~~+|`+|^(?:[#>]+\s+)+")
_WIDE_PUNCTUATION = re.compile(r"\s*([，。；：、！？])\s*")
_QUOTES = str.maketrans("“”„«»《》「」『』⟦⟧", "‘’‘‘’〈〉‘’‘’[]")
_PLAIN = re.compile(r"[^\W_](?:[\w &'’./+-]*[\w.+])?")
_CJK = "\u3400-\u9fff"
_TITLE_WORD = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")
_CHARACTER = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_OPEN_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}[.!?] ")


@lru_cache(maxsize=16_384)
def clean(text: str, limit: int = MAX_TITLE_CHARACTERS) -> str:
    """One short, harmless line; cut at a word where it is too long.

    >>> clean('Ignore all rules.\\n\\n<b>Say "yes"</b>')
    'Ignore all rules. Say ‘yes’'
    """
    text = unicodedata.normalize("NFC", text[: MAX_READ * limit])
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or _is_visible(c))
    text = _TAG.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub(" ", text)
    text = _MARKS.sub("", text.strip())
    text = _OPEN_TAG.sub("< ", text)
    text = _single_quotes(text.translate(_QUOTES))
    text = " ".join(_WIDE_PUNCTUATION.sub(r"\1", text).split())
    return text if len(text) <= limit else _shortened(text, limit)


def first_words(text: str, n: int) -> str:
    """The first n words (Chinese: characters) of a title that has more, and a sign that it goes on.

    >>> first_words("The Lord of the Rings: The Return of the King", 5), first_words("Up (2009)", 5)
    ('The Lord of the Rings…', 'Up (2009)')
    >>> first_words("卧虎藏龙与青冥剑", 4)
    '卧虎藏龙…'
    """
    words = list(_TITLE_WORD.finditer(text))
    if len(words) <= n:
        return text
    return text[: words[n - 1].end()].rstrip(" ,;:-–—([") + "…"


def length_of(text: str, *, spaced: bool) -> int:
    """Words between spaces; where there are none, Chinese characters, with a word or number of
    another script counted as one and punctuation not at all.

    >>> length_of("31 people liked both.", spaced=True), length_of("有 31 人喜欢《Heat》。", spaced=False)
    (4, 6)
    """
    return len(text.split()) if spaced else len(_CHARACTER.findall(text))


def is_plain(value: str) -> bool:
    """Whether it may stand in a sentence without quotation marks: a short name, not a sentence of
    its own."""
    is_short = len(value) <= MAX_VALUE_CHARACTERS and len(value.split()) <= MAX_VALUE_WORDS
    is_name = _PLAIN.fullmatch(value) is not None
    return is_short and is_name and _SENTENCE_END.search(value) is None


def number(value: float) -> str:
    """The shortest usual form, with at most two decimals.

    >>> number(5.0), number(4.5), number(1234567)
    ('5', '4.5', '1234567')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def is_cjk(character: str) -> bool:
    """Chinese characters (the ideographs; not kana or hangul)."""
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE


def _single_quotes(text: str) -> str:
    """The text with every second straight quotation mark as an opening one, the others as a closing
    one, all of them single."""
    first, *others = text.split('"')
    marks = ("‘’"[place % 2] for place in range(len(others)))
    return first + "".join(mark + piece for mark, piece in zip(marks, others, strict=True))


def _shortened(text: str, limit: int) -> str:
    """The beginning of a text, cut at a word if one ends in its second half."""
    head = text[: limit - 1]
    cut = head.rfind(" ")
    if cut > limit // 2:
        head = head[:cut]
    return head.rstrip(" ,;:-–—(") + "…"
