"""What an item is to a simulated person: factors of the log, content, popularity, and the cluster of
content that it lies in.

All of it is read from the log and the encoders' vectors, nothing from the ranker whose lists are
compared. Knows no people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from service.evaluation.popularity import popularity_groups
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import TEXT, ItemFeatures

FACTORS = 32
CLUSTERS = 50
"""Most clusters; sqrt(N / 2) in a small catalogue."""
CLUSTER_STEPS = 20
SAMPLE = 20_000
"""Items that the centres of the clusters are found on."""
CHUNK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class ItemTraits:
    """N items by index."""

    taste: FloatArray
    """(N, d) unit rows: the same people took what lies near; zeros for an item without events."""
    content: FloatArray
    """(N, Dt) unit rows of the text encoder."""
    popularity: FloatArray
    """(N,) log(1 + events)."""
    counts: IntArray
    """(N,) events."""
    cluster: IntArray
    """(N,) 0..n_clusters - 1, of content."""
    domain: IntArray
    """(N,)"""
    live: BoolArray
    """(N,) in the catalogue and available."""
    n_clusters: int

    @classmethod
    def of(cls, log: Interactions, items: ItemFeatures, seed: int = 0) -> Self:
        """From a log and the content of all its items."""
        content, counts = items.blocks[TEXT].vectors, log.item_counts()
        centres = clusters_of(content[items.live], seed)
        return cls(
            taste=factors_of(log),
            content=content,
            popularity=np.log1p(counts).astype(np.float32),
            counts=counts,
            cluster=nearest_centre(content, centres),
            domain=items.domain,
            live=items.live,
            n_clusters=len(centres),
        )

    @property
    def groups(self) -> dict[str, BoolArray]:
        """Groups of live items by how often they were chosen in the log, each (N,): the most chosen
        tenth, the least chosen half, and of these those without any event."""
        return popularity_groups(self.counts, self.live)


def factors_of(log: Interactions, n_factors: int = FACTORS) -> FloatArray:
    """(N, d) unit rows by a truncated singular value decomposition of who took what (PureSVD,
    Cremonesi et al., RecSys 2010), rows and columns scaled by the root of their sums so that the
    first factor is not popularity alone (Nikolakopoulos et al., EigenRec, 2019)."""
    matrix = log.user_items().astype(np.float64)  # (P, N)
    d = min(n_factors, min(matrix.shape) - 1)
    if d < 1 or not matrix.nnz:
        return np.zeros((log.n_items, 1), np.float32)
    by_user, by_item = (
        sparse.diags(1 / np.sqrt(np.maximum(np.asarray(matrix.sum(axis=axis)).reshape(-1), 1.0)))
        for axis in (1, 0)
    )
    start = np.random.default_rng(0).standard_normal(min(matrix.shape))
    _, strength, factors = svds(by_user @ matrix @ by_item, k=d, v0=start)
    return _unit((factors * strength[:, None]).T.astype(np.float32))  # (N, d)


def clusters_of(content: FloatArray, seed: int = 0) -> FloatArray:
    """(C, Dt) centres of the unit rows (N, Dt) by spherical k-means (Dhillon and Modha 2001)."""
    rng = np.random.default_rng(seed)
    rows = content
    if len(rows) > SAMPLE:
        rows = rows[rng.choice(len(rows), SAMPLE, replace=False)]
    wanted = int(np.clip(round(np.sqrt(len(content) / 2)), 1, CLUSTERS))
    distinct = np.unique(rows, axis=0)
    centres = distinct[rng.choice(len(distinct), min(wanted, len(distinct)), replace=False)]
    for _ in range(CLUSTER_STEPS):
        member = nearest_centre(rows, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, member, rows)
        moved = np.where(sums.any(axis=1, keepdims=True), _unit(sums), centres)
        if np.allclose(moved, centres):
            break
        centres = moved
    return centres


def nearest_centre(content: FloatArray, centres: FloatArray) -> IntArray:
    """(N,) the centre (C, Dt) with the largest cosine to each row (N, Dt)."""
    found = np.empty(len(content), np.int64)
    for start in range(0, len(content), CHUNK):
        part = slice(start, start + CHUNK)
        found[part] = (content[part] @ centres.T).argmax(axis=1)
    return found


def _unit(rows: FloatArray) -> FloatArray:
    """The same directions; a row of zeros, or nearly so, is one of zeros."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: FloatArray = np.where(norms > 1e-6, rows / np.maximum(norms, 1e-6), 0.0)
    return unit.astype(np.float32)
