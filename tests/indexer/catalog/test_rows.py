"""Files: every format gives the same items, and every kind of broken file one clear answer."""

from __future__ import annotations

import csv
import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.catalog import rows as rows_module
from indexer.catalog.item import Item, RowError, read_items
from indexer.errors import CatalogError

ROWS: list[dict[str, Any]] = [
    {
        "item_id": "1",
        "title": "Toy Story",
        "categories": ["Animation", "Comedy"],
        "attributes": {"year": "1995"},
    },
    {"item_id": "2", "title": "Ночь, «улица»\nфонарь", "price": 3.5, "available": False},
]
ITEMS = [Item.from_mapping(row) for row in ROWS]


def write_jsonl(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")


def write_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress("\n\n".join(json.dumps(row) for row in ROWS).encode()))


def write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(
            file, ["item_id", "title", "categories", "attributes", "price", "available"]
        )
        writer.writeheader()
        for row in ROWS:
            cells = {**row, "categories": "|".join(row.get("categories", []))}
            if "attributes" in row:
                cells["attributes"] = json.dumps(row["attributes"])
            writer.writerow(cells)


def write_parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS, schema=pa.schema(_PARQUET)), path)


_PARQUET = [
    ("item_id", pa.string()),
    ("title", pa.large_string()),
    ("categories", pa.list_(pa.string())),
    ("attributes", pa.map_(pa.string(), pa.string())),
    ("price", pa.float32()),
    ("available", pa.bool_()),
]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("items.jsonl", write_jsonl),
        ("items.NDJSON", write_jsonl),
        ("items.json", write_jsonl),
        ("items.jsonl.gz", write_gzip),
        ("items.csv", write_csv),
        ("items.parquet", write_parquet),
    ],
)
def test_every_format_gives_the_same_items(tmp_path: Path, name: str, write: Any) -> None:
    write(tmp_path / name)
    assert list(read_items(tmp_path / name)) == ITEMS


def test_bad_rows_are_reported_by_line_and_the_good_ones_read(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(
        '\ufeff{"item_id": "1"}\n{"item_id": "2"\n\n[1]\n{"title": "no id"}\n{"item_id": "3", "price": NaN}\n'
        '{"item_id": "1", "title": "again"}\n{"item_id": "4"}',
        encoding="utf-8",
    )
    found = list(read_items(path))
    assert [item.item_id for item in found if isinstance(item, Item)] == ["1", "4"]
    errors = [(e.line, e.item_id, e.reason) for e in found if isinstance(e, RowError)]
    assert [(line, item_id) for line, item_id, _ in errors] == [
        (2, None),
        (4, None),
        (5, None),
        (6, "3"),
        (7, "1"),
    ]
    for (_, _, reason), expected in zip(
        errors,
        ["not JSON", "not an object", "item_id", "price is nan", "appears again"],
        strict=True,
    ):
        assert expected in reason


def test_a_bad_row_does_not_take_the_id_from_a_later_good_one(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"item_id": "1", "price": "much"}\n{"item_id": "1"}\n')
    assert list(read_items(path))[1] == Item("1")


def test_csv_rows_are_numbered_by_the_line_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text('item_id,title\n1,"two\nlines"\n2,a,b\n\n3\n4,"x"y\n5,ok\n')
    found = list(read_items(path))
    assert [item.item_id for item in found if isinstance(item, Item)] == ["1", "5"]
    assert [(e.line, e.reason.split("(")[0]) for e in found if isinstance(e, RowError)] == [
        (4, "the row has 3 cells, the header has 2"),
        (6, "the row has 1 cells, the header has 2"),
        (7, "the line is not CSV "),
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("items.jsonl", b"", "it is empty"),
        ("items.jsonl", b"\n\n", "it is empty"),
        ("items.csv", b"", "it is empty"),
        ("items.csv", b"item_id,title\n", "it is empty"),
        (
            "items.jsonl",
            b'{"item_id": "1"}\n{"item_id": "2", "title": "caf\xe9"}',
            "0xe9 at offset 47 in line 2",
        ),
        ("items.csv", "item_id\n1\n".encode("utf-16"), "0xff at offset 0 in line 1"),
        ("items.csv", b"title,price\nx,1\n", "no column 'item_id'"),
        ("items.csv", b"item_id,brand\n1,Acme\n", "unknown column 'brand'"),
        ("items.csv", b"item_id,title,title\n1,a,b\n", "a column appears twice"),
        ("items.json", b'[{"item_id": "1"}]', "JSON array"),
        (
            "items.jsonl.gz",
            gzip.compress(b'{"item_id": "1"}\n' * 99, mtime=0)[:-20],
            "cannot be read",
        ),
        ("items.jsonl.gz", b"not gzip", "cannot be read"),
        ("items.parquet", b"not parquet", "not readable Parquet"),
        ("items.txt", b"x", "unknown format '.txt'"),
        ("items", b"x", "unknown format"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_clear_error(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CatalogError, match=says) as caught:
        list(read_items(tmp_path / name))
    assert name in str(caught.value)


def test_an_empty_parquet_file_is_empty(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([], schema=pa.schema(_PARQUET)), tmp_path / "items.parquet")
    with pytest.raises(CatalogError, match="it is empty"):
        list(read_items(tmp_path / "items.parquet"))


def test_an_unknown_parquet_column_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"item_id": ["1"], "brand": ["Acme"]}), tmp_path / "items.parquet")
    with pytest.raises(CatalogError, match="unknown column 'brand'"):
        list(read_items(tmp_path / "items.parquet"))


def test_a_missing_file_and_a_folder_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    for name in ("missing.jsonl", "folder.jsonl"):
        with pytest.raises(CatalogError, match="there is no such file"):
            list(read_items(tmp_path / name))


@pytest.mark.parametrize("name", ["items.jsonl", "items.csv"])
def test_an_endless_line_is_skipped_without_holding_it(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MAX_LINE_BYTES", 64)
    good = {
        "items.jsonl": ['{"item_id": "1"}', '{"item_id": "2"}'],
        "items.csv": ["item_id\n1", "2"],
    }[name]
    (tmp_path / name).write_text(good[0] + "\n" + "x" * 1000 + "\n" + good[1] + "\n")
    first, error, last = read_items(tmp_path / name)
    assert isinstance(error, RowError)
    assert error.reason == "the line is longer than 64 bytes"
    assert (first, last) == (Item("1"), Item("2"))


def test_a_million_character_description_is_one_bad_row(tmp_path: Path) -> None:
    for name, text in {
        "items.jsonl": json.dumps({"item_id": "1", "description": "x" * 1_000_000})
        + '\n{"item_id": "2"}',
        "items.csv": "item_id,description\n1," + "x" * 1_000_000 + "\n2,\n",
    }.items():
        (tmp_path / name).write_text(text)
        error, good = read_items(tmp_path / name)
        assert isinstance(error, RowError)
        assert "1,000,000 characters, at most 100,000" in error.reason
        assert good == Item("2")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    line = '{"item_id": "%d", "description": "' + "x" * 2_000 + '"}\n'
    with path.open("w") as file:
        file.writelines(line % n for n in range(10_000))  # 20 MB
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_items(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 4_000_000
