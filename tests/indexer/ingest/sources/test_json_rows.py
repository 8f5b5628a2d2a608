"""JSON in the three forms in which rows come."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import Row

ROWS: list[dict[str, Any]] = [{"id": 1, "tags": ["a"]}, {"id": 2, "price": 2.5}]


def read(path: Path, content: str) -> list[Row | RowError]:
    path.write_text(content, encoding="utf-8")
    return list(file_source(path).open())


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(map(json.dumps, ROWS)),
        "\ufeff" + "\n\n".join(map(json.dumps, ROWS)),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps({"products": ROWS}),
        json.dumps({"meta": {"links": [{"x": 1}]}, "data": {"products": ROWS}}, indent=1),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_rows_are_the_same_in_every_form(tmp_path: Path, name: str, content: str) -> None:
    assert [row.values for row in read(tmp_path / name, content) if isinstance(row, Row)] == ROWS


WIDE = [{"id": 1, "title": "Größe 😀 鞋"}, {"id": 2, "title": "żółty"}] * 3_000
"""Letters of one to four bytes, over several reads."""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("wrap", [list, lambda rows: {"meta": {"n": 1}, "products": rows}])
def test_a_list_is_read_in_any_encoding_of_unicode(
    tmp_path: Path, encoding: str, wrap: Callable[[Any], Any]
) -> None:
    path = tmp_path / "a.json"
    for indent in (None, 1):
        path.write_text(json.dumps(wrap(WIDE), ensure_ascii=False, indent=indent), encoding)
        rows = list(file_source(path).open())
        assert [row.values for row in rows if isinstance(row, Row)] == WIDE


def test_a_list_in_an_older_encoding_is_read_too(tmp_path: Path) -> None:
    rows = [{"id": n, "title": "Größe für Mädchen, schöne Füße"} for n in range(50)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), "cp1252")
    assert [row.values for row in file_source(path).open() if isinstance(row, Row)] == rows


def test_a_list_may_lie_deep_in_one_line_and_one_row_may_hold_a_list(tmp_path: Path) -> None:
    edges = [{"node": row} for row in ROWS]
    deep = json.dumps({"data": {"products": {"edges": edges}}})
    assert [row.values for row in read(tmp_path / "a.json", deep) if isinstance(row, Row)] == edges
    row = {"product_id": 1, "images": [{"src": "a"}, {"src": "b"}]}
    found = read(tmp_path / "a.json", json.dumps(row))
    assert [one.values for one in found if isinstance(one, Row)] == [row]


def test_an_object_a_line_may_hold_lists_of_objects(tmp_path: Path) -> None:
    rows = [{"id": 1, "images": [{"src": "a"}]}, {"id": 2, "images": [{"src": "b"}]}]
    found = read(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))
    assert [row.values for row in found if isinstance(row, Row)] == rows


def test_a_bad_line_is_told_and_the_others_come(tmp_path: Path) -> None:
    found = read(tmp_path / "a.jsonl", '{"id": 1}\n{"id": 2\n\n[1]\n{"id": 3, "price": NaN}\n')
    assert [row.line for row in found] == [1, 2, 4, 5]
    reasons = [row.reason for row in found if isinstance(row, RowError)]
    assert reasons[0].startswith("the line is not JSON")
    assert reasons[1] == "the line is JSON, but not an object with fields"


def test_an_array_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ROWS)[:-5])
    rows = file_source(path).open()
    assert isinstance(next(rows), Row)
    with pytest.raises(CatalogError, match="it is not JSON"):
        list(rows)


def test_entries_that_are_no_objects_are_told(tmp_path: Path) -> None:
    found = read(tmp_path / "a.json", '[{"id": 1}, 2]')
    assert [row.line for row in found] == [1, 2]
    assert isinstance(found[1], RowError)


def test_an_object_without_rows_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="without a list of objects"):
        read(tmp_path / "a.json", json.dumps({"a": 1, "b": {"c": [1, 2]}}, indent=1))
