"""Rows of Excel and OpenDocument workbooks: the first sheet that has any.

The header is the first row with more than one cell filled. Knows nothing of what the fields mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from indexer.errors import CatalogError
from indexer.ingest.sources.source import Row, Rows
from indexer.ingest.sources.stream import Opened, spooled

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def workbook_rows(given: Opened) -> Rows:
    """The rows of a workbook."""
    try:
        import python_calamine as calamine
    except ImportError:
        why = "workbooks need a library that is not installed"
        raise CatalogError(given.name, why, "`pip install 'palate[excel]'`") from None
    with spooled(given.stream) as whole:
        try:
            book = calamine.load_workbook(whole)
            sheets = (book.get_sheet_by_name(name) for name in book.sheet_names)
            sheet = next((sheet for sheet in sheets if sheet.total_height), None)
            cells: Iterator[Sequence[Any]] = iter(()) if sheet is None else sheet.iter_rows()
            first = 1 if sheet is None or sheet.start is None else sheet.start[0] + 1
            yield from _rows(cells, first)
        except (calamine.CalamineError, ValueError) as error:
            why = f"it is not a readable workbook ({error})"
            raise CatalogError(given.name, why, "save it anew, or as CSV") from error


def _rows(rows: Iterator[Sequence[Any]], first: int) -> Rows:
    names: list[str] | None = None
    for number, cells in enumerate(rows, start=first):
        filled = sum(cell not in (None, "") for cell in cells)
        if names is None:
            if filled > 1 or (filled == 1 and len(cells) == 1):
                names = [str(cell).strip() or f"column {n}" for n, cell in enumerate(cells, 1)]
        elif filled:
            pairs = zip(names, cells, strict=False)
            yield Row(
                number, {name: _plain(cell) for name, cell in pairs if cell not in (None, "")}
            )


def _plain(cell: Any) -> object:
    """Whole numbers as such: a workbook has no others than floating ones."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    if isinstance(cell, datetime | date):
        return cell
    return str(cell) if isinstance(cell, time | timedelta) else cell
