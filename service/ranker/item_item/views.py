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

    def side_by_side(self) -> Views:
        """The same items as unit rows over all views: each view over the square root of how many
        of them the item has."""
        has = [np.diff(self.tags.indptr) > 0, *(rows.any(axis=1) for rows in self.vectors.values())]
        share = np.maximum(np.sum(has, axis=0), 1).astype(np.float32) ** np.float32(-0.5)
        vectors = {name: rows * share[:, None] for name, rows in self.vectors.items()}
        return Views(vectors, sparse.csr_matrix(sparse.diags(share) @ self.tags))

    def products(self, others: Views) -> FloatArray:
        """(N, M) dot products over all views; of items side by side, cosines."""
        products = np.asarray((self.tags @ others.tags.T).toarray(), np.float32)
        for name, rows in self.vectors.items():
            products += rows @ others.vectors[name].T
        return products

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
        queries, targets = self.side_by_side(), others.rows(pool).side_by_side()
        own = place[items]
        found = np.empty((self.n_items, k), np.int64)
        similarity = np.empty((self.n_items, k), np.float32)
        for start in range(0, self.n_items, CHUNK):
            part = np.arange(start, min(start + CHUNK, self.n_items))
            scores = queries.rows(part).products(targets)  # (CHUNK, pool)
            in_pool = own[part] >= 0
            scores[np.flatnonzero(in_pool), own[part][in_pool]] = -np.inf
            best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
            best = np.take_along_axis(
                best, np.argsort(-np.take_along_axis(scores, best, 1), 1, "stable"), 1
            )
            found[part], similarity[part] = pool[best], np.take_along_axis(scores, best, 1)
        return found, similarity
