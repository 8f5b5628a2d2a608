"""Between our values and what both Qdrant engines take and give: parts of a batch, ids, vectors by
name.

Knows neither engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from encoders.arrays import FloatArray, IntArray

PART = 500
"""Points an engine is sent at a time."""


def parts(entries: Sequence[Any]) -> Iterator[list[Any]]:
    """The entries in lists of at most PART."""
    for start in range(0, len(entries), PART):
        yield list(entries[start : start + PART])


def to_ids(item_indices: Sequence[int] | IntArray) -> list[Any]:
    """Plain integers, whatever array or sequence they came in."""
    ids: list[Any] = np.asarray(item_indices, dtype=np.int64).tolist()
    return ids


def to_lists(vectors: Mapping[str, FloatArray]) -> dict[str, Any]:
    """Vectors as a Qdrant server takes them."""
    return {name: vector.tolist() for name, vector in vectors.items()}


def to_arrays(vectors: Any) -> dict[str, FloatArray]:
    """The vectors of an engine's record; those without any have None or an empty mapping. None is
    put in that is not finite (`check_vector`), so one that is not is damaged, and as good as none."""
    arrays = {name: np.asarray(vector, np.float32) for name, vector in (vectors or {}).items()}
    return {name: array for name, array in arrays.items() if np.isfinite(array).all()}


def to_rows(
    wanted: Sequence[int], found: Mapping[int, FloatArray], dim: int
) -> tuple[IntArray, FloatArray]:
    """What was found of what was wanted, in that order, and (N, dim) the vectors."""
    order = [index for index in wanted if index in found]
    rows = (
        np.stack([found[index] for index in order])
        if order
        else np.empty((0, dim), dtype=np.float32)
    )
    return np.asarray(order, dtype=np.int64), rows


def check_vectors(vectors: Mapping[str, FloatArray], widths: Mapping[str, int]) -> None:
    """`check_vector` of each, by name."""
    for name, vector in vectors.items():
        check_vector(name, vector, widths)


def check_vector(name: str, vector: FloatArray, widths: Mapping[str, int]) -> None:
    """An assertion, before the engine sees it: Qdrant Edge logs and half applies an operation it
    then refuses."""
    assert name in widths, (
        f"there is no vector {name!r}, only {sorted(widths)}; create_vector makes one"
    )
    assert vector.shape[-1] == widths[name], (
        f"vector {name!r} is {widths[name]} wide, not {vector.shape[-1]}"
    )
    assert np.isfinite(vector).all(), f"vector {name!r} holds NaN or infinity"
