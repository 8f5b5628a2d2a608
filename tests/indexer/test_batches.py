"""Parts of so many, and no row read before it is asked for."""

from __future__ import annotations

from indexer.batches import batched


def test_rows_come_in_parts_of_so_many_and_the_rest() -> None:
    assert list(batched(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(batched([], 2)) == []


def test_no_row_is_read_ahead() -> None:
    rows = iter(range(5))
    assert next(batched(rows, 2)) == [0, 1]
    assert next(rows) == 2
