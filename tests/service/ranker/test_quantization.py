"""Checkpoints as int8: smaller, within the error that a scale per row allows, and read like any
other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from service.ranker.agreement import agreement
from service.ranker.checkpoint import (
    load_checkpoint,
    save_checkpoint,
    shrink_checkpoint,
    size_of,
)
from service.ranker.data.history import History
from service.ranker.quantization import MATRICES, TABLES, WHOLE_NUMBERS, narrowed, widened
from service.ranker.ranker import Ranker
from service.ranker.training.train import Trained
from tests.service.ranker.planted import features

N = 40
IDS = [f"item-{i}" for i in range(N)]
HISTORIES = [History.of(np.array([side, side + 2, side + 4])) for side in (0, 1)]


@pytest.fixture(scope="module")
def folder(board: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "board"
    save_checkpoint(folder, board.ranker, IDS, {"note": "kept"})
    return folder


def read(folder: Path) -> Ranker:
    return load_checkpoint(folder, features(N), {item_id: i for i, item_id in enumerate(IDS)})


def test_weights_lose_at_most_half_a_step_of_their_row_and_whole_numbers_nothing(
    folder: Path,
) -> None:
    arrays = load_file(folder / "weights.safetensors")
    back = widened(narrowed(arrays))
    assert back.keys() == arrays.keys()
    for name in TABLES:
        step = np.abs(arrays[name]).max(axis=1, keepdims=True) / 127
        assert (np.abs(back[name] - arrays[name]) <= 0.501 * step).all()
    for name in MATRICES:
        for start, stop in zip(
            arrays[f"{name}.indptr"], arrays[f"{name}.indptr"][1:], strict=False
        ):
            row, again = arrays[f"{name}.data"][start:stop], back[f"{name}.data"][start:stop]
            assert (np.abs(again - row) <= 0.501 * np.abs(row).max(initial=0) / 127).all()
    for name in WHOLE_NUMBERS:
        np.testing.assert_array_equal(back[name], arrays[name])


def test_a_shrunk_ranker_is_smaller_and_recommends_the_same(
    board: Trained, folder: Path, tmp_path: Path
) -> None:
    shrink_checkpoint(folder, tmp_path / "small", "small", ["text"])
    config = json.loads((tmp_path / "small" / "config.json").read_text("utf-8"))
    assert (config["format"], config["precision"]) == (6, "int8")
    assert size_of(tmp_path / "small") < 0.8 * size_of(folder)  # the second stage stays as it is
    small = read(tmp_path / "small")
    assert small.version == "small"
    same = agreement(board.ranker, small, HISTORIES)
    assert same.overlap >= 0.9
    assert same.rank_correlation > 0.99
