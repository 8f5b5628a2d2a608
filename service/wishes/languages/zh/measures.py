"""What is measured in a Chinese text: an amount with its unit, a year, a decade, a duration.

Owns units. Knows no bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.wishes.clause import Quantity
from service.wishes.languages.amounts import first_year_of, is_year
from service.wishes.languages.zh.numbers import matched, value_of

_DECADE = matched(
    r"(?:二十世纪|20世纪|上世纪|上个世纪)?(?P<decade>N)年代(?P<part>[初早]期?|中期?|[末晚后]期?)?"
)
_TWO_DECADES = re.compile(r"[一二三四五六七八][二三四五六七八九]十")
"""七八十年代, the seventies and eighties."""
_YEAR = matched(r"(?P<year>\d{4}|[一二][零〇一二三四五六七八九]{3})年")
_PRICE = matched(
    r"[¥$€£](?P<signed>N) | (?P<price>N)\s*(?:块钱?|元钱?|圆|人民币|美元|美金|欧元|日元|港币|港元|台币|英镑|刀|[$€£¥])"
)
_DURATION = matched(
    r"(?P<hours>N)?个?(?P<half>半)?个?(?:小时|钟头)(?P<and_half>半)?(?:(?P<rest>N)(?:分钟|分))?"
    r" | (?P<minutes>N)\s*(?:分钟|min)"
)
_NAMED = matched(
    r"(?P<named>N)\s*(?P<noun>颗星|星级|星|页|集|季|人|首|章|寸|英寸|厘米|公斤|克|分(?!钟))"
)
_PLAIN = matched(r"(?P<plain>N)")
_PARTS = {"初": (0, 3), "早": (0, 3), "中": (4, 6), "末": (6, 9), "晚": (6, 9), "后": (6, 9)}


@dataclass(frozen=True, slots=True)
class Measure:
    """Low and high are the same of one number."""

    low: float
    high: float
    quantity: Quantity
    end: int
    """The character after it."""
    noun: str = ""

    def to(self, other: Measure) -> Measure:
        """From this one to another, which may have the unit of both."""
        named = other if other.quantity is not Quantity.UNNAMED else self
        low, high = min(self.low, other.low), max(self.high, other.high)
        quantity = named.quantity
        if quantity is Quantity.UNNAMED and is_year(low) and is_year(high):
            quantity = Quantity.YEAR
        return Measure(low, high, quantity, other.end, named.noun)


def measure_at(text: str, at: int) -> Measure | None:
    """What is measured at a character of a simplified text: with its unit, or a number alone."""
    if found := _DECADE.match(text, at):
        return _decade(found)
    if found := _DURATION.match(text, at):
        return _duration(found)
    for pattern, quantity in (
        (_YEAR, Quantity.YEAR),
        (_PRICE, Quantity.PRICE),
        (_NAMED, Quantity.NAMED),
        (_PLAIN, Quantity.UNNAMED),
    ):
        if found := pattern.match(text, at):
            return _of_one(found, quantity)
    return None


def _of_one(found: re.Match[str], quantity: Quantity) -> Measure | None:
    digits = next(found[name] for name in found.groupdict() if found[name] and name != "noun")
    value = value_of(digits)
    noun = found.groupdict().get("noun", "")
    return None if value is None else Measure(value, value, quantity, found.end(), noun)


def _decade(found: re.Match[str]) -> Measure | None:
    said, last = found["decade"], found["decade"]
    if _TWO_DECADES.fullmatch(said):
        said, last = said[0] + "十", said[1:]
    value = value_of(said)
    if value is None or value % 10 or not (value < 100 or is_year(value)):
        return None
    since, until = _PARTS[found["part"][0]] if found["part"] else (0, 9)
    start, end = (first_year_of(int(value_of(decade) or 0)) for decade in (said, last))
    return Measure(start + since, end + until, Quantity.YEAR, found.end())


def _duration(found: re.Match[str]) -> Measure | None:
    """两小时, 半小时, 一个半小时, 两小时半, 1小时30分钟, 90分钟."""
    said = {name: value_of(found[name]) for name in ("hours", "rest", "minutes") if found[name]}
    n_halves = bool(found["half"]) + bool(found["and_half"])
    if None in said.values() or not (said or n_halves):
        return None
    hours, rest, minutes = (said.get(name) or 0.0 for name in ("hours", "rest", "minutes"))
    total = 60 * hours + 30 * n_halves + rest + minutes
    return Measure(total, total, Quantity.MINUTES, found.end())
