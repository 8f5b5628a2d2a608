"""Points in time as systems write them: seconds, milliseconds, ISO, "Apr 3, 2025", 03/04/2025.

What of a date is the day where both could be is said by the column's order; where that is not known
it is read as month/day/year, as most libraries do, and told. Knows no fields.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

from dateutil import parser as dateutil

DateOrder = Literal["", "day first", "month first"]

_DIGITS = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+]?\d+)?", re.ASCII)
_COMPACT = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
NUMERIC_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d\d)(?:[,T ]\s*(.+))?", re.ASCII)
"""Day and month in digits, in either order, before the year."""
_ZONE = re.compile(r"\s+(?:([+-]\d\d:?\d\d)(?:\s+[A-Z]{1,5})?|UTC|GMT)$")
"""As Go and others write it behind a time; without an offset it is UTC."""
_FILL = (datetime(2000, 1, 1), datetime(2001, 2, 2))
"""A date that comes out differently with these has parts missing."""
_SECONDS_BELOW = 1e11
"""The year 5138. What is larger counts in thousandths, millionths or billionths of seconds."""
MAX_CHARS = 60


def is_ambiguous(text: str) -> bool:
    """Whether a date could be read as day/month and as month/day.

    >>> [is_ambiguous(text) for text in ("03/04/2025", "13/04/2025", "04/04/2025", "2025-04-03")]
    [True, False, False, False]
    """
    found = NUMERIC_DATE.fullmatch(text.strip())
    if found is None:
        return False
    first, second = int(found[1]), int(found[2])
    return first <= 12 and second <= 12 and first != second


def moment(value: object, order: DateOrder = "", *, years: bool = True) -> float | None:
    """Unix seconds, or None where the value is no time; no offset means UTC. With `years`, a number
    that may be one is one.

    >>> moment("2025-04-03T10:00:00+02:00"), moment("1743667200000"), moment(1743667200)
    (1743667200.0, 1743667200.0, 1743667200.0)
    >>> moment("03/04/2025") == moment("March 4, 2025"), moment("03/04/2025", "day first")
    (True, 1743638400.0)
    >>> moment("1994") == moment("1994-01-01"), moment("soon")
    (True, None)
    """
    if isinstance(value, str):
        text = value.strip()
        return None if not text or len(text) > MAX_CHARS else _of_text(text, order, years)
    if isinstance(value, datetime):
        return _seconds(value)
    if isinstance(value, date):
        return _seconds(datetime(value.year, value.month, value.day))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(float(value), years)
    return None


def _seconds(when: datetime) -> float | None:
    try:
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None


def _of_number(value: float, years: bool) -> float | None:
    size = abs(value)
    if years and 1000 <= value < 2200 and value.is_integer():
        return _seconds(datetime(int(value), 1, 1))
    for divisor in (1.0, 1e3, 1e6, 1e9):
        if size / divisor < _SECONDS_BELOW:
            return value / divisor
    return None


@lru_cache(maxsize=65_536)
def _of_text(text: str, order: DateOrder, years: bool) -> float | None:
    if text[4:5] == "-" and (found := _iso(text) or _iso(_ZONE.sub(r"\1", text))) is not None:
        return found
    if _COMPACT.fullmatch(text):
        found = _iso(f"{text[:4]}-{text[4:6]}-{text[6:]}")
        if found is not None:
            return found
    if _DIGITS.fullmatch(text):
        return _of_number(float(text), years)
    return _as_written(text, order)


def _iso(text: str) -> float | None:
    try:
        return _seconds(datetime.fromisoformat(text.upper()))
    except ValueError:
        return None


def _as_written(text: str, order: DateOrder) -> float | None:
    """In the words of some language or another order; the first of the month where no day is
    named."""
    found = NUMERIC_DATE.fullmatch(text)
    day_first = order == "day first" or (found is not None and not order and "." in text[:3])
    if found is not None and (exact := _in_digits(found, day_first)) is not None:
        return exact
    try:
        first, second = (
            dateutil.parse(text, dayfirst=day_first, default=default) for default in _FILL
        )
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    if (first.year, first.month) != (second.year, second.month):
        return None
    if first.day != second.day:
        first = first.replace(day=1)
    return _seconds(first)


def _in_digits(found: re.Match[str], day_first: bool) -> float | None:
    """Of day and month in digits, which the other way round where only that is a date."""
    one, other, year, rest = found.groups()
    day, month = (one, other) if day_first else (other, one)
    if int(month) > 12:
        day, month = month, day
    return _iso(f"{year}-{month:0>2}-{day:0>2}T{rest or '00:00':0>5}") if len(year) == 4 else None
