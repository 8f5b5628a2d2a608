"""From the vectors of encoders to the ranker's own: a projection per modality, fitted on a catalogue.

Owns the projections; knows no encoders and no items beyond their blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray
from service.ranker.data.items import TEXT, Block, ItemFeatures


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Principal components of one modality: centred, rotated, cut to `dim`, unit length again.

    Centring matters: sentence vectors of one catalogue share a large common part, which hides what
    tells items apart ("all-but-the-top", arXiv 1702.01417).
    """

    mean: FloatArray
    """(input dim,)"""
    components: FloatArray
    """(input dim, dim)"""

    @classmethod
    def fit(
        cls, vectors: FloatArray, dim: int, *, sample: int = 20_000, seed: int = 0
    ) -> Projection:
        """From the present vectors (N, input dim) of a catalogue. `dim` is at most the input's; with
        N = 0 the projection only cuts."""
        width = vectors.shape[1]
        dim = min(dim, width)
        if len(vectors) > sample:
            rng = np.random.default_rng(seed)
            vectors = vectors[rng.choice(len(vectors), sample, replace=False)]
        if len(vectors) == 0:
            return cls(np.zeros(width, np.float32), np.eye(width, dim, dtype=np.float32))
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _, basis = np.linalg.eigh(centred.T @ centred)  # ascending by explained variance
        components = np.ascontiguousarray(basis[:, ::-1][:, :dim], dtype=np.float32)
        return cls(mean.astype(np.float32), components)

    @property
    def input_dim(self) -> int:
        return int(self.components.shape[0])

    @property
    def dim(self) -> int:
        return int(self.components.shape[1])

    def apply(self, vectors: FloatArray, present: BoolArray | None = None) -> FloatArray:
        """(N, input dim) -> (N, dim), unit rows; zero rows where `present` (N,) is false."""
        projected = (vectors - self.mean) @ self.components
        norms = np.linalg.norm(projected, axis=1, keepdims=True)
        projected /= np.maximum(norms, 1e-6)
        if present is not None:
            projected[~present] = 0.0
        return projected.astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class ContentSpace:
    """How the blocks of a catalogue become the ranker's content."""

    projections: Mapping[str, Projection]
    """By modality: those that the ranker reads, in the order of its signals."""

    @classmethod
    def fit(cls, items: ItemFeatures, dim: int) -> ContentSpace:
        """A projection of each block to at most `dim` components."""
        return cls(
            {
                modality: Projection.fit(block.vectors[block.present], dim)
                for modality, block in items.blocks.items()
            }
        )

    def project(self, items: ItemFeatures) -> ItemFeatures:
        """The same items with a projected block for each modality of this space; a block that they
        do not have is one that every item lacks."""
        return replace(
            items,
            blocks={
                modality: self._projected(projection, items.blocks.get(modality), items.n_items)
                for modality, projection in self.projections.items()
            },
        )

    def project_text(self, vector: FloatArray) -> FloatArray:
        """A text encoder's vector (input dim,) as a vector of the ranker's text block (Dt,)."""
        projected: FloatArray = self.projections[TEXT].apply(vector[None])[0]
        return projected

    def direction(self, modality: str, vector: FloatArray) -> FloatArray:
        """(dim,) of unit length: the items' projected rows that have the largest products with it are
        those whose own vectors have the largest with `vector` (input dim,), which need not be one of
        their sort: it is not centred as they are."""
        along = vector @ self.projections[modality].components
        return np.asarray(along / max(float(np.linalg.norm(along)), 1e-6), np.float32)

    @staticmethod
    def _projected(projection: Projection, block: Block | None, n_items: int) -> Block:
        if block is None:
            return Block.absent(n_items, projection.dim)
        return Block(projection.apply(block.vectors, block.present), block.present)
