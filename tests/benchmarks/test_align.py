"""The benchmark of aligning: what counts as found, and what the page says of several splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import align


def test_the_share_alike_counts_the_best_ten_only() -> None:
    there = np.array(["dress"] * 6 + ["shirt"] * 14)
    scores = -np.arange(20.0)[None]  # dresses first
    assert align.share_alike(scores, np.array(["dress"]), there) == 0.6
    assert align.share_alike(-scores, np.array(["dress"]), there) == 0.0


def test_the_report_gives_mean_lowest_and_highest_of_the_splits() -> None:
    common = {
        "reading s": 30.0,
        "pairs": 2400,
        "held out": 600,
        "title -> image": 0.25,
        "chance: kind": 0.01,
        "most: kind": 0.4,
    }
    splits = [
        {**common, "seconds": 40.0, "kind": 0.25, "image: all": 0.5, "image: held out": 0.25},
        {**common, "seconds": 50.0, "kind": 0.5, "image: all": 0.75, "image: held out": 0.25},
    ]
    text = align.report(splits)
    assert (
        "2,400 articles to train on, 600 held out by product; at most 50 s, of which 30 s" in text
    )
    assert "| title -> image | 0.250 (0.250-0.250) | 0.017 |" in text
    assert "`black dress` | 0.375 (0.250-0.500) | 0.010 | 0.400 |" in text
    assert "| image | 0.625 (0.500-0.750) | 0.250 (0.250-0.250) |" in text


def test_data_that_are_not_there_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sys.argv", ["align", "--data", str(tmp_path), "--work", str(tmp_path / "work")]
    )
    with pytest.raises(SystemExit, match=r"there is no .*hm-fashion; name the folder"):
        align.main()
    assert not (tmp_path / "work").exists()
