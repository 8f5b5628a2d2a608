"""Whether a checkpoint is as it was written, and its arrays such that can be computed with.

Owns `checksums.json`, which stands beside the files that it is about. Checkpoints of before it are
not told to have any by their configuration, and are read without. Knows nothing of what the arrays
mean but how long they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from service.ranker.data.arrays import IntArray
from service.ranker.quantization import Arrays

CHECKSUMS = "checksums.json"
ALGORITHM = "sha256"

_BY_ITEM = ("has_id", "counts", "recent", "neighbours")
_MATRIX_PARTS = ("data", "indices", "indptr")


def write_checksums(folder: Path) -> None:
    """Of every file that is in the folder."""
    sums = {path.name: _sum(path) for path in sorted(folder.iterdir()) if path.name != CHECKSUMS}
    (folder / CHECKSUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")


def damaged_files(folder: Path, names: Sequence[str], *, summed: bool) -> list[str]:
    """Those of the files that are not as they were written. `summed` says whether their checksums
    were; where they were not, nothing is known, and nothing is said."""
    file = folder / CHECKSUMS
    if not summed and not file.is_file():
        return []
    try:
        sums: Mapping[str, str] = dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return [CHECKSUMS]
    return [name for name in names if not _is_sound(folder / name, sums.get(name))]


def problem_of(arrays: Arrays, n_items: int) -> str:
    """Why these arrays cannot be computed with; empty where they can."""
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            n_bad = int(np.count_nonzero(~np.isfinite(array)))
            return f"{n_bad:,} numbers of {name} are not finite"
    for name in _BY_ITEM:
        if name in arrays and len(arrays[name]) != n_items:
            return f"{name} has {len(arrays[name]):,} rows for {n_items:,} items"
    if "neighbours" in arrays and not _are_places(arrays["neighbours"], n_items):
        return "neighbours names items that are not there"
    matrices = sorted(name.partition(".")[0] for name in arrays if name.endswith(".indptr"))
    broken = [f"{name} is no matrix" for name in matrices if not _is_matrix(arrays, name, n_items)]
    return broken[0] if broken else ""


def _is_matrix(arrays: Arrays, name: str, n_items: int) -> bool:
    """Compressed rows that name columns which are not there would be read beyond the end of memory."""
    data, indices, indptr = (arrays[f"{name}.{part}"] for part in _MATRIX_PARTS)
    if len(indptr) != n_items + 1 or len(data) != len(indices):
        return False
    if indptr[0] != 0 or indptr[-1] != len(indices) or (np.diff(indptr) < 0).any():
        return False
    return _are_places(indices, n_items)


def _are_places(indices: IntArray, n_items: int) -> bool:
    return not indices.size or bool(indices.min() >= 0 and indices.max() < n_items)


def _is_sound(path: Path, expected: str | None) -> bool:
    return path.is_file() and _sum(path) == expected


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, ALGORITHM).hexdigest()
