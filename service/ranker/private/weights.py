"""Weights: what a release says of who will like what, computed of its noised statistics alone.

A symmetric matrix of W items of nothing but noise of deviation s has no eigenvalue beyond 2 s sqrt(W)
(Wigner's semicircle). So of the pairs of a release the eigenvalues beyond that are kept; what is left
is not told from noise. Of kept values v with their vectors u come

    popularity     the row sums of sum v u u', since everybody adds about sqrt(2) to those of their items
    EASE           H = sum v / (v + l) u u' = (X'X + l I)^-1 X'X,  weights H_ij / (1 - H_jj), diagonal 0,

the -P_ij / P_jj of arXiv 1905.03375 with the bound of the noise as the ridge l. Popularity as it was
released has more noise than these sums, and tells who was in the log more clearly; it only says which
items are known. Knows no people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when they are used
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.item_item.co_engagement import pruned_weights
from service.ranker.private.release import Release


@dataclass(frozen=True, slots=True, eq=False)
class Denoised:
    """What stands out of the pairs of a release: R eigenvalues beyond the noise, over W items."""

    release: Release
    values: FloatArray
    """(R,)"""
    vectors: FloatArray
    """(W, R)"""
    noise: float
    """The largest eigenvalue of the noise."""

    @classmethod
    def of(cls, release: Release) -> Denoised:
        """R may be 0, as in a log of few."""
        noise = 2 * release.pairs_deviation * len(release.known) ** 0.5
        if not len(release.known):
            return cls(release, np.zeros(0, np.float32), np.zeros((0, 0), np.float32), noise)
        values, vectors = scipy.linalg.eigh(release.pairs, subset_by_value=(noise, np.inf))
        return cls(release, values, vectors, noise)

    def people_per_item(self) -> IntArray:
        """(N,) about how many people met each item; 0 where that does not stand out."""
        sums = (self.vectors * self.values) @ self.vectors.sum(axis=0)  # (W,)
        people = np.zeros(len(self.release.popularity), np.int64)
        people[self.release.known] = np.rint(np.maximum(sums, 0) / np.sqrt(2)).astype(np.int64)
        return people

    def item_weights(self, *, top: int) -> sparse.csr_matrix:
        """(N, N) float32, row = item in a history, column = item to score: the `top` largest of a row on
        average; none where nothing stands out."""
        n_items = len(self.release.popularity)
        if not len(self.values):
            return sparse.csr_matrix((n_items, n_items), dtype=np.float32)
        shares = self.values / (self.values + self.noise)  # (R,)
        precision = np.asarray(-(self.vectors * shares) @ self.vectors.T, np.float32)  # (W, W)
        precision[np.diag_indices(len(precision))] += 1
        return pruned_weights(precision, self.release.known, n_items, top)
