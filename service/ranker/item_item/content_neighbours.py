"""Behaviour borrowed through content: an item nobody has met yet scores like the items whose
vectors lie nearest.

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


def borrow_matrix(
    vectors: NDArray[np.float32], warm: BoolArray, *, neighbours: int = 50, scale: float = 1.0
) -> sparse.csr_matrix:
    """Column c of a cold item holds scale / neighbours at its nearest warm items by cosine; warm
    columns are empty.

    Items without a vector (all zeros) neither borrow nor lend.

    >>> v = np.array([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1]], dtype=np.float32)
    >>> borrow_matrix(v, np.array([True, True, False]), neighbours=1, scale=2.0).toarray().tolist()
    [[0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    n_items = len(vectors)
    norms = np.linalg.norm(vectors, axis=1)
    lenders = np.flatnonzero(warm & (norms > 0))
    borrowers = np.flatnonzero(~warm & (norms > 0))
    count = min(neighbours, len(lenders))
    if not count or not len(borrowers):
        return sparse.csr_matrix((n_items, n_items), dtype=np.float32)
    lent = (vectors[lenders] / norms[lenders, None]).T  # (dim, L)
    nearest = np.concatenate(
        [
            np.argpartition(-(vectors[borrowers[start : start + BLOCK]] @ lent), count - 1, axis=1)[
                :, :count
            ]
            for start in range(0, len(borrowers), BLOCK)
        ]
    )  # (C, count)
    share = np.full(nearest.size, scale / count, dtype=np.float32)
    return sparse.csr_matrix(
        (share, (lenders[nearest.ravel()], np.repeat(borrowers, count))), shape=(n_items, n_items)
    )


def lend(scores: NDArray[np.float32], matrix: sparse.csr_matrix) -> NDArray[np.float32]:
    """Scores with the cold columns filled in, (B, n_items)."""
    borrowed: NDArray[np.float32] = scores + np.asarray((matrix.T @ scores.T).T, dtype=np.float32)
    return borrowed
