"""Parquet, Arrow, and folders of `datasets`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from indexer.errors import CatalogError
from indexer.ingest.sources import columnar
from indexer.ingest.sources.columnar import count_parquet
from indexer.ingest.sources.opening import file_source, open_sources
from indexer.ingest.sources.source import Row, Source

TABLE = pa.table({"id": ["1", "2", "3"], "label": [0, 1, 7]})
ROWS = TABLE.to_pylist()


def rows(source: Source) -> list[dict[str, object]]:
    return [dict(row.values) for row in source.open() if isinstance(row, Row)]


def write_parquet(path: Path) -> None:
    pq.write_table(TABLE, path)


def write_feather(path: Path) -> None:
    feather.write_feather(TABLE, path)


def write_stream(path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)


@pytest.mark.parametrize("write", [write_parquet, write_feather, write_stream])
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_rows(
    tmp_path: Path, write: object, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar, "BATCH", 2)
    path = tmp_path / "a.bin"
    write(path)  # type: ignore[operator]
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    source = file_source(path)
    assert rows(source) == ROWS
    assert [row.line for row in source.open()] == [1, 2, 3]


def test_a_folder_of_datasets_gives_the_names_of_classes(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    for split in ("train", "test"):
        (folder / split).mkdir(parents=True)
        write_stream(folder / split / "data-00000-of-00001.arrow")
        info = {"features": {"label": {"_type": "ClassLabel", "names": ["red", "blue"]}}}
        (folder / split / "dataset_info.json").write_text(json.dumps(info))
        state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
        (folder / split / "state.json").write_text(json.dumps(state))
    sources = open_sources([str(folder)])
    assert [Path(source.name).name for source in sources] == ["test", "train"]
    named = [{"id": "1", "label": "red"}, {"id": "2", "label": "blue"}, {"id": "3", "label": None}]
    assert rows(sources[0]) == named


def test_rows_are_counted_from_the_end_of_the_file(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"no table")
    assert [count_parquet(tmp_path / name) for name in ("a.parquet", "b.parquet")] == [3, None]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.parquet", b"PAR1 and nothing more"), ("a.arrow", b"ARROW1 and nothing more")],
)
def test_a_damaged_file_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CatalogError, match="is not readable"):
        list(file_source(tmp_path / name).open())


def test_an_empty_table_is_empty(tmp_path: Path) -> None:
    pq.write_table(TABLE.slice(0, 0), tmp_path / "a.parquet")
    with pytest.raises(CatalogError, match="it is empty"):
        list(file_source(tmp_path / "a.parquet").open())
