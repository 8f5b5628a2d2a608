"""Named arrays in a folder, and what is said about them: written as a whole, read without being loaded.

    <folder>/about.json
    <folder>/arrays.safetensors    mapped into memory: pages are read when they are used, and shared
    <folder>/checksums.json        of both

What is kept so can be made again, so that what is damaged counts as not being there, and is said. Who
writes to an array that was read changes it in memory alone. Knows nothing of what the arrays mean.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from encoders.durable import sync
from service.ranker.checkpoint_soundness import damaged_files, write_checksums

_ABOUT, _ARRAYS = "about.json", "arrays.safetensors"
_LENGTH = 8
"""Bytes of the length of a safetensors file's header, with which it begins."""
_TYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "I64": np.int64,
    "I32": np.int32,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """What a folder has."""

    about: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def write_mapped(
    folder: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """In the place of what the folder had. Where it cannot be written, that is said, and there is
    none."""
    draft = folder.with_name(f"{folder.name}.new")
    try:
        forget_mapped(folder)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        save_file(whole, draft / _ARRAYS)
        (draft / _ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        write_checksums(draft)
        for path in (*draft.iterdir(), draft):
            sync(path)
        draft.rename(folder)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        logger.warning("%s cannot be kept, so the next start takes longer: %s", folder, error)


def read_mapped(folder: Path) -> Mapped | None:
    """None where there is none, or it is not as it was written."""
    if not folder.is_dir():
        return None
    if damaged := damaged_files(folder, (_ABOUT, _ARRAYS), summed=True):
        _say_damaged(folder, f"{', '.join(damaged)} is not as it was written")
        return None
    try:
        about = dict(json.loads((folder / _ABOUT).read_text(encoding="utf-8")))
        return Mapped(about, _mapped(folder / _ARRAYS))
    except (OSError, TypeError, ValueError, KeyError) as error:
        _say_damaged(folder, str(error))
        return None


def forget_mapped(folder: Path) -> None:
    """There is none any more; who has it mapped keeps it."""
    shutil.rmtree(folder, ignore_errors=True)


def _say_damaged(folder: Path, why: str) -> None:
    logger.warning("%s is damaged and made anew: %s", folder, why)


def _mapped(file: Path) -> dict[str, NDArray[Any]]:
    """Arrays over a private mapping of the file."""
    whole = np.memmap(file, np.uint8, mode="c").view(np.ndarray)
    begin = _LENGTH + int.from_bytes(whole[:_LENGTH].tobytes(), "little")
    header = json.loads(whole[_LENGTH:begin].tobytes())
    header.pop("__metadata__", None)
    arrays = {}
    for name, one in header.items():
        start, stop = one["data_offsets"]
        flat: NDArray[Any] = whole[begin + start : begin + stop].view(_TYPES[one["dtype"]])
        arrays[name] = flat.reshape(one["shape"])
    return arrays
