"""Numbers and prices as people write them: "$49.90", "1.234,56 €", "from 7.99".

Currencies are read over: a price is in the catalogue's own. Knows no fields.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache

from price_parser import Price

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NEGATIVE = re.compile(r"\W*[-\u2212]\s*\W?\s*\d")
_WORD = re.compile(r"[^\W\d_]{2,}")
MAX_CHARS = 60
MAX_WORDS = 4
"""Of a text that is a number in some words; a sentence with a number in it is none."""


def number(value: object, decimal: str = "") -> float | None:
    """A finite number, or None where the value is none.

    `decimal` is "," or "." where that is known of the column; else "1.234" is 1.234, and of "1,234"
    the comma groups thousands.

    >>> [number(text) for text in ("49,90 EUR", "$1,299", "1.234,56 €", "1,234.56", "from 7.99")]
    [49.9, 1299.0, 1234.56, 1234.56, 7.99]
    >>> number("1.234"), number("1.234", ","), number("N/A"), number("-5")
    (1.234, 1234.0, None, -5.0)
    """
    if isinstance(value, str):
        return _of_text(value, decimal)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            return None
        return found if math.isfinite(found) else None
    return None


@lru_cache(maxsize=65_536)
def _of_text(text: str, decimal: str) -> float | None:
    text = text.strip()
    if len(text) > MAX_CHARS:
        return None
    if _PLAIN.fullmatch(text) and not (decimal == "," and "." in text):
        found = float(text)
        return found if math.isfinite(found) else None
    if len(_WORD.findall(text)) > MAX_WORDS:
        return None
    amount = Price.fromstring(text, decimal_separator=decimal or None).amount
    if amount is None:
        return None
    return -float(amount) if _NEGATIVE.match(text) else float(amount)
