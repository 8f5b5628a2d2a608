"""Workbooks, as people keep them."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from indexer.errors import CatalogError
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import Row


@pytest.fixture
def book(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("products")
    sheet.append(["Stock report"])
    sheet.append([])
    sheet.append(["SKU", "Name", "Price", "Since", "New"])
    sheet.append([1001, "Shirt", 49.9, datetime(2024, 5, 1), True])
    sheet.append([])
    sheet.append(["A-2", "Dress", None, None, False])
    path = tmp_path / "shop.xlsx"
    book.save(path)
    return path


def test_rows_come_from_the_first_sheet_that_has_any(book: Path) -> None:
    rows = [row for row in file_source(book).open() if isinstance(row, Row)]
    assert [dict(row.values) for row in rows] == [
        {"SKU": 1001, "Name": "Shirt", "Price": 49.9, "Since": date(2024, 5, 1), "New": True},
        {"SKU": "A-2", "Name": "Dress", "New": False},
    ]
    assert [row.line for row in rows] == [4, 6]


def test_what_it_is_called_does_not_matter(book: Path) -> None:
    other = book.rename(book.with_suffix(".csv"))
    assert len(list(file_source(other).open())) == 2


def test_the_library_that_is_missing_is_named(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(CatalogError, match=r"pip install 'palate\[excel\]'"):
        list(file_source(book).open())


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(CatalogError, match="not a readable workbook"):
        list(file_source(tmp_path / "a.xlsx").open())
