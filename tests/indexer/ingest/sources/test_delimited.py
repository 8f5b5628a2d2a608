"""Cells as real exports have them: one bad row stays one bad row."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.sources import delimited
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import Row

FEWER = "the row has fewer cells than the header; the last are taken as empty"
MORE = "the row has more cells than the header; those past it are left out"
QUOTES = "quotes do not pair in the row; it was read as well as could be"


def read(path: Path, content: str | bytes) -> list[Row | RowError]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(file_source(path).open())


def told(found: list[Row | RowError]) -> list[tuple[int, object]]:
    return [
        (row.line, row.reason) if isinstance(row, RowError) else (row.line, dict(row.values))
        for row in found
    ]


def test_rows_are_numbered_by_the_line_they_begin_on(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", 'id,t\n1,"two\nlines"\n\n2,b\n')
    assert told(found) == [(2, {"id": "1", "t": "two\nlines"}), (5, {"id": "2", "t": "b"})]


def test_ragged_rows_come_in_with_a_note(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,t,u\n1,a\n2,a,b,c\n3,a,b\nfooter\n")
    assert told(found) == [
        (2, {"id": "1", "t": "a"}),
        (3, {"id": "2", "t": "a", "u": "b"}),
        (4, {"id": "3", "t": "a", "u": "b"}),
        (5, "the row has 1 cell, the header has 3"),
    ]
    assert [row.notes for row in found if isinstance(row, Row)] == [(FEWER,), (MORE,), ()]


def test_quotes_that_do_not_pair_spoil_one_row(tmp_path: Path) -> None:
    content = (
        'id,t,u\n1,"5" wide",b\n2,"never closed,c\n3,x,y\n4,"two\nlines",c\n5,"a ""q""",d\n'
        '6,"Pipe 5" wide\nsecond line",f\n7,"x","y"\n'
    )
    found = read(tmp_path / "a.csv", content)
    assert told(found) == [
        (2, {"id": "1", "t": '5" wide', "u": "b"}),
        (3, {"id": "2", "t": "never closed", "u": "c"}),
        (4, {"id": "3", "t": "x", "u": "y"}),
        (5, {"id": "4", "t": "two\nlines", "u": "c"}),
        (7, {"id": "5", "t": 'a "q"', "u": "d"}),
        (8, {"id": "6", "t": 'Pipe 5" wide\nsecond line', "u": "f"}),
        (10, {"id": "7", "t": "x", "u": "y"}),
    ]
    notes = [row.notes for row in found if isinstance(row, Row)]
    assert notes == [(QUOTES,), (QUOTES,), (), (), (), (QUOTES,), ()]


def test_a_quote_that_is_never_closed_takes_no_more_than_so_many_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "MAX_ROW_LINES", 10)
    rows = "".join(f"{n},b\n" for n in range(2, 100))
    found = read(tmp_path / "a.csv", f'id,t\n1,"a\n{rows}')
    assert [row.values["id"] for row in found if isinstance(row, Row)] == [
        str(n) for n in range(1, 100)
    ]


def test_columns_without_a_name_and_with_the_same_one_have_one_each(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,,tag,tag\n1,a,b,c\n")
    assert told(found) == [(2, {"id": "1", "column 2": "a", "tag": "b", "tag (2)": "c"})]


def test_a_file_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    found = read(tmp_path / "u.data", "196\t242\t3\n186\t302\t3\n")
    assert told(found)[0] == (1, {"column 1": "196", "column 2": "242", "column 3": "3"})


def test_zeros_in_a_text_are_no_text(tmp_path: Path) -> None:
    assert told(read(tmp_path / "a.csv", b"id,t\n1,a\x00b\n")) == [(2, {"id": "1", "t": "ab"})]


def test_a_header_of_nothing_is_no_header(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="it is empty"):
        read(tmp_path / "a.csv", "id,t\n")


CELLS = st.text(alphabet=st.sampled_from('ab ,;"\n\t|é'), max_size=6).filter(
    lambda text: "\n\n" not in text
)


@given(rows=st.lists(st.tuples(st.integers(1, 10**6), CELLS, CELLS), min_size=1, max_size=8))
def test_what_the_csv_module_writes_comes_out_whole(
    rows: list[tuple[int, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([("id", "first name", "last name"), *rows])
    found = [row.values for row in file_source(path).open() if isinstance(row, Row)]
    expected = [
        {
            name: cell
            for name, cell in zip(("id", "first name", "last name"), map(str, row), strict=True)
            if cell
        }
        for row in rows
    ]
    assert found == expected


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w") as stream:
        stream.write("id,t\n")
        stream.writelines(f"{n},{'x' * 2000}\n" for n in range(10_000))  # 20 MB
    tracemalloc.start()
    try:
        count = sum(1 for _ in file_source(path).open())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 12_000_000
