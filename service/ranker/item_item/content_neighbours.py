"""Content-neighbour back-off: an item nobody has met yet scores like the items whose vectors lie
nearest.

Because scoring is linear, averaging the weight columns of the neighbours is the same as averaging
their scores, so what is kept is one sparse matrix (n_items, n_items) to multiply scores with. Knows
vectors and indices, nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from service.ranker.data.arrays import BoolArray

BLOCK = 512
"""Cold items compared with all warm ones at a time."""


def backoff_matrix(
    vectors: NDArray[np.float32], warm: BoolArray, *, neighbours: int = 50, scale: float = 1.0
) -> sparse.csr_matrix:
    """Column c of a cold item holds scale / neighbours at its nearest warm items by cosine; warm
    columns are empty.

    Vectors are (n_items, dim), warm (n_items,) says which items have events. Items without a vector
    (all zeros) neither back off nor are backed off to.

    >>> v = np.array([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1]], dtype=np.float32)
    >>> backoff_matrix(v, np.array([True, True, False]), neighbours=1, scale=2.0).toarray().tolist()
    [[0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    n_items = len(vectors)
    norms = np.linalg.norm(vectors, axis=1)
    has_vector = norms > 0
    warm_items = np.flatnonzero(warm & has_vector)
    cold_items = np.flatnonzero(~warm & has_vector)
    count = min(neighbours, len(warm_items))
    if not count or not len(cold_items):
        return sparse.csr_matrix((n_items, n_items), dtype=np.float32)
    targets = (vectors[warm_items] / norms[warm_items, None]).T  # (dim, W)
    nearest = []
    for start in range(0, len(cold_items), BLOCK):
        cosines = vectors[cold_items[start : start + BLOCK]] @ targets  # (BLOCK, W)
        nearest.append(np.argpartition(-cosines, count - 1, axis=1)[:, :count])
    rows = warm_items[np.concatenate(nearest).ravel()]
    columns = np.repeat(cold_items, count)
    share = np.full(len(rows), scale / count, dtype=np.float32)
    return sparse.csr_matrix((share, (rows, columns)), shape=(n_items, n_items))


def with_backoff(scores: NDArray[np.float32], matrix: sparse.csr_matrix) -> NDArray[np.float32]:
    """Scores (B, n_items) with the cold columns filled in by a `backoff_matrix`, (B, n_items)."""
    of_neighbours = np.asarray((matrix.T @ scores.T).T, dtype=np.float32)
    filled: NDArray[np.float32] = scores + of_neighbours
    return filled
