"""What comes in of exports that look like real ones: the figures of docs/shop.md, on a small shop."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.exports import Export, write_exports
from benchmarks.ingest import measure, table

RIGHT_IDS = {"google-merchant.tsv", "amazon-meta.jsonl", "hm-articles.csv", "movielens-movies.csv"}
"""Where a guess cannot but know items by the id that was written."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Export]:
    return write_exports(tmp_path_factory.mktemp("shop"), n_products=300, seed=3)


def test_all_rows_with_an_id_come_in_as_they_were_written(exports: list[Export]) -> None:
    for export in exports:
        result = measure(export)
        assert result.recognized, export.path.name
        assert (result.rows, result.lost) == (export.rows, export.without_id), export.path.name
        assert result.titles_right == len(export.titles), export.path.name
        assert result.prices_right == len(export.prices), export.path.name


def test_nearly_all_come_in_where_nothing_is_recognized(exports: list[Export]) -> None:
    for export in exports:
        result = measure(export, presets=False)
        assert not result.recognized
        assert result.share_in >= 0.99, export.path.name
        if export.path.name in RIGHT_IDS:
            assert result.titles_right == len(export.titles), export.path.name


def test_the_table_has_a_row_for_each(exports: list[Export]) -> None:
    assert len(table([measure(exports[0])]).splitlines()) == 3


def test_a_seed_gives_the_same_exports(tmp_path: Path) -> None:
    first, second = (write_exports(tmp_path / name, 20) for name in "ab")
    for one, other in zip(first, second, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()
