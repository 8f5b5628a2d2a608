"""`palate export`: files that go back in."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.service.cli.conftest import Run


def test_what_is_exported_is_what_is_there(filled: Run) -> None:
    for what, command, key in (("items", "index", "skipped"), ("events", "events", "duplicates")):
        written = filled("export", what, "out.parquet", "--json").json
        assert written["rows"] == pq.read_metadata("out.parquet").num_rows > 0
        (report,) = filled(command, "out.parquet", "--json").json["files"]
        assert report["counts"][key] == written["rows"]
    filled("users", "import", _people())
    assert filled("export", "users", "out.parquet").out == "out.parquet: 1 rows\n"
    assert [path.name for path in Path().glob("*.new")] == []


def _people() -> Path:
    path = Path("people.jsonl")
    path.write_text('{"user_id": "u0", "age": 30}\n')
    return path


def test_vectors_are_named(filled: Run) -> None:
    ran = filled("export", "vectors", "out.parquet")
    assert (ran.code, "no model is trained; there are text, image" in ran.err) == (2, True)
    assert filled("export", "vectors", "out.parquet", "--vector", "text").code == 0
    table = pq.read_table("out.parquet")
    assert table.column_names == ["item_id", "vector"]
    assert len(table["vector"][0]) == 16


def test_a_vector_is_asked_of_vectors_only(run: Run) -> None:
    assert "--vector is for vectors" in run("export", "items", "a.parquet", "--vector", "text").err


def test_without_data_nothing_is_written(run: Run) -> None:
    assert run("export", "items", "a.parquet").code == 2
    assert not Path("a.parquet").exists()
