"""From what a command is told to rows."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.errors import CatalogError
from indexer.ingest import sources
from indexer.ingest.sources import columnar
from indexer.ingest.sources.opening import file_source, open_sources
from indexer.ingest.sources.source import Row


def without_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where PyArrow is not installed."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, columnar.__name__)
    monkeypatch.delattr(sources, "columnar")


def ids(name: str, query: str = "") -> list[object]:
    return [
        row.values["id"]
        for source in open_sources([name], query)
        for row in source.open()
        if isinstance(row, Row)
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,t\n7,x\n"),
        ("a.tsv", b"id\tt\n7\tx\n"),
        ("a.txt", b"id;t\n7;x\n"),
        ("a.CSV.GZ", gzip.compress(b"id,t\n7,x\n", mtime=0)),
        ("a.jsonl", b'{"id": "7"}\n'),
        ("anything", b'{"id": "7"}\n'),
        ("anything", '{"id": "7"}\n'.encode("utf-16")),
        ("anything", '[{"id": "7"}]'.encode("utf-16-le")),
        ("anything", '\ufeff [{"id": "7"}]'.encode()),
        ("anything", b"id,t\n7,x\n"),
        ("wrong.parquet.csv", b"id,t\n7,x\n"),
    ],
)
def test_formats_are_told_by_content_and_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert ids(str(tmp_path / name)) == ["7"]
    assert ids(f"file://{tmp_path / name}") == ["7"]


def test_a_parquet_file_without_what_reads_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(pa.table({"id": ["7"]}), tmp_path / "a.parquet")
    without_arrow(monkeypatch)
    source = file_source(tmp_path / "a.parquet")
    says = rf"{tmp_path}/a\.parquet: pyarrow, which reads it, is not installed; `pip install"
    for ask in (lambda: list(source.open()), source.stated):
        with pytest.raises(CatalogError, match=says):
            ask()
    assert source.count() is None


def test_rows_are_counted_as_lines_where_there_are_lines(tmp_path: Path) -> None:
    units = {
        name: file_source(tmp_path / name).unit
        for name in ("a.csv", "a.jsonl", "a.jsonl.gz", "a", "a.json", "a.json.gz", "a.parquet")
    }
    lines = {"a.csv", "a.jsonl", "a.jsonl.gz", "a"}
    assert {name for name, unit in units.items() if unit == "line"} == lines


def test_what_a_parquet_file_says_of_itself_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    table = pa.table({"id": ["7"]}).replace_schema_metadata({"made by": "a shop"})
    for name in ("a.parquet", "a.data"):
        pq.write_table(table, tmp_path / name)
        assert file_source(tmp_path / name).stated()["made by"] == "a shop"
    (tmp_path / "a.csv").write_text("id\n7\n")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:40])
    for name in ("a.csv", "cut.parquet", "gone.parquet", "."):
        assert file_source(tmp_path / name).stated() == {}


def test_stdin_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"id,t\n7,x\n")))
    assert ids("-") == ["7"]


def test_a_folder_gives_its_files_in_order_and_leaves_others(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("id,t\n2,x\n")
    (tmp_path / "a.jsonl").write_text('{"id": "1"}\n')
    (tmp_path / "photo.jpg").write_bytes(b"\xff")
    (tmp_path / ".hidden.csv").write_text("id,t\n9,x\n")
    assert ids(str(tmp_path)) == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ftp://host/a.csv", "ftp:// addresses are not read; fetch it first"),
        ("https://host/a.csv", "https:// addresses are not read; fetch it first"),
        ("sqlite:///a.db", "not said what to read from this database; add --query"),
        ("gone.csv", "there is no such file"),
        ("empty", "no file of rows in this folder"),
        ("none.csv", "it is empty"),
        ("binary", "its format is not known"),
        ("cut.csv.gz", "cannot be read"),
    ],
)
def test_what_has_no_rows_gets_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.csv").write_bytes(b"")
    (tmp_path / "binary").write_bytes(b"\x00\x01\x02")
    (tmp_path / "cut.csv.gz").write_bytes(
        gzip.compress(b"id,t\n" + os.urandom(5000).hex().encode())[:-20]
    )
    with pytest.raises(CatalogError, match=says):
        ids(name)


def test_a_query_needs_a_database(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="--query is asked of a database"):
        open_sources(["a.csv"], "products")


def test_rows_are_counted_where_that_takes_no_reading(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n2\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id\n1\n"))
    (tmp_path / "a.json").write_text("[]")
    names = ["a.csv", "a.csv.gz", "a.json", "gone.csv"]
    assert [file_source(tmp_path / name).count() for name in names] == [3, None, None, None]


def test_a_source_knows_its_folder_and_when_it_was_last_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")
    os.utime(path, (5, 5))
    source = file_source(path)
    assert (source.root, source.changed_at, source.unit) == (tmp_path.resolve(), 5.0, "line")
