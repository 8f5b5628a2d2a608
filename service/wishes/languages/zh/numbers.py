"""Chinese numbers: digits, and characters that `unicodedata` knows the worth of."""

from __future__ import annotations

import re
import unicodedata

from service.wishes.languages.amounts import MAX_DIGITS, number_of

NUMBER = r"(?:\d{1,12}(?:[.,]\d{1,3}){0,3}(?:[百千万亿]|k\b)?|[零〇一二两三四五六七八九十百千万亿]{1,12})"
"""A number, as a pattern. Its length is bounded, so that no text takes long."""
_POWERS = {"百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "亿": 100_000_000}


def value_of(text: str) -> float | None:
    """The number that was matched by NUMBER; None for one that is no amount."""
    if text[0].isdecimal():
        number = number_of(text.rstrip("百千万亿k"))
        return number * _POWERS.get(text[-1], 1) if number is not None else None
    if len(text) > MAX_DIGITS:
        return None
    worth = [2 if letter == "两" else int(unicodedata.numeric(letter)) for letter in text]
    if len(worth) > 1 and max(worth) < 10:  # "一九八〇"
        return float(int("".join(map(str, worth))))
    return float(_composed(worth))


def _composed(worth: list[int]) -> int:
    """Such as "一百二十", "两千三", where each power multiplies what stands before it."""
    total = section = digit = 0
    for value in worth:
        if value >= 10_000:
            total, section, digit = (total + section + digit or 1) * value, 0, 0
        elif value >= 10:
            section, digit = section + (digit or 1) * value, 0
        else:
            digit = value
    last = worth[-2] if len(worth) > 1 else 0
    if digit and last >= 100:  # "两百五" is 250
        digit *= last // 10
    return total + section + digit


def matched(pattern: str) -> re.Pattern[str]:
    """A pattern in which N stands for a number."""
    return re.compile(pattern.replace("N", NUMBER), re.VERBOSE)
