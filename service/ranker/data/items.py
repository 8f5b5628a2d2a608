"""The item table: what the ranker knows of every item's content, as arrays by item index.

Owns growth and the projection of encoder vectors; knows no ids, no stores and no people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray

MODALITIES = ("text", "image")


@dataclass(frozen=True, slots=True, eq=False)
class ItemFeatures:
    """The content of N items. Rows of items that do not exist have `live` false and zeros
    elsewhere."""

    text: FloatArray
    """(N, text dim), unit rows; zeros where `has_text` is false."""
    has_text: BoolArray
    image: FloatArray
    """(N, image dim), unit rows; zeros where `has_image` is false."""
    has_image: BoolArray
    domain: IntArray
    """(N,) a small code per domain."""
    tags: Sequence[IntArray]
    """Per item, codes of its categories and attribute values."""
    n_tags: int
    live: BoolArray
    """In the catalogue and available."""

    @property
    def n_items(self) -> int:
        return len(self.domain)

    @property
    def n_domains(self) -> int:
        return int(self.domain.max(initial=0)) + 1

    def rows(self, items: IntArray) -> ItemFeatures:
        """The same for some items, in the order given."""
        return ItemFeatures(
            self.text[items],
            self.has_text[items],
            self.image[items],
            self.has_image[items],
            self.domain[items],
            [self.tags[i] for i in items],
            self.n_tags,
            self.live[items],
        )


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
        """From the present vectors (N, input dim) of a catalogue; N = 0 gives an empty projection
        of width `dim`."""
        width = vectors.shape[1]
        dim = min(dim, width) if width else 0
        if len(vectors) > sample:
            vectors = vectors[
                np.random.default_rng(seed).choice(len(vectors), sample, replace=False)
            ]
        if len(vectors) == 0:
            return cls(np.zeros(width, np.float32), np.eye(width, dim, dtype=np.float32))
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        _, basis = np.linalg.eigh(centred.T @ centred)  # ascending
        return cls(
            mean.astype(np.float32), np.ascontiguousarray(basis[:, ::-1][:, :dim], dtype=np.float32)
        )

    @property
    def dim(self) -> int:
        return int(self.components.shape[1])

    def apply(self, vectors: FloatArray, present: BoolArray | None = None) -> FloatArray:
        """(N, input dim) -> (N, dim), unit rows; zero rows where `present` is false."""
        projected = (vectors - self.mean) @ self.components
        norms = np.linalg.norm(projected, axis=1, keepdims=True)
        projected /= np.maximum(norms, 1e-6)
        if present is not None:
            projected[~present] = 0.0
        return projected.astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class ContentSpace:
    """How a catalogue's encoder vectors become the ranker's content vectors."""

    text: Projection
    image: Projection

    @classmethod
    def fit(cls, items: ItemFeatures, dim: int) -> ContentSpace:
        return cls(
            Projection.fit(items.text[items.has_text], dim),
            Projection.fit(items.image[items.has_image], dim),
        )

    def project(self, items: ItemFeatures) -> ItemFeatures:
        """The same items with projected text and image."""
        return ItemFeatures(
            self.text.apply(items.text, items.has_text),
            items.has_text,
            self.image.apply(items.image, items.has_image),
            items.has_image,
            items.domain,
            items.tags,
            items.n_tags,
            items.live,
        )
