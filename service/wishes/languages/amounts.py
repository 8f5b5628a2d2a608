"""Numbers as they are written in digits, years and decades: what is the same in every language.

Knows no units and no words.
"""

from __future__ import annotations

import re

YEARS = range(1900, 2100)
"""Numbers that may be a year."""
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
MAX_DIGITS = 12


def number_of(digits: str) -> float | None:
    """The number: "1,000.50", "1.000,50" and "12,99" as a person means them. None for one that is
    too long to be an amount, and for what is none."""
    if sum(letter.isdigit() for letter in digits) > MAX_DIGITS:
        return None
    if _GROUPED.fullmatch(digits):
        groups = digits.replace(",", ".").split(".")
        has_decimals = len(set(re.findall(r"[.,]", digits))) == 2
        digits = "".join(groups[:-1]) + "." + groups[-1] if has_decimals else "".join(groups)
    digits = digits.replace(",", ".")
    return float(digits) if _PLAIN.fullmatch(digits) else None


def is_year(number: float) -> bool:
    """Whether it looks like a year."""
    return number in YEARS


def first_year_of(decade: int) -> int:
    """Of a decade that may be written in two digits: 70, 1970, 2010. What has two digits is of the
    twentieth century, unless below twenty."""
    if decade >= 100:
        return decade
    return decade + (2000 if decade < 20 else 1900)
