"""The gated sum of an item's id and content, in NumPy: `ItemNet` as it serves.

Arrays in, arrays out. Knows no histories, no ids and no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.items import ItemFeatures
from service.ranker.layers import Linear, Weights, sigmoid
from service.ranker.sequence.shape import PAD, ModelShape


class ItemFusion:
    """N items, D width, M modalities."""

    def __init__(self, weights: Weights, config: RankerConfig, shape: ModelShape) -> None:
        """`weights` of an `ItemNet`."""
        self._reads_ids = config.id_dropout < 1  # else none was ever learned
        self._ids, self._no_id = weights["ids.weight"], weights["no_id"]
        self._tags, self._domain = weights["tags.weight"], weights["domain.weight"]
        self._gate = Linear.of(weights, "gate")
        self._modalities = [
            (modality, Linear.of(weights, f"modalities.{modality}"), token)
            for modality, token in zip(shape.modality_dims, weights["missing"], strict=True)
        ]

    @property
    def dim(self) -> int:
        return int(self._ids.shape[1])

    def __call__(self, items: ItemFeatures, id_rows: IntArray) -> FloatArray:
        """Projected content of N items, and their rows of the id table (N,), PAD for none -> (N, D)."""
        identity = self._identity(id_rows)
        parts = [*self._projected(items), self._tag_means(items.tags)]  # (N, D) each
        gates = sigmoid(self._gate(np.concatenate([identity, *parts], axis=1)))  # (N, M + 1)
        fused = identity + self._domain[items.domain]  # (N, D)
        for place, part in enumerate(parts):
            fused += gates[:, place : place + 1] * part
        return fused

    def _identity(self, id_rows: IntArray) -> FloatArray:
        """(N, D), the token of an item without an id where it has none."""
        if not self._reads_ids:
            return np.broadcast_to(self._no_id, (len(id_rows), self.dim))
        known = id_rows != PAD
        return np.where(known[:, None], self._ids[np.maximum(id_rows, 0)], self._no_id)

    def _projected(self, items: ItemFeatures) -> Iterator[FloatArray]:
        """Of each modality the projected vectors (N, D), its token where an item lacks it."""
        for modality, project, token in self._modalities:
            block = items.blocks[modality]
            yield np.where(block.present[:, None], project(block.vectors), token)

    def _tag_means(self, tags: Sequence[IntArray]) -> FloatArray:
        """(N, D) means of the tags' vectors; zeros for an item without any."""
        sizes = np.array([len(row) for row in tags], dtype=np.int64)
        codes = np.concatenate([np.zeros(0, np.int64), *tags])
        share = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        means = sparse.csr_matrix((share, codes, starts), shape=(len(tags), len(self._tags)))
        return np.asarray(means @ self._tags, np.float32)
