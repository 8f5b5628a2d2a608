"""Pictures and texts into one space with any model that has a tower for each: what open_clip's and
transformers' share.

Owns the batch loop over texts. Knows nothing of the one over pictures, which is
`encoders.image.tower`'s, nor of how a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from encoders.arrays import FloatArray
from encoders.base import unit_rows
from encoders.image.tower import ImageTower, TowerImageEncoder
from encoders.networks.backend import NetworkBackend
from encoders.networks.network import mixed_precision, within_cores
from encoders.text.tokens import CHARACTERS_PER_TOKEN, clean_text
from encoders.timing import Laps

if TYPE_CHECKING:
    import torch

BATCH_SIZE = 32
PROBE_TEXT = "Ein Café, 3 RED shoes & 一部慢节奏的科幻片"
"""Its token ids go into fingerprints: case, accents, digits and scripts are where tokenizers
differ."""


@dataclass(frozen=True, slots=True)
class TextTower:
    """The half of a model that reads."""

    model: Any
    """The torch module that `features` runs; where it lies is where it takes tensors."""
    tokens: Callable[[list[str]], Mapping[str, torch.Tensor]]
    """Texts to the arguments of `features`, each (B, T). Called by one thread at a time."""
    features: Callable[..., torch.Tensor]
    """(B, dim)."""
    max_tokens: int
    """What `tokens` leaves of a longer text."""


class TwoTowerEncoder(TowerImageEncoder):
    """A loaded model that reads texts into the space of its pictures. Safe to share between
    threads."""

    shares_text_space = True

    def __init__(
        self,
        name: str,
        fingerprint: str,
        pictures: ImageTower,
        texts: TextTower,
        backend: NetworkBackend,
    ) -> None:
        super().__init__(name, 0, fingerprint, lambda: pictures, backend)
        self._texts = texts
        self._text_lock = (
            Lock()
        )  # fast tokenizers raise "Already borrowed" when two threads share one
        # the longest text as well, so that a window the model has no positions for fails now
        self.dim = self._encode_text_batch(["", PROBE_TEXT * texts.max_tokens]).shape[1]

    def encode_texts(self, texts: Sequence[str]) -> FloatArray:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        laps = Laps()
        limit = self._texts.max_tokens * CHARACTERS_PER_TOKEN
        cleaned = [clean_text(text, limit) for text in texts]
        batches = [
            cleaned[start : start + BATCH_SIZE] for start in range(0, len(cleaned), BATCH_SIZE)
        ]
        features = np.concatenate([self._encode_text_batch(batch) for batch in batches])
        laps.lap("core")
        vectors = unit_rows(features, name=self.name)
        laps.lap("post")
        self.timing.add(laps)
        return vectors

    def _encode_text_batch(self, texts: list[str]) -> FloatArray:
        import torch

        with self._text_lock:
            tokens = self._texts.tokens(texts)
        device = next(self._texts.model.parameters()).device
        with torch.inference_mode(), mixed_precision(), within_cores():
            features = self._texts.features(
                **{name: tensor.to(device) for name, tensor in tokens.items()}
            )  # (B, dim)
            vectors: FloatArray = features.float().cpu().numpy()
        return vectors
