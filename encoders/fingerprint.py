"""Fingerprints: a short hash that changes when a model's vectors would.

Owns how weights, files and settings become one hash, and the name of a set of encoders. Knows
nothing of which files or settings matter to a model; the encoders say so. No library version goes
in: the same weights stay the same weights after an upgrade.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

HEX_DIGITS = 16


def fingerprint_files(files: Sequence[Path], settings: Mapping[str, object]) -> str:
    """Hash of settings and of the files' contents in the order given; names and places of the files
    do not count."""
    digest = _begin(settings)
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:HEX_DIGITS]


def fingerprint_tensors(tensors: Mapping[str, torch.Tensor], settings: Mapping[str, object]) -> str:
    """Hash of settings and of named tensors, whatever file or hub they came from."""
    import torch

    digest = _begin(settings)
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()[:HEX_DIGITS]


def digest_of(fingerprints: Mapping[str, str]) -> str:
    """The name of a set of encoders, given by modality: 8 hexadecimal digits.

    It is the key of whatever belongs to one set: stores, active models, served answers. Where a
    catalogue had sounds, fingerprints used to call them "image"; a set with sounds and without
    pictures keeps the digest of then, so that nothing that is kept by it has to be written anew.

    >>> digest_of({"text": "t", "audio": "a"}) == digest_of({"text": "t", "image": "a"})
    True
    """
    named = dict(fingerprints)
    if "audio" in named and "image" not in named:
        named["image"] = named.pop("audio")
    content = json.dumps(named, sort_keys=True).encode()
    return hashlib.blake2b(content, digest_size=4).hexdigest()


def _begin(settings: Mapping[str, object]) -> hashlib._Hash:
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
