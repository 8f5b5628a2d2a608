"""Rows of CSV, TSV and their kin, as real exports have them: ragged, with stray quotes, in any
dialect.

A row with too few or too many cells comes in with a note; quotes that do not pair spoil one row and
not the rest of the file. Knows nothing of what the fields mean.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.sources.dialect import SAMPLE_ROWS, UNIT_SEPARATOR, Dialect, dialect_of
from indexer.ingest.sources.encoding import MAX_LINE_BYTES, Line, encoding_of, lines_of
from indexer.ingest.sources.source import Row, Rows
from indexer.ingest.sources.stream import Opened

MAX_ROW_LINES = 2_000
"""Of one row, which quotes may spread over lines; more is a quote that was never closed."""


def delimited_rows(given: Opened) -> Rows:
    """The rows of a text."""
    csv.field_size_limit(MAX_LINE_BYTES)  # process-wide; the default refuses long descriptions
    sample = given.head.decode(encoding_of(given.head), "replace").removeprefix("\ufeff")
    lines = sample.splitlines(keepends=True)[: 2 * SAMPLE_ROWS]
    records = _Records(lines_of(given.head, given.stream), dialect_of(lines))
    yield from _rows(records, given.name)


def _rows(records: _Records, name: str) -> Rows:
    names: list[str] | None = None
    for found in records:
        if isinstance(found, RowError):
            yield found
            continue
        line, cells, notes = found
        if names is None:
            names, is_row = _header(cells, records.dialect)
            if len(names) > 1 and len(set(names)) == 1:
                raise CatalogError(name, "its header is empty", "name the columns")
            if not is_row:
                continue
        if len(cells) != len(names):
            if len(cells) == 1 and len(names) > 2:
                yield RowError(line, None, f"the row has 1 cell, the header has {len(names)}")
                continue
            notes = (*notes, _ragged(len(cells), len(names)))
        values = {key: cell for key, cell in zip(names, cells, strict=False) if cell}
        yield Row(line, values, notes)


def _ragged(n_cells: int, n_names: int) -> str:
    if n_cells < n_names:
        return "the row has fewer cells than the header; the last are taken as empty"
    return "the row has more cells than the header; those past it are left out"


def _header(cells: Sequence[str], dialect: Dialect) -> tuple[list[str], bool]:
    """The name of every column, each once, and whether these cells are a row rather than names."""
    if not dialect.has_header:
        return [f"column {place}" for place in range(1, len(cells) + 1)], True
    names: list[str] = []
    seen: Counter[str] = Counter()
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names, False


_Record = tuple[int, list[str], tuple[str, ...]]
"""The line it begins on, its cells, and notes on it."""


class _Records:
    """Rows of cells out of lines, going on behind what is not sound."""

    def __init__(self, lines: Iterator[Line], dialect: Dialect) -> None:
        self.dialect = dialect
        self._lines = lines
        self._again: deque[Line] = deque()
        self._current: list[Line] = []
        self._skip = dialect.preamble
        self._width = 0
        between = re.escape(UNIT_SEPARATOR if len(dialect.delimiter) > 1 else dialect.delimiter)
        self._inner_quote = re.compile(rf'(?<=[^{between}\n"])"(?=[^{between}\r\n"])')

    def __iter__(self) -> Iterator[_Record | RowError]:
        reader = self.dialect.reader(self._feed())
        while True:
            self._current.clear()
            note: tuple[str, ...] = ()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                cells = self._mend()
                reader = self.dialect.reader(self._feed())
                note = ("quotes do not pair in the row; it was read as well as could be",)
            long = [line.number for line in self._current if line.text is None]
            if long:
                yield RowError(long[0], None, f"the line is longer than {MAX_LINE_BYTES:,} bytes")
            elif any(map(str.strip, cells)):
                if self._skip:
                    self._skip -= 1
                    continue
                self._width = self._width or len(cells)
                notes = tuple(line.note for line in self._current if line.note)
                yield self._current[0].number, cells, (*note, *notes)

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._current.append(line)
            if len(self._current) > MAX_ROW_LINES:
                raise csv.Error("a quote is not closed")
            yield "\n" if line.text is None else line.text.replace("\0", "")

    def _mend(self) -> list[str]:
        """The row that the lines read last begin with: with quotes inside a cell taken as characters
        where that gives a row of the usual width, else the first line by itself. What it does not
        take is read again."""
        self._put_back()
        inner = self._inner_quote
        mended = self.dialect.reader(inner.sub('""', line) for line in self._feed())
        try:
            cells = next(mended, [])
        except csv.Error:
            cells = []
        if cells and len(cells) == (self._width or len(cells)):
            return cells
        self._put_back()
        first = next(self._feed(), "")
        unquoted = first.rstrip("\r\n").split(self.dialect.delimiter)
        if len(unquoted) == self._width:
            return [cell.strip(self.dialect.quote) for cell in unquoted]
        return next(iter(self.dialect.reader([first], strict=False)), [])

    def _put_back(self) -> None:
        self._again.extendleft(reversed(self._current))
        self._current.clear()
