"""Checkpoints: what is written is read, into any catalogue, and what cannot be read is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from service.ranker.checkpoint import (
    CheckpointError,
    load_checkpoint,
    read_extra,
    save_checkpoint,
    size_of,
    verify_checkpoint,
)
from service.ranker.checkpoint_soundness import CHECKSUMS, write_checksums
from service.ranker.data.history import History
from service.ranker.data.items import Block, ItemFeatures
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.second_stage import signals
from service.ranker.second_stage.signals import Signal
from service.ranker.training.train import Trained, train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features, mixed_features

N = 40
IDS = [f"item-{i}" for i in range(N)]
INDEX_OF = {item_id: i for i, item_id in enumerate(IDS)}
HISTORY = History.of(np.array([0, 2, 4]))
MODALITIES = ("text", "image", "audio")


@pytest.fixture
def folder(board: Trained, tmp_path: Path) -> Path:
    save_checkpoint(tmp_path / "model", board.ranker, IDS, {"note": "kept"})
    return tmp_path / "model"


def scores(ranker: Ranker, history: History, items: np.ndarray) -> np.ndarray:
    return ranker.score_list(ranker.query_scores(history), items).scores


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The checkpoint with another configuration."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    change(config)
    path.write_text(json.dumps(config), encoding="utf-8")
    write_checksums(folder)
    return folder


def test_the_same_scores_come_back(board: Trained, folder: Path) -> None:
    loaded = load_checkpoint(folder, features(N), INDEX_OF)
    items = np.arange(10, 20)
    before = scores(board.ranker, HISTORY, items)
    np.testing.assert_allclose(scores(loaded, HISTORY, items), before, atol=1e-4)
    assert read_extra(folder) == {"note": "kept"}
    assert size_of(folder) == sum(path.stat().st_size for path in folder.iterdir())


def test_how_strongly_lists_are_calibrated_comes_back(board: Trained, tmp_path: Path) -> None:
    ranker = copy(board.ranker)
    ranker.calibration = 0.3
    save_checkpoint(tmp_path / "model", ranker, IDS, {})
    assert load_checkpoint(tmp_path / "model", features(N), INDEX_OF).calibration == 0.3
    earlier = edited(tmp_path / "model", lambda config: config.pop("calibration"))
    assert load_checkpoint(earlier, features(N), INDEX_OF).calibration == 0.0


def test_a_ranker_of_several_modalities_comes_back(tmp_path: Path) -> None:
    items = mixed_features(N, MODALITIES)
    config = replace(SMALL, max_epochs=2)
    ranker = train_ranker(checkerboard(), items, config, version="x").ranker
    save_checkpoint(tmp_path / "model", ranker, IDS, {})
    loaded = load_checkpoint(tmp_path / "model", items, INDEX_OF)
    assert loaded.snapshot.content.modalities == MODALITIES
    everything = np.arange(N)
    np.testing.assert_allclose(
        scores(loaded, HISTORY, everything), scores(ranker, HISTORY, everything), atol=1e-4
    )


def test_everything_follows_the_ids_of_the_items(board: Trained, folder: Path) -> None:
    """The catalogue in reverse order."""
    items = features(N).rows(np.arange(N)[::-1])
    turned = {item_id: N - 1 - i for item_id, i in INDEX_OF.items()}
    moved = load_checkpoint(folder, items, turned)
    before = scores(board.ranker, HISTORY, np.arange(10, 20))
    history = History.of(N - 1 - HISTORY.items)
    after = scores(moved, history, N - 1 - np.arange(10, 20))
    np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-3)


def test_items_that_are_gone_are_forgotten_and_new_ones_are_known_by_their_content(
    board: Trained, folder: Path
) -> None:
    present = {item_id: i for item_id, i in INDEX_OF.items() if i != 7}
    loaded = load_checkpoint(folder, features(N), present)  # index 7 is another item now
    behaviour = loaded.snapshot.behaviour
    assert board.ranker.snapshot.behaviour.counts[7] > 0
    assert behaviour.counts[7] == 0
    assert behaviour.ease[7].nnz == behaviour.ease[:, [7]].nnz == 0
    assert loaded.catalog.id_rows[7] == -1
    assert 7 not in behaviour.neighbours[np.arange(N) != 7]
    assert (behaviour.counts[behaviour.neighbours[7]] > 0).all()


def test_a_modality_that_came_later_waits_for_the_next_training(
    board: Trained, folder: Path
) -> None:
    plain = features(N)
    pictures = Block(np.ones((N, 3), np.float32), np.ones(N, bool))
    items = replace(plain, blocks={**plain.blocks, "image": pictures})
    loaded = load_checkpoint(folder, items, INDEX_OF)
    assert loaded.snapshot.content.modalities == ("text",)
    items_asked = np.arange(10, 20)
    before = scores(board.ranker, HISTORY, items_asked)
    np.testing.assert_allclose(scores(loaded, HISTORY, items_asked), before, atol=1e-4)


def test_a_signal_that_came_later_waits_for_the_next_training(
    board: Trained, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table has gained a signal since, before all others."""
    new = Signal(
        "weather",
        "",
        of_query=lambda query, candidates: np.full(len(candidates), 9.0, np.float32),
        of_variants=lambda variants: np.full(1, 9.0, np.float32),
    )
    monkeypatch.setattr(signals, "_BEHAVIOUR", (new, *signals._BEHAVIOUR))
    loaded = load_checkpoint(folder, features(N), INDEX_OF)
    assert "weather" not in [signal.name for signal in loaded.blend.signals]
    items = np.arange(10, 20)
    before = scores(board.ranker, HISTORY, items)
    np.testing.assert_allclose(scores(loaded, HISTORY, items), before, atol=1e-4)
    anew = train_ranker(checkerboard(), features(N), replace(SMALL, max_epochs=1), version="x")
    assert anew.ranker.blend.signals[0].name == "weather"


def test_a_signal_that_is_not_known_is_named(folder: Path) -> None:
    edited(folder, lambda config: config["signals"].__setitem__(3, "weather"))
    with pytest.raises(CheckpointError, match=r"model reads signals .* not know \(weather\)"):
        load_checkpoint(folder, features(N), INDEX_OF)


def test_vectors_of_another_width_are_refused_with_both_widths(folder: Path) -> None:
    items = features(N, text=np.ones((N, 5)))
    with pytest.raises(CheckpointError, match=r"text vectors of 8 dimensions, .* have 5"):
        load_checkpoint(folder, items, INDEX_OF)


@pytest.mark.parametrize("file", ["weights.safetensors", "item_ids.json", "config.json"])
def test_a_damaged_file_is_refused_with_the_name_of_the_checkpoint(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"cut short")
    with pytest.raises(CheckpointError, match="model cannot be read"):
        load_checkpoint(folder, features(N), INDEX_OF)


def with_weights(folder: Path, name: str, change: Callable[[np.ndarray], object]) -> Path:
    """The checkpoint with other numbers, as if it had been written so."""
    arrays = load_file(folder / "weights.safetensors")
    change(arrays[name])
    save_file(arrays, folder / "weights.safetensors")
    write_checksums(folder)
    return folder


@pytest.mark.parametrize("file", ["weights.safetensors", "item_ids.json", "config.json", CHECKSUMS])
def test_one_flipped_bit_of_any_file_is_noticed(folder: Path, file: str) -> None:
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 4
    (folder / file).write_bytes(content)
    with pytest.raises(CheckpointError, match="model cannot be read"):
        load_checkpoint(folder, features(N), INDEX_OF)
    with pytest.raises(CheckpointError, match="model cannot be read"):
        verify_checkpoint(folder, ["text"])


def test_checksums_that_are_gone_are_missed(folder: Path) -> None:
    (folder / CHECKSUMS).unlink()
    with pytest.raises(CheckpointError, match=CHECKSUMS):
        load_checkpoint(folder, features(N), INDEX_OF)


def test_a_checkpoint_of_before_there_were_checksums_is_read(folder: Path) -> None:
    edited(folder, lambda config: config.pop("checksums"))
    (folder / CHECKSUMS).unlink()
    assert load_checkpoint(folder, features(N), INDEX_OF).trained


def test_weights_that_are_not_finite_are_refused(folder: Path) -> None:
    with_weights(folder, "blend.linear.weight", lambda weight: weight.fill(np.nan))
    with pytest.raises(CheckpointError, match=r"numbers of blend\.linear\.weight are not finite"):
        load_checkpoint(folder, features(N), INDEX_OF)


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_weights_whose_scores_are_not_finite_are_refused(folder: Path) -> None:
    """Each of them is, and their sums are not."""
    with_weights(folder, "blend.linear.weight", lambda weight: weight.fill(3e38))
    with pytest.raises(CheckpointError, match="the scores that it gives are not finite"):
        load_checkpoint(folder, features(N), INDEX_OF)


def test_weights_of_another_shape_than_the_configuration_says_are_refused(folder: Path) -> None:
    edited(folder, lambda config: config["config"].update(dim=2 * config["config"]["dim"]))
    with pytest.raises(CheckpointError, match="has the shape"):
        load_checkpoint(folder, features(N), INDEX_OF)


def test_a_matrix_that_names_items_which_are_not_there_is_refused(folder: Path) -> None:
    with_weights(folder, "knn.indices", lambda indices: indices.fill(10**6))
    with pytest.raises(CheckpointError, match="knn is no matrix"):
        load_checkpoint(folder, features(N), INDEX_OF)


def test_nothing_half_written_is_left_where_a_writer_was_interrupted(
    board: Trained, tmp_path: Path
) -> None:
    (tmp_path / "model.partial").mkdir()
    (tmp_path / "model.partial" / "rest").write_text("of a writer that was killed")
    save_checkpoint(tmp_path / "model", board.ranker, IDS, {})
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "checksums.json", "config.json", "item_ids.json", "weights.safetensors",
    ]  # fmt: skip


def test_an_untrained_ranker_has_nothing_to_save(tmp_path: Path) -> None:
    items: ItemFeatures = features(N)
    with pytest.raises(ValueError, match="nothing to save"):
        save_checkpoint(tmp_path / "model", untrained_ranker(items, checkerboard(), SMALL), IDS, {})
