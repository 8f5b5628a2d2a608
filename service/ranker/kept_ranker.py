"""A ranker in one catalogue as named arrays, content and all: what a start reads in the place of the
checkpoint, the store and the log.

It is written and read by the same version (FORMAT), and worth nothing without the catalogue that it
is of, so nothing in it is moved or converted: the arrays are those that serve, and may be mapped
into memory. Knows no files, ids or stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from service.ranker.catalog.content import Content
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.catalog.state import CatalogState
from service.ranker.config import RankerConfig
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.layers import under
from service.ranker.named_arrays import (
    MATRICES,
    arrays_of,
    blend_of,
    config_of,
    matrix_arrays,
    space_of,
)
from service.ranker.quantization import Arrays
from service.ranker.ranker import Ranker
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.shape import ModelShape

FORMAT = 4
"""Raised whenever a ranker holds other arrays, or others under the same names."""


def to_kept(ranker: Ranker) -> tuple[dict[str, Any], dict[str, Any]]:
    """A configuration for JSON, and arrays."""
    content = ranker.snapshot.content
    config = {**config_of(ranker), "kept": FORMAT}
    arrays = {
        **arrays_of(ranker),
        "id_rows": ranker.catalog.id_rows,
        "is_found": ranker.snapshot.behaviour.is_found,
        "item_vectors": ranker.snapshot.item_vectors,
        "content.domain": content.domain,
        "content.live": content.live,
        "content.is_category": content.is_category,
        **matrix_arrays("content.tags", content.tags),
    }
    arrays |= {f"content.vectors.{name}": rows for name, rows in content.vectors.items()}
    return config, arrays


def from_kept(config: Mapping[str, Any], arrays: Arrays) -> Ranker:
    """The ranker that serves from these arrays, and writes to them where items or events come.
    ValueError where they were written by another version."""
    if config.get("kept") != FORMAT:
        raise ValueError(f"it has format {config.get('kept')}, this version reads {FORMAT}")
    shape = ModelShape(**config["shape"]) if config["shape"] else None
    ranker_config = RankerConfig(**config["config"])
    content = _content(config, arrays)
    model = (
        None if shape is None else SequenceNetwork(ranker_config, shape, under(arrays, "model."))
    )
    snapshot = CatalogSnapshot(
        content,
        _behaviour(config, arrays),
        ContentRegression(**under(arrays, "regression.")),
        arrays["item_vectors"],
    )
    shares = () if shape is None else shape.task_shares
    return Ranker(
        version=config["version"],
        config=ranker_config,
        catalog=CatalogState(
            snapshot, space_of(arrays, content.modalities), model, arrays["id_rows"]
        ),
        blend=blend_of(config, arrays, content.modalities, shares),
        model=model,
        calibration=config["calibration"],
    )


def _content(config: Mapping[str, Any], arrays: Arrays) -> Content:
    n_items, n_tags = len(arrays["content.domain"]), len(arrays["content.idf"])
    return Content(
        vectors={name: arrays[f"content.vectors.{name}"] for name in config["modalities"]},
        tags=_matrix(arrays, "content.tags", n_items, n_tags),
        idf=arrays["content.idf"],
        domain=arrays["content.domain"],
        live=arrays["content.live"],
        is_category=arrays["content.is_category"],
    )


def _behaviour(config: Mapping[str, Any], arrays: Arrays) -> Behaviour:
    n_items = len(arrays["counts"])
    return Behaviour(
        **{name: _matrix(arrays, name, n_items, n_items) for name in MATRICES},
        counts=arrays["counts"],
        recent=arrays["recent"],
        neighbours=arrays["neighbours"],
        closeness=arrays["closeness"],
        is_found=arrays["is_found"],
        n_events=config["n_events"],
        is_released=config["is_released"],
    )


def _matrix(arrays: Arrays, name: str, n_rows: int, n_columns: int) -> sparse.csr_matrix:
    """Of the very arrays, which were checked when they were written."""
    matrix = sparse.csr_matrix((n_rows, n_columns), dtype=np.float32)
    matrix.data = arrays[f"{name}.data"]
    matrix.indices = arrays[f"{name}.indices"]
    matrix.indptr = arrays[f"{name}.indptr"]
    return matrix
