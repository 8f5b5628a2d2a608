"""Rows, files and vectors go into blocks and come back; a row that comes or goes changes one
block."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalog.item import Item
from indexer.log.event_log import Row
from indexer.stores.store import StoredItem
from service.backup.blocks import (
    FILE_BYTES,
    ROWS,
    file_blocks,
    row_blocks,
    row_line,
    row_of,
    rows_of,
    stored_items_of,
    vector_blocks,
)

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary()
)


@given(st.dictionaries(st.text(), VALUES))
def test_a_row_is_one_line_and_comes_back(row: Row) -> None:
    line = row_line(row)
    assert line.splitlines() == [line]
    assert row_of(line) == row


def _rows(n: int) -> list[Row]:
    return [{"seq": n, "user_id": f"u{n}"} for n in range(n)]


def test_rows_come_back_in_their_order_however_they_came() -> None:
    rows = _rows(10 * ROWS)
    blocks = list(row_blocks(rows[start : start + 700] for start in range(0, len(rows), 700)))
    assert [row for block, _ in blocks for row in rows_of(block)] == rows
    assert [len(rows_of(block)) for block, _ in blocks] == [size for _, size in blocks]
    assert 4 < len(blocks) < 25
    assert [block for block, _ in row_blocks([rows])] == [block for block, _ in blocks]


def test_a_row_that_comes_or_goes_changes_one_block() -> None:
    rows = _rows(10 * ROWS)
    before = {block for block, _ in row_blocks([rows])}
    fewer = {block for block, _ in row_blocks([rows[:2000] + rows[2001:]])}
    more = {block for block, _ in row_blocks([[*rows, {"seq": len(rows), "user_id": "new"}]])}
    assert len(fewer - before) == 1
    assert len(more - before) == 1


def test_no_rows_are_no_blocks() -> None:
    assert list(row_blocks([])) == []


def test_a_file_comes_in_blocks_of_one_size() -> None:
    content = bytes(range(256)) * (FILE_BYTES // 256) + b"rest"
    blocks = list(file_blocks(BytesIO(content)))
    assert [size for _, size in blocks] == [FILE_BYTES, 4]
    assert b"".join(block for block, _ in blocks) == content


def test_vectors_come_back_exactly_and_a_missing_one_is_missing() -> None:
    rng = np.random.default_rng(0)
    items = [
        StoredItem(
            index,
            Item(f"i{index}", title="é中"),
            {"text": rng.random(3, np.float32)}
            | ({"image": rng.random(5, np.float32)} if index % 2 else {}),
        )
        for index in range(4)
    ]
    ((block, size),) = vector_blocks([items[:3], items[3:]])
    back = stored_items_of(block)
    assert size == 4
    assert [(one.item_index, one.item) for one in back] == [
        (one.item_index, one.item) for one in items
    ]
    for one, other in zip(items, back, strict=True):
        assert one.vectors.keys() == other.vectors.keys()
        for name, vector in one.vectors.items():
            np.testing.assert_array_equal(vector, other.vectors[name])


def test_items_without_any_vector_come_back_too() -> None:
    ((block, _),) = vector_blocks([[StoredItem(4, Item("a"), {})]])
    assert stored_items_of(block) == [StoredItem(4, Item("a"), {})]
