"""One value of a row, checked: ids, texts, numbers, times.

Shared by items and events, whether they come from a file or over the wire. Every function either
returns a clean value or raises `InvalidInput` naming field, value and what would be acceptable.
Knows nothing of items, events or files.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from indexer.errors import InvalidInput
from palate.limits import MAX_ID_CHARS

MAX_AHEAD_S = 86_400.0
"""Clocks differ; a time more than a day ahead is a mistake (often milliseconds for seconds)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_NUMERIC = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?)?")
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def reject_unknown(row: Mapping[str, object], known: Iterable[str], hint: str = "") -> None:
    """Refuse fields nobody would read: dropping them silently would lose data."""
    for name in row:
        if name not in known:
            raise InvalidInput(
                str(name), row[name], f"there is no such field; known are {', '.join(known)}{hint}"
            )


def is_absent(value: object) -> bool:
    """Whether a field of a row says nothing: null, or an empty string."""
    return value is None or (isinstance(value, str) and not value)


def identifier(row: Mapping[str, object], field: str, max_chars: int = MAX_ID_CHARS) -> str:
    """A required id, which is not all blank and has no control characters; a whole number is taken
    as its digits."""
    value = row.get(field)
    if (
        isinstance(value, str)
        and 0 < len(value) <= max_chars
        and value.isprintable()
        and not value.isspace()
    ):
        return value  # nearly always; what follows finds out what is wrong
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if value is None:
        raise InvalidInput(field, value, "it is required")
    if not isinstance(value, str):
        raise InvalidInput(field, value, "it must be text")
    if not value.strip():
        raise InvalidInput(field, value, "it must not be empty")
    if len(value) > max_chars:
        raise InvalidInput(
            field, value, f"it has {len(value):,} characters, at most {max_chars:,} are allowed"
        )
    if _CONTROL.search(value) or _UNSTORABLE.search(value):
        raise InvalidInput(field, value, "it must not contain control characters")
    return value


def text(value: object, field: str, max_chars: int, default: str = "") -> str:
    """Free text, as it is; absent is `default`."""
    if isinstance(value, str) and 0 < len(value) <= max_chars and value.isprintable():
        return value  # nearly always
    if is_absent(value):
        return default
    if not isinstance(value, str):
        raise InvalidInput(field, value, "it must be text")
    if len(value) > max_chars:
        raise InvalidInput(
            field, value, f"it has {len(value):,} characters, at most {max_chars:,} are allowed"
        )
    if _UNSTORABLE.search(value):
        raise InvalidInput(
            field, value, "it contains a NUL or half of a surrogate pair, which cannot be stored"
        )
    return value


def label(value: object, field: str, max_chars: int = MAX_ID_CHARS, default: str = "") -> str:
    """One line of text: no control characters."""
    if isinstance(value, str) and 0 < len(value) <= max_chars and value.isprintable():
        return value  # nearly always
    line = text(value, field, max_chars, default)
    if _CONTROL.search(line):
        raise InvalidInput(field, value, "it must not contain control characters")
    return line


def number(value: object, field: str) -> float | None:
    """A finite number, or numeric text; absent is None."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        result = float(value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            result = float(value)
        except OverflowError:
            result = math.inf
    else:
        raise InvalidInput(field, value, "it must be a number")
    if not math.isfinite(result):
        raise InvalidInput(field, value, "it must be a finite number")
    return result


def timestamp(value: object, field: str, *, now: float | None = None) -> float | None:
    """Unix seconds from a number, numeric text, RFC 3339 text (no offset means UTC) or a datetime;
    absent is None."""
    if is_absent(value):
        return None
    seconds = _seconds(value, field)
    if seconds > (time.time() if now is None else now) + MAX_AHEAD_S:
        hint = " (milliseconds? divide by 1000)" if seconds > 1e11 else ""
        raise InvalidInput(field, value, f"it lies more than a day in the future{hint}")
    return seconds


def _seconds(value: object, field: str) -> float:
    if isinstance(value, str):
        value = value.strip()
        if _RFC3339.fullmatch(value):
            try:
                value = datetime.fromisoformat(value.upper())
            except ValueError as error:
                raise InvalidInput(field, value, f"no such time ({error})") from None
        elif not _NUMERIC.fullmatch(value):
            raise InvalidInput(
                field, value, "it must be unix seconds or RFC 3339, like 2026-05-01T12:30:00Z"
            )
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    seconds = number(value, field)
    assert seconds is not None
    return seconds


def boolean(value: object, field: str, default: bool) -> bool:
    """true/false, 1/0, yes/no; absent is `default`."""
    if is_absent(value):
        return default
    if isinstance(value, bool):
        return value
    found = _BOOLEANS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if found is None:
        raise InvalidInput(field, value, "it must be true or false")
    return found


def from_json_text(value: str, field: str) -> object:
    """The value of a cell that holds JSON."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(field, value, f"it must be JSON ({error})") from None
