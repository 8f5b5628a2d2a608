"""Which words of a model may be kept: a short name of something, and no way to reach anybody."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(" {2,}")
_MARKUP = re.compile(r"[<>{}\[\]`|\\@]")
_ADDRESS = re.compile(r"://|\bwww\.|[^\W_][\w-]+\.[^\W\d_]{2,}(?:$|[/:?#\s])", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d[\d\s()./-]*\d")
_YEARS = re.compile(r"[12]\d{3}\s*[-/]\s*[12]\d{3}")
_PHONE_DIGITS = 7
_NOTHING = frozenset({"none", "unknown", "n/a", "na", "null", "not specified", "unspecified"})


def normal(value: str) -> str:
    """The same words in one form: composed characters, single spaces."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", value).strip())


def is_telling(value: str) -> bool:
    """Whether it says something at all: it has a letter or a digit, and does not say "unknown"."""
    return any(c.isalnum() for c in value) and value.casefold() not in _NOTHING


def is_harmless(value: str) -> bool:
    """Whether it holds no address, no way to reach anybody, no markup, and nothing invisible.

    >>> [is_harmless(v) for v in ("film noir", "1939-1945", "buy at shop.example", "555-123-4567")]
    [True, True, False, False]
    """
    if any(unicodedata.category(c)[0] == "C" or c in "\u2028\u2029" for c in value):
        return False
    if _MARKUP.search(value) or _ADDRESS.search(value):
        return False
    return not any(_is_phone_number(found.group()) for found in _NUMBER.finditer(value))


def _is_phone_number(number: str) -> bool:
    if _YEARS.fullmatch(number):
        return False
    return number.startswith("+") or sum(c.isdigit() for c in number) >= _PHONE_DIGITS
