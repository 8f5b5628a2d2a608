"""A training that outlives its process: the state of its fits as files, written after every epoch.

Owns the folder and what makes two trainings the same. Knows no training.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.training.fit import FitState

FORMAT = 5
"""Another one where training does something else with the same data: nothing is taken up across
that."""


class SavedFits:
    """The fits of one training, a file each; what another training left in the folder is not read,
    and deleted."""

    def __init__(self, folder: Path, fingerprint: str, tell: Callable[[str], None]) -> None:
        """`tell` is called with a sentence where a fit goes on from its file."""
        self._folder, self._fingerprint, self._tell = folder, fingerprint, tell

    def read(self, stage: str) -> FitState | None:
        """The state after the last whole epoch of this very training, if there is one."""
        try:
            saved = torch.load(self._path(stage), weights_only=True)
        except FileNotFoundError:
            return None
        except (
            OSError,
            RuntimeError,
            EOFError,
            pickle.UnpicklingError,
        ):  # damaged: the epochs are done again
            saved = {"fingerprint": None}
        if saved.pop("fingerprint") != self._fingerprint:
            self.forget()
            return None
        state = FitState(**saved)
        self._tell(
            f"{stage}: goes on after epoch {len(state.losses)} of a training that was interrupted"
        )
        return state

    def write(self, stage: str, state: FitState) -> None:
        """As a whole or not at all, whatever happens meanwhile: not at all also where somebody was
        deleted, and the folder with what was learnt from them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        saved = {one.name: getattr(state, one.name) for one in fields(state)}
        path = self._path(stage)
        partial = path.with_suffix(".partial")
        with contextlib.suppress(FileNotFoundError):
            with partial.open("wb") as stream:
                torch.save(saved | {"fingerprint": self._fingerprint}, stream)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(partial, path)

    def forget(self) -> None:
        """Delete everything: the training is over, or there is another."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, stage: str) -> Path:
        return self._folder / f"{stage.replace(',', '').replace(' ', '-')}.pt"


def fingerprint(
    interactions: Interactions,
    items: ItemFeatures,
    config: RankerConfig,
    event_weights: FloatArray,
    seed: int,
) -> str:
    """Equal for two trainings that would do the same."""
    digest = hashlib.blake2b(digest_size=16)
    plain = (
        FORMAT,
        torch.__version__,
        asdict(config),
        seed,
        interactions.n_users,
        items.n_tags,
        tuple(items.blocks),
    )
    digest.update(repr(plain).encode())
    log = (
        interactions.user,
        interactions.item,
        interactions.timestamp,
        interactions.event_type,
        interactions.value,
    )
    blocks = [array for block in items.blocks.values() for array in (block.vectors, block.present)]
    tags = (
        np.array([len(row) for row in items.tags]),
        np.concatenate([np.zeros(0, np.int64), *items.tags]),
    )
    item_arrays = (*blocks, items.domain, items.live, items.is_category, *tags)
    for array in (*log, *item_arrays, event_weights):
        digest.update(repr((array.shape, array.dtype)).encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
