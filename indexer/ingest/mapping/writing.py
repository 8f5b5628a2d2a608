"""How the values of a column are written: which mark is the decimal one, whether days or months come
first, what stands between several values.

Knows no fields, and reads no value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.ingest.mapping.column import Column
from indexer.ingest.values.listed import parsed
from indexer.ingest.values.moment import NUMERIC_DATE, DateOrder

_COMMA = re.compile(r"\d,\d{1,2}(?!\d)")
_POINT = re.compile(r"\d\.\d{1,2}(?!\d)")
_SEPARATORS = ("|", ">", ";", ",")
MIN_SHARE = 0.2
"""Of the values must have a separator between words."""
MAX_PART_CHARS = 30
MAX_DISTINCT = 0.7
"""Of the parts may be different: labels come again, clauses of a sentence do not."""


def decimal_of(texts: Sequence[str]) -> str:
    """ "," where numbers are written so, and empty where each tells by itself.

    >>> decimal_of(["1.234,56 €", "49,90"]), decimal_of(["1,234.56", "49.90"]), decimal_of(["1234"])
    (',', '', '')
    """
    commas = sum(_COMMA.search(text) is not None for text in texts)
    points = sum(_POINT.search(text) is not None for text in texts)
    return "," if commas > points else ""


def date_order(texts: Sequence[str]) -> tuple[DateOrder, str]:
    """Which comes first where both are digits, and what is to be said of it.

    >>> date_order(["13/04/2025", "03/04/2025"])
    ('day first', '')
    >>> date_order(["03/04/2025"])[0]
    'month first'
    """
    found = [match for text in texts if (match := NUMERIC_DATE.fullmatch(text.strip()))]
    if not found:
        return "", ""
    days_first = sum(int(match[1]) > 12 for match in found)
    months_first = sum(int(match[2]) > 12 for match in found)
    if days_first or months_first:
        return ("day first" if days_first >= months_first else "month first"), ""
    if all("." in match[0][:3] for match in found):
        return "day first", ""
    example = found[0][0]
    return "month first", (
        f"{example!r} is read as month/day/year, and nothing in the column says which;"
        ' if it is day/month/year, write dates = "day first" in the map'
    )


def separators_of(column: Column) -> tuple[str, ...]:
    """What stands between the values of its cells; empty where a cell is one value."""
    texts = [text for text in column.texts if isinstance(parsed(text), str)]
    return tuple(one for one in _SEPARATORS if _separates(one, texts))


def _separates(separator: str, texts: Sequence[str]) -> bool:
    divided = [text for text in texts if separator in text.strip(separator + " ")]
    if not texts or len(divided) < MIN_SHARE * len(texts):
        return False
    parts = [part.strip() for text in divided for part in text.split(separator)]
    if separator in "|>":
        return True
    short = sum(map(len, parts)) / len(parts) <= MAX_PART_CHARS
    return short and (len(set(parts)) <= MAX_DISTINCT * len(parts) or len(parts) < 20)
