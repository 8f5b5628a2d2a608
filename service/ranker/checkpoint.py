"""A trained ranker as a folder: config.json, item_ids.json, weights.safetensors. No pickle.

Owns what is saved and how it is read back into another catalogue: everything by item follows the
item's id, so a checkpoint may be loaded where items have other indices, where some are gone and
others are new. Item content is not saved; it comes from the store.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import IntArray
from service.ranker.data.items import ContentSpace, ItemFeatures, Projection
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.quantization import Arrays, narrowed, widened
from service.ranker.ranker import Ranker, content_of
from service.ranker.second_stage.blend import Blend, BlendNet
from service.ranker.second_stage.signals import View
from service.ranker.sequence.inference import ItemTensors, item_vectors
from service.ranker.sequence.model import ModelShape, SequenceModel

FORMAT, SHRUNK = 4, 5
"""As trained, and with weights as int8 (`service.ranker.quantization`)."""
MATRICES = ("ease", "knn", "together", "co_counts")


class CheckpointError(ValueError):
    """The folder is not a checkpoint that this version reads."""


def save_checkpoint(
    folder: Path, ranker: Ranker, item_ids: Sequence[str], extra: Mapping[str, Any]
) -> None:
    """Write the folder as a whole or not at all. `item_ids` are in item index order; `extra` is the
    caller's, JSON."""
    if ranker.model is None:
        raise ValueError("an untrained ranker has nothing to save")
    view = ranker.view
    nets = {"blend": ranker.blend.net}
    if ranker.blend.beginners is not None:
        nets["beginners"] = ranker.blend.beginners
    arrays: dict[str, np.ndarray[Any, Any]] = {
        **{f"model.{name}": value.numpy() for name, value in ranker.model.state_dict().items()},
        **{
            f"{net}.{name}": value.numpy()
            for net, it in nets.items()
            for name, value in it.state_dict().items()
        },
        "space.text.mean": ranker.space.text.mean,
        "space.text.components": ranker.space.text.components,
        "space.image.mean": ranker.space.image.mean,
        "space.image.components": ranker.space.image.components,
        "content.idf": view.content.idf,
        "has_id": ranker.id_rows >= 0,
        "counts": view.behaviour.counts,
        "recent": view.behaviour.recent,
        "neighbours": view.behaviour.neighbours,
    }
    for name in MATRICES:
        matrix = getattr(view.behaviour, name)
        arrays |= {
            f"{name}.data": matrix.data,
            f"{name}.indices": matrix.indices,
            f"{name}.indptr": matrix.indptr,
        }
    config = {
        "format": FORMAT,
        "version": ranker.version,
        "config": asdict(ranker.config),
        "shape": asdict(ranker.model.shape),
        "blend_hidden": ranker.blend.net.hidden[0].out_features,
        "cold_lift": ranker.blend.cold_lift,
        "beginner_events": ranker.blend.beginner_events,
        "n_events": view.behaviour.n_events,
        "extra": dict(extra),
    }
    _write(folder, config, item_ids, arrays)


def shrink_checkpoint(folder: Path, into: Path, version: str) -> None:
    """Write the ranker in `folder` into another folder, smaller, under another version."""
    config = _config(folder)
    arrays, item_ids = _contents(folder, config)
    _write(into, {**config, "format": SHRUNK, "version": version}, item_ids, narrowed(arrays))


def size_of(folder: Path) -> int:
    """Bytes of a checkpoint."""
    return sum(path.stat().st_size for path in folder.iterdir())


def _write(
    folder: Path, config: Mapping[str, Any], item_ids: Sequence[str], arrays: Arrays
) -> None:
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    save_file(
        {name: np.ascontiguousarray(value) for name, value in arrays.items()},
        partial / "weights.safetensors",
    )
    (partial / "item_ids.json").write_text(
        json.dumps(list(item_ids), ensure_ascii=False), encoding="utf-8"
    )
    (partial / "config.json").write_text(
        json.dumps(config, indent=2, ensure_ascii=False), encoding="utf-8"
    )
    for path in (*partial.iterdir(), partial):
        _sync(path)
    os.replace(partial, folder)
    _sync(folder.parent)


def read_extra(folder: Path) -> dict[str, Any]:
    """The caller's part of a checkpoint."""
    extra: dict[str, Any] = _config(folder)["extra"]
    return extra


def load_checkpoint(folder: Path, items: ItemFeatures, index_of: Mapping[str, int]) -> Ranker:
    """Read a ranker into the present catalogue.

    `items` has a row per item index of the catalogue, with tag and domain codes of the checkpoint's
    vocabulary; `index_of` gives the index of each item id. Items the checkpoint does not know are
    scored from their content.
    """
    config = _config(folder)
    arrays, item_ids = _contents(folder, config)
    move = np.array(
        [index_of.get(item_id, -1) for item_id in item_ids], dtype=np.int64
    )  # old index -> new
    ranker_config = RankerConfig(**config["config"])
    model = SequenceModel(ranker_config, ModelShape(**config["shape"]))
    model.load_state_dict(
        {k[6:]: torch.from_numpy(v) for k, v in arrays.items() if k.startswith("model.")}
    )
    space = ContentSpace(
        Projection(arrays["space.text.mean"], arrays["space.text.components"]),
        Projection(arrays["space.image.mean"], arrays["space.image.components"]),
    )
    projected = space.project(items)
    content = content_of(projected, arrays["content.idf"])
    behaviour, known = _behaviour(arrays, move, items.n_items, config["n_events"])
    unknown = np.flatnonzero(~known)
    behaviour.lend(unknown, content.text)
    ids = np.full(items.n_items, -1, np.int64)
    trained = np.flatnonzero(arrays["has_id"] & (move >= 0))
    ids[move[trained]] = trained
    tensors = ItemTensors(projected, 0)
    tensors.set_ids(ids)
    return Ranker(
        version=config["version"],
        config=ranker_config,
        space=space,
        view=View(content, behaviour, item_vectors(model, tensors, np.arange(items.n_items))),
        blend=_blend(arrays, config, model.shape.task_shares),
        model=model,
        id_rows=ids,
    )


def _blend(
    arrays: Mapping[str, np.ndarray[Any, Any]],
    config: Mapping[str, Any],
    task_shares: Sequence[float],
) -> Blend:
    nets = {}
    for name in ("blend", "beginners"):
        state = {
            k.removeprefix(f"{name}."): torch.from_numpy(v)
            for k, v in arrays.items()
            if k.startswith(f"{name}.")
        }
        if state:
            nets[name] = BlendNet(
                len(state["mean"]), config["blend_hidden"], task_shares=task_shares
            )
            nets[name].load_state_dict(state)
    return Blend(
        nets["blend"], config["cold_lift"], nets.get("beginners"), config["beginner_events"]
    )


def _behaviour(
    arrays: Mapping[str, np.ndarray[Any, Any]], move: IntArray, n_items: int, n_events: int
) -> tuple[Behaviour, np.ndarray[Any, Any]]:
    """The saved behaviour under the present indices, and which items it knows, (n_items,) bool."""
    size = len(move)
    matrices = {}
    for name in MATRICES:
        saved = sparse.csr_matrix(
            (arrays[f"{name}.data"], arrays[f"{name}.indices"], arrays[f"{name}.indptr"]),
            shape=(size, size),
        ).tocoo()
        kept = (move[saved.row] >= 0) & (move[saved.col] >= 0)
        matrices[name] = sparse.csr_matrix(
            (saved.data[kept], (move[saved.row[kept]], move[saved.col[kept]])),
            shape=(n_items, n_items),
        )
    here = move >= 0
    known = np.zeros(n_items, bool)
    known[move[here]] = True
    counts, recent = np.zeros(n_items, np.int64), np.zeros(n_items, np.int64)
    counts[move[here]], recent[move[here]] = arrays["counts"][here], arrays["recent"][here]
    width = arrays["neighbours"].shape[1]
    neighbours = np.zeros((n_items, width), np.int64)
    moved = move[arrays["neighbours"][here]] if width else np.zeros((int(here.sum()), 0), np.int64)
    first = np.where(
        moved >= 0, moved, moved.max(axis=1, initial=0, keepdims=True)
    )  # a neighbour that is gone
    neighbours[move[here]] = first
    return Behaviour(
        counts=counts, recent=recent, neighbours=neighbours, n_events=n_events, **matrices
    ), known


def _contents(
    folder: Path, config: Mapping[str, Any]
) -> tuple[dict[str, np.ndarray[Any, Any]], list[str]]:
    """The arrays by name, weights as float32, and the item ids."""
    try:
        arrays = load_file(folder / "weights.safetensors")
        item_ids: list[str] = json.loads((folder / "item_ids.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, SafetensorError) as error:
        raise CheckpointError(
            f"checkpoint {folder} cannot be read: {error}; train anew or roll back"
        ) from error
    return (widened(arrays) if config["format"] == SHRUNK else arrays), item_ids


def _config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"checkpoint {folder} cannot be read: {error}; train anew or roll back"
        ) from error
    if config.get("format") not in (FORMAT, SHRUNK):
        raise CheckpointError(
            f"checkpoint {folder} has format {config.get('format')!r}, this version reads {FORMAT} and {SHRUNK}; "
            "train anew"
        )
    return config


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
