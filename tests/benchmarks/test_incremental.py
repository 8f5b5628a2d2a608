"""The benchmark of incremental training: what is new is new to the first model alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.incremental import compared, older
from service.ranker.data.interactions import Interactions
from tests.service.world import filled


def test_the_newest_events_by_the_clock_are_left_out() -> None:
    table = Interactions.build(
        [0, 0, 1, 1, 2], [0, 1, 2, 3, 4], timestamp=[5.0, 1.0, 2.0, 4.0, 3.0]
    )
    assert older(table, 0.4).timestamp.tolist() == [1.0, 2.0, 3.0]
    assert len(older(table, 0.0)) == 5


def test_three_models_are_asked_the_same_and_the_folder_stays_as_it_was(tmp_path: Path) -> None:
    palate = filled(tmp_path)
    events = palate.workspace.log.count_events()
    text = compared(palate.workspace, since=0.2, seed=0)
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    assert [row[0].strip("| ") for row in rows] == [
        "model",
        "before",
        "incremental",
        "trained anew",
    ]
    assert "all (30)" in rows[0][1]
    assert np.array([float(row[1].split()[0]) for row in rows[1:]]).max() > 0
    assert (palate.workspace.log.count_events(), palate.list_models()) == (events, [])
    palate.close()
