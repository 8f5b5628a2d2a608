"""A trained ranker as a folder: config.json, item_ids.json, weights.safetensors, and the checksums of
these. No pickle.

Owns what is saved and how it is read back into another catalogue: everything by item follows the
item's id, so a checkpoint may be loaded where items have other indices, where some are gone and
others are new. Item content is not saved; it comes from the store. The signals that the second stage
reads, and the modalities of content, are saved by name: what this version has beside them is not
read until the next training.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy import sparse

from service.ranker.catalog.content import Content
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.catalog.state import CatalogState
from service.ranker.checkpoint_formats import FORMAT, READABLE, in_present_format
from service.ranker.checkpoint_soundness import (
    ALGORITHM,
    damaged_files,
    problem_of,
    write_checksums,
)
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.history import History
from service.ranker.data.items import ItemFeatures
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.layers import under
from service.ranker.named_arrays import MATRICES, arrays_of, blend_of, config_of, space_of
from service.ranker.quantization import Arrays, narrowed, widened
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend
from service.ranker.second_stage.signals import UnknownSignals
from service.ranker.sequence.inference import embed_items
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.shape import PAD, ModelShape

_CONFIG, _ITEM_IDS, _WEIGHTS = "config.json", "item_ids.json", "weights.safetensors"
TRIED = 5
"""Items that a ranker has to score before it is said to be read."""


class CheckpointError(ValueError):
    """The folder is not a checkpoint that this version reads."""


def save_checkpoint(
    folder: Path, ranker: Ranker, item_ids: Sequence[str], extra: Mapping[str, Any]
) -> None:
    """Write the folder as a whole or not at all. `item_ids` are in item index order; `extra` is the
    caller's, JSON."""
    if not ranker.trained:
        raise ValueError("an untrained ranker has nothing to save")
    config = {
        "format": FORMAT,
        "precision": "float32",
        **config_of(ranker),
        "extra": dict(extra),
    }
    _write(folder, config, item_ids, arrays_of(ranker))


def shrink_checkpoint(folder: Path, into: Path, version: str, modalities: Collection[str]) -> None:
    """Write the ranker in `folder` into another folder, smaller, under another version.
    `modalities` are those of the catalogue."""
    config, arrays, item_ids = _read(folder, modalities)
    smaller = {**config, "precision": "int8", "version": version}
    _write(into, smaller, item_ids, narrowed(arrays))


def size_of(folder: Path) -> int:
    """Bytes of a checkpoint."""
    return sum(path.stat().st_size for path in folder.iterdir())


def read_extra(folder: Path) -> dict[str, Any]:
    """The caller's part of a checkpoint. Raises CheckpointError."""
    config = _read_config(folder)
    if not isinstance(config.get("extra"), dict):
        raise _unreadable(folder, f"{_CONFIG} lacks what was kept with it")
    extra: dict[str, Any] = config["extra"]
    return extra


def load_checkpoint(folder: Path, items: ItemFeatures, index_of: Mapping[str, int]) -> Ranker:
    """Read a ranker into the present catalogue. Raises CheckpointError, also where a file is not as
    it was written, or where what it says cannot be scored with.

    `items` has a row per item index of the catalogue, with tag and domain codes of the checkpoint's
    vocabulary; `index_of` gives the index of each item id. Items the checkpoint does not know are
    scored from their content.
    """
    config, arrays, item_ids = _read(folder, items.blocks)
    try:
        ranker = _ranker(folder, config, arrays, item_ids, items, index_of)
    except CheckpointError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:  # fmt: skip
        raise _unreadable(folder, error) from error
    if not _scores_are_finite(ranker):
        raise _unreadable(folder, "the scores that it gives are not finite")
    return ranker


def verify_checkpoint(folder: Path, modalities: Collection[str]) -> None:
    """CheckpointError where a file is not as it was written, or where its arrays cannot be computed
    with. `modalities` are those of the catalogue."""
    _read(folder, modalities)


def has_checksums(folder: Path) -> bool:
    """Whether it was written with checksums, all of which are right. CheckpointError where one is
    not."""
    config = _read_config(folder)
    _check_files(folder, config, (_ITEM_IDS, _WEIGHTS))
    return "checksums" in config


def _ranker(
    folder: Path,
    config: Mapping[str, Any],
    arrays: Arrays,
    item_ids: Sequence[str],
    items: ItemFeatures,
    index_of: Mapping[str, int],
) -> Ranker:
    new_index = np.array([index_of.get(item_id, -1) for item_id in item_ids], dtype=np.int64)
    ranker_config = RankerConfig(**config["config"])
    model = _model(config, ranker_config, arrays)
    modalities = config["modalities"] if model is None else list(model.shape.modality_dims)
    space = _space(folder, arrays, modalities, items)
    projected = space.project(items)
    content = Content.of(projected, arrays["content.idf"])
    behaviour = _behaviour(arrays, new_index, items.n_items, config)
    is_new = np.ones(items.n_items, bool)
    is_new[new_index[new_index >= 0]] = False
    behaviour.find_neighbours(np.flatnonzero(is_new), content.views)
    regression = _regression(arrays, new_index, content)
    regression.put(np.flatnonzero(is_new), content.views.rows(np.flatnonzero(is_new)))
    id_rows = _id_rows(arrays["has_id"], new_index, items.n_items)
    vectors = np.zeros((items.n_items, 1), np.float32)
    if model is not None:
        vectors = embed_items(model, projected, id_rows)
    snapshot = CatalogSnapshot(content, behaviour, regression, vectors)
    return Ranker(
        version=config["version"],
        config=ranker_config,
        catalog=CatalogState(snapshot, space, model, id_rows),
        blend=_blend(folder, config, arrays, modalities, model),
        model=model,
        calibration=config.get("calibration", 0.0),
    )


def _scores_are_finite(ranker: Ranker) -> bool:
    """Of somebody who did nothing, and of somebody who met the first items: weights may each be
    finite, and their products not."""
    if not np.isfinite(ranker.snapshot.item_vectors).all():
        return False
    first = np.arange(min(TRIED, ranker.n_items))
    for history in (History.of(first[:0]), History.of(first)):
        scored = ranker.score_list(ranker.query_scores(history), first)
        if not np.isfinite(scored.scores).all():
            return False
    return True


# writing


def _write(
    folder: Path, config: Mapping[str, Any], item_ids: Sequence[str], arrays: Arrays
) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    contiguous = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    save_file(contiguous, partial / _WEIGHTS)
    ids = json.dumps(list(item_ids), ensure_ascii=False)
    (partial / _ITEM_IDS).write_text(ids, encoding="utf-8")
    text = json.dumps({**config, "checksums": ALGORITHM}, indent=2, ensure_ascii=False)
    (partial / _CONFIG).write_text(text, encoding="utf-8")
    write_checksums(partial)
    for path in (*partial.iterdir(), partial):
        _sync(path)
    os.replace(partial, folder)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# reading


def _read(folder: Path, modalities: Collection[str]) -> tuple[dict[str, Any], Arrays, list[str]]:
    """Configuration and arrays in the present format, weights as float32, and the item ids."""
    saved = _read_config(folder)
    _check_files(folder, saved, (_ITEM_IDS, _WEIGHTS))
    try:
        arrays = load_file(folder / _WEIGHTS)
        item_ids: list[str] = json.loads((folder / _ITEM_IDS).read_text(encoding="utf-8"))
        config, named = in_present_format(saved, arrays, modalities)
        wide = widened(named) if config["precision"] == "int8" else named
        problem = problem_of(wide, len(item_ids))
    except (AttributeError, LookupError, OSError, TypeError, ValueError, SafetensorError) as error:
        raise _unreadable(folder, error) from error
    if problem:
        raise _unreadable(folder, problem)
    return config, wide, item_ids


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = dict(json.loads((folder / _CONFIG).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError) as error:
        raise _unreadable(folder, error) from error
    _check_files(folder, config, (_CONFIG,))
    if config.get("format") not in READABLE:
        known = ", ".join(map(str, READABLE[:-1]))
        raise CheckpointError(
            f"checkpoint {folder} has format {config.get('format')!r}, "
            f"this version reads {known} and {READABLE[-1]}; train anew"
        )
    return config


def _check_files(folder: Path, config: Mapping[str, Any], names: Sequence[str]) -> None:
    if damaged := damaged_files(folder, names, summed="checksums" in config):
        raise _unreadable(
            folder, f"{', '.join(damaged)} is not as it was written (damaged on disk)"
        )


def _unreadable(folder: Path, error: Exception | str) -> CheckpointError:
    return CheckpointError(f"checkpoint {folder} cannot be read: {error}; train anew or roll back")


def _model(
    config: Mapping[str, Any], ranker_config: RankerConfig, arrays: Arrays
) -> SequenceNetwork | None:
    """None where it was trained without one."""
    if config["shape"] is None:
        return None
    weights = under(arrays, "model.")
    return SequenceNetwork(ranker_config, ModelShape(**config["shape"]), weights)


def _space(
    folder: Path, arrays: Arrays, modalities: Sequence[str], items: ItemFeatures
) -> ContentSpace:
    space = space_of(arrays, modalities)
    for modality, dim in items.dims.items():
        projection = space.projections.get(modality)
        if projection is not None and projection.input_dim != dim:
            raise CheckpointError(
                f"checkpoint {folder} reads {modality} vectors of "
                f"{projection.input_dim} dimensions, those of the catalogue have {dim}; "
                "train anew"
            )
    return space


def _blend(
    folder: Path,
    config: Mapping[str, Any],
    arrays: Arrays,
    modalities: Sequence[str],
    model: SequenceNetwork | None,
) -> Blend:
    shares = () if model is None else model.shape.task_shares
    try:
        return blend_of(config, arrays, modalities, shares)
    except UnknownSignals as error:
        raise CheckpointError(
            f"checkpoint {folder} reads signals that this version does not know "
            f"({', '.join(error.names)}); train anew, or use the version that wrote it"
        ) from error


def _id_rows(has_id: BoolArray, new_index: IntArray, n_items: int) -> IntArray:
    """(n_items,) row of each item of the catalogue in the saved id table, PAD for none."""
    rows = np.full(n_items, PAD, np.int64)
    trained = np.flatnonzero(has_id & (new_index >= 0))
    rows[new_index[trained]] = trained
    return rows


def _behaviour(
    arrays: Arrays, new_index: IntArray, n_items: int, config: Mapping[str, Any]
) -> Behaviour:
    """The saved behaviour under the indices of the catalogue; of items that it does not have
    nothing is left. `new_index` (saved items,), -1 for those that are gone."""
    stays = new_index >= 0
    counts, recent = np.zeros(n_items, np.int64), np.zeros(n_items, np.int64)
    counts[new_index[stays]] = arrays["counts"][stays]
    recent[new_index[stays]] = arrays["recent"][stays]
    matrices = {name: _matrix(arrays, name, new_index, n_items) for name in MATRICES}
    return Behaviour(
        counts=counts,
        recent=recent,
        neighbours=_neighbours(arrays["neighbours"], new_index, n_items),
        closeness=_moved(_closeness(arrays), new_index, n_items),
        is_found=np.ones(n_items, bool),
        n_events=config["n_events"],
        is_released=config.get("is_released", False),
        **matrices,
    )


def _regression(arrays: Arrays, new_index: IntArray, content: Content) -> ContentRegression:
    """The saved regression under the indices of the catalogue, without what is gone; one that
    predicts nothing where none was saved, as by earlier versions."""
    n_items, n_tags = content.tags.shape
    if "regression.scales" not in arrays:
        return ContentRegression.none(n_items, n_tags, len(content.modalities))
    saved = {field.name: arrays[f"regression.{field.name}"] for field in fields(ContentRegression)}
    for name in ("responses", "leverage", "expected_events"):
        saved[name] = _moved(saved[name], new_index, n_items)
    return ContentRegression(**saved).grown(n_items, n_tags)


def _moved(rows: FloatArray, new_index: IntArray, n_items: int) -> FloatArray:
    """(saved items, ...) -> (n_items, ...), zeros for items that were not saved."""
    moved = np.zeros((n_items, *rows.shape[1:]), rows.dtype)
    stays = new_index >= 0
    moved[new_index[stays]] = rows[stays]
    return moved


def _matrix(arrays: Arrays, name: str, new_index: IntArray, n_items: int) -> sparse.csr_matrix:
    """(n_items, n_items)"""
    size = len(new_index)
    if f"{name}.data" not in arrays:  # not counted by the version that saved it
        return sparse.csr_matrix((n_items, n_items), dtype=np.float32)
    parts = (arrays[f"{name}.data"], arrays[f"{name}.indices"], arrays[f"{name}.indptr"])
    saved = sparse.csr_matrix(parts, shape=(size, size)).tocoo()
    rows, columns = new_index[saved.row], new_index[saved.col]
    stays = (rows >= 0) & (columns >= 0)
    entries = (saved.data[stays], (rows[stays], columns[stays]))
    return sparse.csr_matrix(entries, shape=(n_items, n_items))


def _closeness(arrays: Arrays) -> FloatArray:
    """(saved items, K). Earlier versions let all neighbours of an item weigh alike."""
    if "closeness" in arrays:
        return arrays["closeness"]
    n_neighbours = arrays["neighbours"].shape[1]
    return np.full(arrays["neighbours"].shape, 1 / max(n_neighbours, 1), np.float32)


def _neighbours(saved: IntArray, new_index: IntArray, n_items: int) -> IntArray:
    """(n_items, K). In place of a neighbour that is gone stands another one of the same item."""
    neighbours = np.zeros((n_items, saved.shape[1]), np.int64)
    stays = new_index >= 0
    if saved.shape[1]:
        moved = new_index[saved[stays]]
        some = moved.max(axis=1, initial=0, keepdims=True)
        neighbours[new_index[stays]] = np.where(moved >= 0, moved, some)
    return neighbours
