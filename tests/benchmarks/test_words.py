"""The arithmetic of `benchmarks.words`, and what it leaves out of the events."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from benchmarks.words import ABOUT, ABOUT_UNSEEN, gain, naming, picture, ratio, split
from indexer.catalog.item import Item


def test_the_newest_event_of_each_person_is_left_out(tmp_path: Path) -> None:
    times = [datetime.fromtimestamp(t, UTC) for t in (3, 1, 2, 5)]
    table = pa.table(
        {"user_id": ["a", "a", "b", "b"], "item_id": ["x", "y", "x", "z"], "timestamp": times}
    )
    pq.write_table(table, tmp_path / "events.parquet")
    assert split(tmp_path / "events.parquet", tmp_path / "kept.parquet") == {"a": "x", "b": "z"}
    kept = pq.read_table(tmp_path / "kept.parquet")
    assert sorted(zip(*(kept[name].to_pylist() for name in ("user_id", "item_id")), strict=True)) == [
        ("a", "y"),
        ("b", "x"),
    ]  # fmt: skip


def test_a_gain_is_ndcg_of_one_item() -> None:
    assert gain(["a", "b", "c"], "c") == pytest.approx(1 / np.log2(4))
    assert gain(["a"], "b") == 0
    assert ratio(0.3, 0.4) == ".750"
    assert ratio(0.3, 0) == "-"


def test_every_genre_has_both_sentences_and_none_names_it() -> None:
    assert set(ABOUT) == set(ABOUT_UNSEEN)
    for genre in ABOUT:
        assert naming(genre, 0) not in ABOUT[genre]
        assert genre.lower() not in ABOUT_UNSEEN[genre]


def test_a_picture_is_small_and_inside_the_page(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (900, 900)).save(tmp_path / "images" / "a.jpg")
    assert picture(Item("a"), tmp_path).startswith('<img alt="" src="data:image/jpeg;base64,')
    assert picture(Item("b"), tmp_path) == ""
