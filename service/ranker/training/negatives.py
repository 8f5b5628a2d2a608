"""Negatives of the sampled softmax: items that are contrasted with what came next.

Knows no model.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from service.ranker.data.arrays import IntArray

FLATTENED = 0.75
"""Exponent of the counts: between as often as items occur (1) and all alike (0); that of word2vec
(arXiv 1310.4546)."""


class NegativeSampler:
    """Draws shared negatives with probability proportional to (count + 1)^0.75, with their log
    probabilities.

    A catalogue no larger than `size` gives every item once: the full softmax, with no correction.
    """

    def __init__(self, counts: IntArray, size: int, rng: np.random.Generator) -> None:
        """`counts` (N,) are the events of each item; items without events are never drawn."""
        self._pool = np.flatnonzero(counts)
        self._full = len(self._pool) <= size
        self._size, self._rng = size, rng
        weights = (counts + 1.0) ** FLATTENED
        weights[counts == 0] = 0.0
        probabilities = weights / weights.sum()
        self._cumulative = np.cumsum(probabilities[self._pool])
        with np.errstate(divide="ignore"):
            self._log_q = torch.from_numpy(np.log(probabilities).astype(np.float32))

    def draw(self) -> tuple[IntArray, Tensor | None]:
        """(item indices (S,), log Q of every item of the catalogue, or None for the full softmax)."""
        if self._full:
            return self._pool, None
        places = np.searchsorted(self._cumulative, self._rng.random(self._size))
        return self._pool[np.minimum(places, len(self._pool) - 1)], self._log_q
