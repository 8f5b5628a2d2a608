"""A look ahead changes nothing."""

from __future__ import annotations

import pytest

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.sources.source import Row, Rows, Source, peeked

ROWS = [Row(n, {"id": n}) for n in range(1, 6)]


def test_what_was_looked_at_comes_again() -> None:
    head, source = peeked(Source("s", lambda: iter([RowError(0, None, "bad"), *ROWS])), 3)
    assert head == ROWS[:2]
    assert list(source.open()) == [RowError(0, None, "bad"), *ROWS]


def broken(n: int) -> Rows:
    yield from ROWS[:n]
    raise CatalogError("s", "it breaks off", "get it again")


def test_what_breaks_off_does_so_behind_the_rows_that_came() -> None:
    head, source = peeked(Source("s", lambda: broken(2)), 10)
    assert head == ROWS[:2]
    rows = source.open()
    assert [next(rows), next(rows)] == ROWS[:2]
    with pytest.raises(CatalogError, match="breaks off"):
        next(rows)


def test_what_has_no_row_at_all_says_so_at_once() -> None:
    with pytest.raises(CatalogError):
        peeked(Source("s", lambda: broken(0)), 10)
