"""Text as people wrote it, of text as systems export it: markup gone, entities as characters.

Owns what counts as HTML: the tags it knows, so that `vector<int>` stays. Knows no fields.
"""

from __future__ import annotations

import html
import re

import nh3

ABSENT = frozenset(
    {"", "null", "NULL", "Null", "None", "nan", "NaN", "NAN", "<NA>", "NaT", "nil", "undefined"}
    | {r"\N", "#N/A"}
)
"""How programs write that there is nothing, to the letter: "none" may be an id, and is a word."""

_LONGER = 12
"""Characters that none of these has, be there a space beside it."""

_TAG = re.compile(
    r"</?(?:a|abbr|article|b|big|blockquote|body|br|center|code|col|dd|div|dl|dt|em|figure|font|form|"
    r"h[1-6]|head|hr|html|i|iframe|img|input|label|li|link|meta|nav|ol|p|pre|s|script|section|small|"
    r"span|strike|strong|style|sub|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)(?:\s[^<>]*)?/?>|<!--",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"<(?=/?(?:article|blockquote|br|dd|div|dt|h[1-6]|hr|li|ol|p|pre|section|table|td|th|tr|ul)\b)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_CLEANER = nh3.Cleaner(tags=set(), clean_content_tags={"script", "style", "head", "title", "svg"})
"""Leaves no tag, and nothing of what is in those that nobody reads."""
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def is_absent(value: object) -> bool:
    """Whether a value says nothing: null, NaN, an empty text, or a word that programs write for
    these.

    >>> [is_absent(value) for value in (None, float("nan"), " ", "NaN", "none", 0, [])]
    [True, True, True, True, False, False, True]
    """
    if isinstance(value, str):
        return (len(value) < _LONGER and value.strip() in ABSENT) or value.isspace()
    if value is None:
        return True
    if isinstance(value, float):
        return value != value
    return isinstance(value, list | tuple | dict) and not value


def has_markup(text: str) -> bool:
    """Whether tags of HTML stand in it."""
    return "<" in text and _TAG.search(text) is not None


def plain(text: str) -> str:
    """Without markup, entities and what cannot be stored.

    >>> plain("<p>Soft &amp; <b>warm</b></p><ul><li>red</li><li>blue</li></ul>")
    'Soft & warm\\nred\\nblue'
    >>> plain("fits vector<int> &lt; 5 & more")
    'fits vector<int> < 5 & more'
    """
    if "<" in text and _TAG.search(text):
        text = _without_tags(text)
    elif "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if not text.isprintable() and _UNSTORABLE.search(text):
        text = _UNSTORABLE.sub("", text)
    return text.strip()


def one_line(text: str) -> str:
    """The same on one line."""
    text = plain(text)
    return text if text.isprintable() else _CONTROL.sub(" ", text).strip()


def _without_tags(text: str) -> str:
    cleaned = html.unescape(_CLEANER.clean(_BLOCK.sub("\n<", text)))
    lines = (" ".join(line.split()) for line in cleaned.split("\n"))
    return "\n".join(filter(None, lines))
