"""The content of a catalogue as the ranker reads it: projected vectors by modality, weighted tags,
domains, and what may be proposed.

Owns how these arrays grow and how items are put into them. Knows no behaviour and no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray, extended
from service.ranker.data.items import TEXT, ItemFeatures
from service.ranker.item_item.views import Views


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Projected content of N items."""

    vectors: Mapping[str, FloatArray]
    """By modality (N, dim), unit rows; zeros where an item lacks it."""
    tags: sparse.csr_matrix
    """(N, V) unit rows, weighted by inverse document frequency."""
    idf: FloatArray
    """(V,)"""
    domain: IntArray
    """(N,)"""
    live: BoolArray
    """(N,) what may be proposed."""
    is_category: BoolArray
    """(V,) which tags are categories."""

    @classmethod
    def of(cls, projected: ItemFeatures, idf: FloatArray | None = None) -> Content:
        """From projected features. `idf` (V,) weighs the tags; by default it is that of the items.
        Arrays are copied, since items may be put into them."""
        idf = tag_idf(projected) if idf is None else idf
        return cls(
            vectors={name: block.vectors.copy() for name, block in projected.blocks.items()},
            tags=tag_matrix(projected.tags, idf),
            idf=idf,
            domain=projected.domain.copy(),
            live=projected.live.copy(),
            is_category=extended(projected.is_category, len(idf)),
        )

    @property
    def n_items(self) -> int:
        return len(self.domain)

    @property
    def modalities(self) -> tuple[str, ...]:
        return tuple(self.vectors)

    @property
    def text(self) -> FloatArray:
        """(N, Dt)"""
        return self.vectors[TEXT]

    @property
    def views(self) -> Views:
        """What a content regression reads."""
        return Views(self.vectors, self.tags)

    def grown(self, n_items: int, n_tags: int) -> Content:
        """The same with room for at least so many items and tags. A tag that was not known weighs as
        much as the rarest that was."""
        n_items, n_tags = max(n_items, self.n_items), max(n_tags, self.tags.shape[1])
        if (n_items, n_tags) == self.tags.shape:
            return self
        tags = self.tags.copy()
        tags.resize((n_items, n_tags))
        new_idf = np.full(n_tags - len(self.idf), self.idf.max(initial=1.0), np.float32)
        return Content(
            vectors={name: extended(rows, n_items) for name, rows in self.vectors.items()},
            tags=tags,
            idf=np.concatenate([self.idf, new_idf]),
            domain=extended(self.domain, n_items),
            live=extended(self.live, n_items),
            is_category=extended(self.is_category, n_tags),
        )

    def put(self, indices: IntArray, projected: ItemFeatures) -> Content:
        """The same with the given items added or replaced, rows of `projected`. There must be room;
        all but the tags is written in place."""
        for modality, block in projected.blocks.items():
            self.vectors[modality][indices] = block.vectors
        self.domain[indices] = projected.domain
        self.live[indices] = projected.live
        rows = tag_matrix(projected.tags, self.idf)
        return replace(self, tags=_with_rows(self.tags, indices, rows))


def tag_idf(items: ItemFeatures) -> FloatArray:
    """Inverse document frequency of every tag, (V,): log((1 + N) / (1 + items that carry it))."""
    codes = np.concatenate(items.tags) if len(items.tags) else np.zeros(0, np.int64)
    frequency = np.bincount(codes, minlength=max(items.n_tags, 1))
    idf: FloatArray = np.log((1 + items.n_items) / (1 + frequency)).astype(np.float32)
    return idf


def tag_matrix(tags: Sequence[IntArray], idf: FloatArray) -> sparse.csr_matrix:
    """Unit rows of tags weighted by `idf` (V,), so that tags most items carry weigh little: (N, V)."""
    sizes = [len(row) for row in tags]
    codes = np.concatenate(tags) if sum(sizes) else np.zeros(0, np.int64)
    indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    shape = (len(tags), len(idf))
    matrix = sparse.csr_matrix((idf[codes], codes, indptr), shape=shape, dtype=np.float32)
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).reshape(-1))
    scale = (1 / np.maximum(norms, 1e-6)).astype(np.float32)
    return sparse.csr_matrix(sparse.diags(scale) @ matrix)


def _with_rows(
    matrix: sparse.csr_matrix, rows: IntArray, replacement: sparse.csr_matrix
) -> sparse.csr_matrix:
    """`matrix` with the given rows replaced, at the cost of its entries, not of its size."""
    n_rows = matrix.shape[0]
    keep = np.ones(n_rows, np.float32)
    keep[rows] = 0.0
    ones = np.ones(len(rows), np.float32)
    place = sparse.csr_matrix((ones, (rows, np.arange(len(rows)))), (n_rows, len(rows)))
    return sparse.csr_matrix(sparse.diags(keep) @ matrix + place @ replacement)
