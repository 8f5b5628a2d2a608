"""Views: what is known of items without anybody's behaviour, a view for each modality and one for the
tags.

Knows arrays by item; no behaviour, people or ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray

CHUNK = 512
"""Items compared with the others at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Of N items, unit rows, zeros where an item has nothing of the view."""

    vectors: Mapping[str, FloatArray]
    """(N, dim) by modality."""
    tags: sparse.csr_matrix
    """(N, V)"""

    @property
    def n_items(self) -> int:
        return int(self.tags.shape[0])

    def rows(self, items: IntArray) -> Views:
        """The same of some items."""
        vectors = {name: rows[items] for name, rows in self.vectors.items()}
        return Views(vectors, self.tags[items])

    def similarities(self, others: Views) -> FloatArray:
        """(N, M) cosines of all views side by side: the sum of the cosines of each view, over the
        square root of how many views either item has."""
        shared = np.asarray((self.tags @ others.tags.T).toarray(), np.float32)
        for name, rows in self.vectors.items():
            shared += rows @ others.vectors[name].T
        norms = np.sqrt(np.outer(self._n_views(), others._n_views()))
        return np.asarray(shared / np.maximum(norms, 1), np.float32)

    def nearest(
        self, others: Views, pool: IntArray, k: int, *, items: IntArray | None = None
    ) -> tuple[IntArray, FloatArray]:
        """The k most similar items of `pool`, indices of `others`, to each of these N items, and how
        similar they are, (N, k) each, most similar first; never the item itself, which is
        `items[n]` (by default n) of `others`. (N, 0) where the pool has no k others."""
        k = min(k, len(pool) - 1)
        if k <= 0:
            return np.zeros((self.n_items, 0), np.int64), np.zeros((self.n_items, 0), np.float32)
        items = np.arange(self.n_items) if items is None else items
        place = np.full(others.n_items, -1, np.int64)
        place[pool] = np.arange(len(pool))
        targets, own = others.rows(pool), place[items]
        found = np.empty((self.n_items, k), np.int64)
        similarity = np.empty((self.n_items, k), np.float32)
        for start in range(0, self.n_items, CHUNK):
            part = np.arange(start, min(start + CHUNK, self.n_items))
            scores = self.rows(part).similarities(targets)  # (CHUNK, pool)
            in_pool = own[part] >= 0
            scores[np.flatnonzero(in_pool), own[part][in_pool]] = -np.inf
            best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
            best = np.take_along_axis(
                best, np.argsort(-np.take_along_axis(scores, best, 1), 1, "stable"), 1
            )
            found[part], similarity[part] = pool[best], np.take_along_axis(scores, best, 1)
        return found, similarity

    def _n_views(self) -> FloatArray:
        """(N,)"""
        has = [rows.any(axis=1) for rows in self.vectors.values()]
        n_views: FloatArray = np.sum(
            [np.diff(self.tags.indptr) > 0, *has], axis=0, dtype=np.float32
        )
        return n_views
