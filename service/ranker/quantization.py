"""Smaller checkpoints: item-item weights and embedding tables as int8 with a scale per row, indices
as narrow as fit.

Pure array work on what a checkpoint holds by name. Weights lose precision, at most 1/254 of the
largest of their row; indices and counts lose nothing. Knows no files and no rankers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from service.ranker.data.arrays import FloatArray, IntArray

Arrays = Mapping[str, np.ndarray[Any, Any]]

MATRICES = ("ease", "knn", "co_occurrence", "transitions")
"""CSR matrices of weights: `<name>.data`, `<name>.indices`, `<name>.indptr`."""
TABLES = ("model.items.ids.weight", "model.items.tags.weight", "model.items.domain.weight")
"""(rows, D) each."""
WHOLE_NUMBERS = (
    *(f"{name}.indices" for name in (*MATRICES, "co_counts")),
    "co_counts.data",
    "neighbours",
)
SCALE = ".scale"
"""What the name of a scale per row ends with, after the name of its weights."""
LARGEST_INT8 = 127


def narrowed(arrays: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    """The same in fewer bytes; `widened` reads it."""
    small = dict(arrays)
    for name in _matrices(arrays):
        row_sizes = np.diff(arrays[f"{name}.indptr"])
        small |= _rounded(f"{name}.data", arrays[f"{name}.data"], row_sizes)
    for name in _tables(arrays):
        n_rows, width = arrays[name].shape
        small |= _rounded(name, arrays[name], np.full(n_rows, width))
    for name in _whole_numbers(arrays):
        largest = int(arrays[name].max(initial=0))
        small[name] = arrays[name].astype(np.min_scalar_type(largest))
    return small


def widened(arrays: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    """Weights as float32 again, and whole numbers as signed ones."""
    full = {name: array for name, array in arrays.items() if not name.endswith(SCALE)}
    for name in _matrices(arrays):
        weights, row_sizes = f"{name}.data", np.diff(arrays[f"{name}.indptr"])
        full[weights] = arrays[weights] * np.repeat(arrays[weights + SCALE], row_sizes)
    for name in _tables(arrays):
        full[name] = arrays[name] * arrays[name + SCALE][:, None]
    for name in _whole_numbers(arrays):
        full[name] = arrays[name].astype(np.int64 if name == "neighbours" else np.int32)
    return full


def _matrices(arrays: Arrays) -> list[str]:
    """Those that were saved; earlier versions did not have all of them."""
    return [name for name in MATRICES if f"{name}.data" in arrays]


def _tables(arrays: Arrays) -> list[str]:
    """Those of a sequence model, where there is one."""
    return [name for name in TABLES if name in arrays]


def _whole_numbers(arrays: Arrays) -> list[str]:
    return [name for name in WHOLE_NUMBERS if name in arrays]


def _rounded(name: str, weights: FloatArray, sizes: IntArray) -> dict[str, np.ndarray[Any, Any]]:
    """`weights`, of which row r has `sizes[r]`, as int8, and the scale of every row, (rows,).

    >>> _rounded("w", np.array([1.0, -0.5, 0.3], np.float32), np.array([2, 0, 1]))["w"].tolist()
    [127, -64, 127]
    """
    flat = weights.ravel()
    row = np.repeat(np.arange(len(sizes)), sizes)
    largest = np.zeros(len(sizes), np.float32)
    np.maximum.at(largest, row, np.abs(flat))
    scale = np.where(largest > 0, largest / LARGEST_INT8, 1).astype(np.float32)
    whole = np.rint(flat / scale[row]).astype(np.int8)
    return {name: whole.reshape(weights.shape), name + SCALE: scale}
