"""Dialect: how a text is divided into cells, found from its first lines.

Commas, semicolons, tabs, bars or `::`; quotes doubled or escaped; a header or none. The delimiter is
the one that divides most lines into the same number of cells. Knows nothing of what cells mean.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

DELIMITERS = (",", "\t", ";", "|", "::")
UNIT_SEPARATOR = "\x1f"
"""Stands for a delimiter of two characters, which the csv module cannot have."""
SAMPLE_ROWS = 200
UNLIKE_FIRST = 0.5
"""How much less a delimiter is one that the first row does not have: what stands between labels."""
MAX_PREAMBLE = 20
"""Lines above the header, such as the name of a report."""
_NO_NAME = re.compile(r"[+-]?\d+([.,]\d+)?|\d{4}-\d\d-\d\d([T ].*)?")
_ESCAPED = re.compile(r'\\"')
_DOUBLED = re.compile(r'[^,;\t|\s]""|""[^,;\t|\s]')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a text of cells."""

    delimiter: str = ","
    quote: str = '"'
    """Empty where quotes are characters like others."""
    escapes: bool = False
    """A quote in quotes is written with a backslash, not twice."""
    preamble: int = 0
    """Rows above the header, or above the first row where there is none."""
    has_header: bool = True

    def reader(self, lines: Iterable[str], *, strict: bool = True) -> Iterator[list[str]]:
        """The cells of each row; csv.Error where quotes do not pair and it is strict."""
        if self.delimiter == "::":
            lines = (line.replace("::", UNIT_SEPARATOR) for line in lines)
        return csv.reader(
            lines,
            delimiter=UNIT_SEPARATOR if self.delimiter == "::" else self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=not self.escapes,
            escapechar="\\" if self.escapes else None,
            strict=strict,
        )


def dialect_of(lines: Sequence[str]) -> Dialect:
    """Of a text that begins with these lines.

    >>> dialect_of(["id;name;price", "1;a, b;2,50", "2;c, d;3,00"]).delimiter
    ';'
    """
    text = "".join(lines)
    quote = "'" if "'" in text[:1] and '"' not in text else '"'
    escapes = bool(_ESCAPED.search(text)) and not _DOUBLED.search(text)
    found = []
    for rank, delimiter in enumerate(DELIMITERS):
        dialect = Dialect(delimiter, quote, escapes)
        rows = _sample(dialect, lines)
        width, share = _usual_width(rows)
        if width > 1:
            in_first = 1.0 if len(rows[0]) > 1 else UNLIKE_FIRST
            found.append((share * in_first * (1 - 1 / width), -rank, dialect, rows, width))
    if not found:
        dialect = Dialect(",", quote, escapes)
        rows = _sample(dialect, lines)
        return Dialect(",", quote, escapes, has_header=_has_header(rows))
    _, _, dialect, rows, width = max(found, key=lambda one: one[:2])
    preamble = next((n for n, row in enumerate(rows[:MAX_PREAMBLE]) if 2 * len(row) > width), 0)
    return Dialect(dialect.delimiter, quote, escapes, preamble, _has_header(rows[preamble:]))


def _sample(dialect: Dialect, lines: Sequence[str]) -> list[list[str]]:
    try:
        rows = [row for row in islice(dialect.reader(lines, strict=False), SAMPLE_ROWS) if row]
    except csv.Error:
        return []
    return rows


def _usual_width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """The most frequent number of cells over 1, and the share of rows that have it."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0.0
    width, n = max(widths.items(), key=lambda one: (one[1], one[0]))
    return width, n / len(rows)


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Not where the first row has a number or a date where every other row has one: these are no
    names."""
    if len(rows) < 2:
        return True
    first, rest = rows[0], rows[1:]
    numbers = [place for place, cell in enumerate(first) if _NO_NAME.fullmatch(cell.strip())]
    return not any(
        all(place < len(row) and _NO_NAME.fullmatch(row[place].strip()) for row in rest)
        for place in numbers
    )
