"""Where the numbers lie that a bound lets in: the same in every language. Knows no words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from service.wishes.clause import Limit

AROUND = 0.2
"""How far "around 50" reaches to either side, of the number."""
AROUND_YEARS = 3
"""How far "around 1980" reaches to either side."""


class Side(Enum):
    """What words beside a number, or two, say of it."""

    BELOW = auto()
    AT_MOST = auto()
    ABOVE = auto()
    AT_LEAST = auto()
    WITHIN = auto()
    """It, or all between two, themselves."""
    AROUND = auto()
    BETWEEN = auto()
    """The same as WITHIN, of two numbers only."""
    FROM = auto()
    """WITHIN of years and of two numbers, AT_LEAST of others."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two bounds; None where there is no bound."""

    low: float | None = None
    high: float | None = None
    strict: bool = False
    """Whether the bounds themselves are out."""


def interval_of(side: Side, low: float, high: float, is_year: bool) -> Interval:
    """What is let in, of a number (low and high are the same), of two, or of the years of a decade."""
    match side:
        case Side.BELOW:
            return Interval(high=low, strict=True)
        case Side.AT_MOST:
            return Interval(high=high)
        case Side.ABOVE:
            return Interval(low=high, strict=True)
        case Side.AT_LEAST:
            return Interval(low=low)
        case Side.AROUND if is_year:
            return Interval(low - AROUND_YEARS, high + AROUND_YEARS)
        case Side.AROUND:
            return Interval(low * (1 - AROUND), high * (1 + AROUND))
        case _:
            return Interval(low, high)


def inverted(limit: Limit) -> Limit | None:
    """What is left where a limit is ruled out: "nothing over 50". None where that is no limit:
    "nothing from the eighties"."""
    if limit.direction:
        return replace(limit, direction=-limit.direction)
    if (limit.low is None) == (limit.high is None):
        return None
    return replace(limit, low=limit.high, high=limit.low, strict=not limit.strict)


def deny_last(limits: list[Limit], text: str) -> bool:
    """Rule out the last of the limits, as `text` says. False where nothing is left of it that would be a
    limit: then it is gone."""
    denied = inverted(limits.pop())
    if denied is not None:
        limits.append(replace(denied, text=text))
    return denied is not None
