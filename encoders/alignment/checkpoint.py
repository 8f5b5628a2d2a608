"""An alignment as a file: heads, with what they were trained on and how good they are.

    <folder>/alignment.json        which encoders it belongs to, how it was trained, what it reached on held-out pairs
    <folder>/heads.safetensors     weights

Owns saving and reading. Knows nothing of items and stores; `encoders.alignment.training` trains one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from encoders.alignment.heads import Heads
from encoders.durable import sync
from encoders.errors import AlignmentError

FORMAT = 1
_ABOUT, _WEIGHTS = "alignment.json", "heads.safetensors"
_TENSORS = {name: name for name in Heads.__slots__} | {
    "medium_mean": "image_mean",
    "medium": "image",
}
"""What the weights file calls each array: names of when pictures were all there was beside texts."""
_TODO = "train one anew with `palate align`"


@dataclass(frozen=True, slots=True)
class AlignmentCard:
    """Where an alignment comes from, and how good it is."""

    encoders: Mapping[str, str]
    """Fingerprints of the two encoders whose vectors it reads, by "text" and the modality."""
    n_pairs: int
    """Items with a text and a picture (or a sound) that it was trained on."""
    n_held_out: int
    """Items that it was measured on, and never saw."""
    seed: int
    seconds: float
    recall: Mapping[str, float]
    """Recall@10 among the held-out pairs: text_to_image, image_to_text, and the same without heads,
    _before. The keys say "image" for every modality."""
    modality: str = "image"
    """What shares the space with texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Encoder vectors in, vectors of the shared space out. Safe to share between threads."""

    version: str
    trained: AlignmentCard
    heads: Heads

    @property
    def modality(self) -> str:
        """What shares the space with texts, such as "image"."""
        return self.trained.modality

    @property
    def dim(self) -> int:
        """Width of the shared space."""
        return self.heads.dim

    def save(self, folder: Path) -> None:
        """Write the folder as a whole or not at all."""
        from safetensors.numpy import save_file

        about: dict[str, Any] = {
            "format": FORMAT,
            "version": self.version,
            "trained": asdict(self.trained),
        }
        arrays = {
            saved_as: np.ascontiguousarray(getattr(self.heads, name))
            for name, saved_as in _TENSORS.items()
        }
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        save_file(arrays, partial / _WEIGHTS)
        about["sha256"] = _sum(about, partial / _WEIGHTS)
        (partial / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
        for path in (*partial.iterdir(), partial):
            sync(path)
        os.replace(partial, folder)
        sync(folder.parent)


def read_alignment(folder: Path, encoders: Mapping[str, str]) -> Alignment:
    """The alignment in `folder`; AlignmentError where it cannot be read, or belongs to other
    encoders than these, given by fingerprint and modality."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ValueError(f"it has format {about['format']}, this version reads {FORMAT}")
        written = about.pop("sha256", None)  # not there in what was written before it was
        if written is not None and written != _sum(about, folder / _WEIGHTS):
            raise ValueError("it is not as it was written, and damaged on disk")
        arrays = load_file(folder / _WEIGHTS)
        heads = Heads(**{name: arrays[saved_as] for name, saved_as in _TENSORS.items()})
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("its weights are not finite")
        trained = _trained(about["trained"], encoders)
    except (AttributeError, OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise AlignmentError(folder.name, f"it cannot be read ({error})", _TODO) from error
    configured = {name: encoders.get(name, "none") for name in trained.encoders}
    if configured != dict(trained.encoders):
        why = f"it belongs to other encoders ({dict(trained.encoders)}) than those configured ({configured})"
        raise AlignmentError(folder.name, why, _TODO)
    return Alignment(about["version"], trained, heads)


def _trained(row: Mapping[str, Any], encoders: Mapping[str, str]) -> AlignmentCard:
    """A file from before there were several modalities names none, and calls its encoder "image"
    even where that reads sounds: it is of the modality that has this encoder now."""
    if "modality" in row:
        return AlignmentCard(**row)
    fingerprint = row["encoders"]["image"]
    of_encoder = [name for name, known in encoders.items() if known == fingerprint]
    modality = of_encoder[0] if of_encoder else "image"
    named = {"text": row["encoders"]["text"], modality: fingerprint}
    return AlignmentCard(**{**row, "encoders": named, "modality": modality})


def _sum(about: Mapping[str, Any], weights: Path) -> str:
    """Of both files: what is said about the weights, and the weights."""
    said = json.dumps(about, sort_keys=True).encode()
    return hashlib.sha256(said + weights.read_bytes()).hexdigest()
