"""Checkpoints as int8: smaller, within the error that a scale per row allows, and read like any
other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from service.ranker.agreement import Agreement, agreement
from service.ranker.checkpoint import (
    CheckpointError,
    load_checkpoint,
    save_checkpoint,
    shrink_checkpoint,
    size_of,
)
from service.ranker.data.history import History
from service.ranker.quantization import MATRICES, TABLES, WHOLE_NUMBERS, narrowed, widened
from service.ranker.ranker import Ranker
from service.ranker.training.train import train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features

N = 40
IDS = [f"item-{i}" for i in range(N)]
HISTORIES = [History.of(np.array([side, side + 2, side + 4])) for side in (0, 1)]


@pytest.fixture(scope="module")
def board() -> Ranker:
    return train_ranker(
        checkerboard(), features(N), replace(SMALL, max_epochs=8), version="board"
    ).ranker


@pytest.fixture(scope="module")
def folder(board: Ranker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "board"
    save_checkpoint(folder, board, IDS, {"note": "kept"})
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
    board: Ranker, folder: Path, tmp_path: Path
) -> None:
    shrink_checkpoint(folder, tmp_path / "small", "small")
    assert size_of(tmp_path / "small") < 0.7 * size_of(folder)
    small = read(tmp_path / "small")
    assert small.version == "small"
    same = agreement(board, small, HISTORIES)
    assert same.overlap >= 0.9
    assert same.rank_correlation > 0.99


def test_a_ranker_agrees_with_itself_and_not_with_one_that_ranks_the_other_way(
    board: Ranker, folder: Path
) -> None:
    assert agreement(board, read(folder), HISTORIES) == Agreement(1.0, pytest.approx(1.0), 2)
    turned = read(folder)
    turned.blend.cold_lift, turned.blend.score = 0.0, lambda *given: -board.blend.score(*given)  # type: ignore[method-assign]
    against = agreement(board, turned, HISTORIES)
    assert against.overlap < 0.5
    assert against.rank_correlation == pytest.approx(-1.0)


def test_a_format_that_is_not_known_is_refused(folder: Path, tmp_path: Path) -> None:
    shrink_checkpoint(folder, tmp_path / "small", "small")
    config = tmp_path / "small" / "config.json"
    config.write_text(
        json.dumps(json.loads(config.read_text("utf-8")) | {"format": 9}), encoding="utf-8"
    )
    with pytest.raises(CheckpointError, match="format 9, this version reads 4 and 5"):
        read(tmp_path / "small")
