"""An alignment: trained heads that put the vectors of one text encoder and one image encoder into a
shared space.

    <folder>/alignment.json        which encoders it belongs to, how it was trained, what it reached on held-out pairs
    <folder>/heads.safetensors     weights

    N  rows     V  parts of a text     T, I  widths of text and image vectors     D  width of the shared space

Owns applying, saving and reading it. Knows nothing of items and stores;
`encoders.alignment.training` trains one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.arrays import FloatArray
from encoders.base import unit_rows
from encoders.errors import AlignmentError

FORMAT = 1
_ABOUT, _WEIGHTS = "alignment.json", "heads.safetensors"
_TODO = "train one anew with `palate align`"


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Linear maps. An item's text has several parts, each with a map of its own; what is missing
    adds nothing. A query is a text of any kind, short or long, and has a map that was fitted on all
    kinds."""

    text_mean: FloatArray
    """(V, T)"""
    text: FloatArray
    """(V, T, D)"""
    image_mean: FloatArray
    """(I,)"""
    image: FloatArray
    """(I, D)"""
    query_mean: FloatArray
    """(T,)"""
    query: FloatArray
    """(T, D)"""

    @property
    def dim(self) -> int:
        return int(self.image.shape[1])

    def texts(self, parts: FloatArray) -> FloatArray:
        """Texts of items (V, N, T) -> (N, D), rows of length 1. A row of zeros is a part that is
        missing."""
        return _units(np.matmul(centred(parts, self.text_mean), self.text).sum(axis=0))

    def images(self, vectors: FloatArray) -> FloatArray:
        """(N, I) -> (N, D), rows of length 1."""
        return _units((vectors - self.image_mean) @ self.image)

    def queries(self, vectors: FloatArray) -> FloatArray:
        """What is searched for in words, (N, T) -> (N, D), rows of length 1."""
        return _units((vectors - self.query_mean) @ self.query)


def centred(parts: FloatArray, mean: FloatArray) -> FloatArray:
    """(V, N, T) less (V, T); missing rows, which are zeros, stay zeros."""
    there = parts.any(axis=2, keepdims=True)  # (V, N, 1)
    return np.where(there, parts - mean[:, None], np.float32(0.0))


@dataclass(frozen=True, slots=True)
class Trained:
    """Where an alignment comes from, and how good it is."""

    encoders: Mapping[str, str]
    """Fingerprints of the encoders whose vectors it reads, by "text" and "image"."""
    n_pairs: int
    """Items with a text and a picture that it was trained on."""
    n_held_out: int
    """Items that it was measured on, and never saw."""
    seed: int
    seconds: float
    recall: Mapping[str, float]
    """Recall@10 among the held-out pairs: text_to_image, image_to_text, and the same without heads,
    _before."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Encoder vectors in, vectors of the shared space out. Safe to share between threads."""

    version: str
    trained: Trained
    heads: Heads

    @property
    def dim(self) -> int:
        """Width of the shared space."""
        return self.heads.dim

    def save(self, folder: Path) -> None:
        """Write the folder as a whole or not at all."""
        from safetensors.numpy import save_file

        about = {"format": FORMAT, "version": self.version, "trained": asdict(self.trained)}
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        arrays = {name: np.ascontiguousarray(getattr(self.heads, name)) for name in Heads.__slots__}
        save_file(arrays, partial / _WEIGHTS)
        (partial / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        for path in (*partial.iterdir(), partial):
            _sync(path)
        os.replace(partial, folder)
        _sync(folder.parent)


def read_alignment(folder: Path, encoders: Mapping[str, str]) -> Alignment:
    """The alignment in `folder`; AlignmentError where it cannot be read, or belongs to other
    encoders than these."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ValueError(f"it has format {about['format']}, this version reads {FORMAT}")
        heads = Heads(**load_file(folder / _WEIGHTS))
        trained = Trained(**about["trained"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise AlignmentError(folder.name, f"it cannot be read ({error})", _TODO) from error
    if dict(trained.encoders) != dict(encoders):
        why = f"it belongs to other encoders ({dict(trained.encoders)}) than those in use ({dict(encoders)})"
        raise AlignmentError(folder.name, why, _TODO)
    return Alignment(about["version"], trained, heads)


def _units(vectors: NDArray[Any]) -> FloatArray:
    """A vector that is exactly the mean has no direction; it is given one that favours nothing."""
    rows = vectors.astype(np.float32)
    rows[~rows.any(axis=1)] = 1.0
    return unit_rows(rows, name="alignment")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
