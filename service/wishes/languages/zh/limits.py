"""Bounds in a Chinese text: 五十元以下, 1980年以前, 七十年代, 至少4星, 便宜一点.

Owns words that bound. Knows no wishes around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from service.wishes.clause import Limit, Quantity
from service.wishes.languages.amounts import is_year
from service.wishes.languages.bounds import Side, interval_of
from service.wishes.languages.zh.measures import Measure, measure_at
from service.wishes.languages.zh.numbers import matched

_BEFORE: Mapping[str, Side] = {
    "不超过|不多于|不高于|不大于|不长于|不晚于|最多|顶多|至多|不要超过|别超过|不能超过": Side.AT_MOST,
    "不到|低于|少于|小于|短于|早于": Side.BELOW,
    "超过|多于|高于|大于|长于|晚于": Side.ABOVE,
    "至少|最少|起码|不少于|不低于|不短于|不早于": Side.AT_LEAST,
    "大约|大概|约|差不多": Side.AROUND,
}
_AFTER: Mapping[str, Side] = {
    "(?:或者?)?以内|之内|以里|或?以下|之下|封顶": Side.AT_MOST,
    "以前|之前": Side.BELOW,
    "以后|之后": Side.ABOVE,
    "(?:或者?)?以上|之上|以来|至今|往上": Side.AT_LEAST,
    "左右|上下": Side.AROUND,
    r"(?<=[年代])前": Side.BELOW,
    r"(?<=[年代])后": Side.ABOVE,
    r"(?<=[年代元块])起": Side.AT_LEAST,
    r"(?<=[年元块时钟])内": Side.AT_MOST,
}
_LEAD = re.compile(r"(?:(?P<price>预算|价格|价钱|售价|花)(?:在|是|为)?|评分|时长|片长)?(?:从|在)?")
_JOINER = re.compile(r"\s*(?:到|至|-)\s*|\s*(?:和|与)\s*(?=.{1,12}(?:之间|间))")
_BETWEEN = re.compile(r"之间|间")
_DIGIT = matched("N")
_MADE = re.compile(r"(?:拍|出|出版|上映|发行|制作)的")
_DIRECTIONS: Mapping[str, tuple[Quantity, int]] = {
    r"(?:更|再|比较)?便宜(?:一?[点些]儿?)?|实惠(?:一?[点些]儿?)?|(?:别|不要|不|不那么|没那么)太?贵"
    r"|平价": (Quantity.PRICE, -1),
    r"(?:更|再)贵(?:一?[点些]儿?)?|贵一?[点些]儿?": (Quantity.PRICE, 1),
    r"(?:更|再|比较|较)?新一?[点些]儿?(?!子)|(?:更|再|比较|较|最)新|新[出上]|最近|今年": (
        Quantity.NEWNESS,
        1,
    ),
    r"(?:更|再|比较|较)?[老旧早]一[点些]儿?|老[点些]|(?:更|再|比较|较)[老旧早]": (
        Quantity.NEWNESS,
        -1,
    ),
    r"(?:更|再|比较|较)?短一?[点些]儿?|(?:更|再|比较|较|最)短": (Quantity.MINUTES, -1),
    r"(?:更|再|比较|较)?长一?[点些]儿?|(?:更|再|比较|较|最)长": (Quantity.MINUTES, 1),
    r"有现?货|现货|有库存": (Quantity.AVAILABILITY, 1),
}
_BARE = {
    Quantity.PRICE: Side.AT_MOST,
    Quantity.MINUTES: Side.AROUND,
    Quantity.YEAR: Side.WITHIN,
}
"""How a measure bounds with no words beside it."""


def _pattern(words: Mapping[str, object]) -> re.Pattern[str]:
    return re.compile("|".join(f"({alternative})" for alternative in words))


_BEFORE_PATTERN, _BEFORE_SIDES = _pattern(_BEFORE), tuple(_BEFORE.values())
_AFTER_PATTERN, _AFTER_SIDES = _pattern(_AFTER), tuple(_AFTER.values())
_DIRECTION_PATTERN, _DIRECTION_VALUES = _pattern(_DIRECTIONS), tuple(_DIRECTIONS.values())


def limit_at(text: str, at: int) -> tuple[Limit, int] | None:
    """The limit that begins at a character of a simplified text, and the character after it. The
    text of the limit is left to the caller, who has it as it was written."""
    if found := _DIRECTION_PATTERN.match(text, at):
        quantity, direction = _DIRECTION_VALUES[(found.lastindex or 1) - 1]
        return Limit("", quantity, direction=direction), found.end()
    is_within = at > 0 and _DIGIT.match(text, at) and _DIGIT.match(text, at - 1)
    return None if is_within else _measured(text, at)


def _measured(text: str, at: int) -> tuple[Limit, int] | None:
    lead = _LEAD.match(text, at)
    assert lead is not None, "all of the pattern is optional"
    start, side = lead.end(), None
    if found := _BEFORE_PATTERN.match(text, start):
        side, start = _BEFORE_SIDES[(found.lastindex or 1) - 1], found.end()
    measure = _measure(text, start)
    if measure is None:
        return None
    end = measure.end
    if found := _AFTER_PATTERN.match(text, end):
        side, end = _AFTER_SIDES[(found.lastindex or 1) - 1], found.end()
    if lead["price"] and measure.quantity is Quantity.UNNAMED:
        measure = replace(measure, quantity=Quantity.PRICE)
    measure = _year_of(measure, side)
    if side is None:
        side = Side.WITHIN if measure.low < measure.high else _BARE.get(measure.quantity)
    if side is None or measure.high < 2:  # 一块, "together"
        return None
    if found := _MADE.match(text, end):
        end = found.end()
    quantity = measure.quantity
    interval = interval_of(side, measure.low, measure.high, quantity is Quantity.YEAR)
    limit = Limit("", quantity, interval.low, interval.high, interval.strict, measure.noun)
    return limit, end


def _year_of(measure: Measure, side: Side | None) -> Measure:
    """1980以前 is of years also without 年."""
    says_when = side in (Side.BELOW, Side.ABOVE, Side.AROUND) and is_year(measure.low)
    if says_when and measure.quantity is Quantity.UNNAMED:
        return replace(measure, quantity=Quantity.YEAR)
    return measure


def _measure(text: str, start: int) -> Measure | None:
    """One measure, or two and what is between them."""
    first = measure_at(text, start)
    joiner = _JOINER.match(text, first.end) if first else None
    second = measure_at(text, joiner.end()) if joiner else None
    if first is None or second is None:
        return first
    both = first.to(second)
    if between := _BETWEEN.match(text, both.end):
        return replace(both, end=between.end())
    return both
