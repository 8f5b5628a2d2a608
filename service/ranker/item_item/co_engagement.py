"""Co-engagement: item-item weights from the log alone (EASE, item-kNN, co-occurrence), and scoring a
history by them.

A weight matrix is CSR, (n_items, n_items): row = item in the history, column = item to be scored,
so that scores = history @ weights. Knows no ids, content, files or users' names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy  # its parts are loaded when they are used: who serves needs `sparse` alone
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.interactions import Interactions

RECENCY = 0.8
"""Weight of an event relative to the one after it: the last counts 1, the one before 0.8, then 0.64
..."""
NEGLIGIBLE = 1e-6
"""History weights below this change no rank worth having and are left out."""
EASE_MAX_ITEMS = 30_000
"""Items with events above which EASE is refused: its dense matrix would take more than 3.6 GB."""
SAMPLE_ROWS = 256
"""Rows from which the size that separates kept from dropped weights is estimated."""
LEAST_PER_ROW = 20
"""Weights that EASE keeps for every item, so that a history of rare items only still leads
somewhere."""
BLOCK = 1024
"""Rows worked on at a time, so that no intermediate grows with the square of the catalogue."""


class CatalogTooLarge(ValueError):
    """EASE needs a dense square matrix over the items with events, and this one would not fit."""


def history_matrix(
    histories: Sequence[IntArray], n_items: int, *, decay: float = RECENCY
) -> sparse.csr_matrix:
    """Histories (oldest first) as weighted rows, (B, n_items); a repeated item keeps its newest
    weight.

    >>> history_matrix([np.array([2, 0])], 3, decay=0.5).toarray().tolist()
    [[1.0, 0.0, 0.5]]
    >>> history_matrix([np.array([2, 0])], 3, decay=1.0).toarray().tolist()
    [[1.0, 0.0, 1.0]]
    """
    rows = [newest_weights(history, decay) for history in histories]
    if not rows:
        return sparse.csr_matrix((0, n_items), dtype=np.float32)
    indptr = np.concatenate([[0], np.cumsum([len(items) for items, _ in rows])])
    columns, weights = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return sparse.csr_matrix((weights, columns, indptr), shape=(len(rows), n_items))


def newest_weights(history: IntArray, decay: float) -> tuple[IntArray, FloatArray]:
    """The items of a history (oldest first), ascending, with the weight of the newest event of
    each.

    >>> newest_weights(np.array([2, 0, 2]), 0.5)
    (array([0, 2]), array([0.5, 1. ], dtype=float32))
    """
    items, first = np.unique(np.asarray(history, dtype=np.int64)[::-1], return_index=True)
    weights = decay ** first.astype(np.float64)
    kept = weights > NEGLIGIBLE
    return items[kept], weights[kept].astype(np.float32)


def score(
    weights: sparse.csr_matrix, histories: Sequence[IntArray], *, decay: float = RECENCY
) -> FloatArray:
    """Scores of every item for every history, (B, n_items). `decay=1` forgets the order."""
    product = history_matrix(histories, weights.shape[0], decay=decay) @ weights
    scores: FloatArray = product.toarray().astype(np.float32, copy=False)
    return scores


def co_counts(interactions: Interactions, *, min_people: int = 1) -> sparse.csr_matrix:
    """How many people met both item i and item j, (n_items, n_items) int32, symmetric, diagonal
    empty.

    Pairs shared by fewer than `min_people` are left out; on a dense log that is most of them.
    """
    blocks = []
    for rows, gram in _gram_blocks(interactions.user_items()):
        gram.data[gram.data < min_people] = 0.0
        gram.data[gram.indices == np.repeat(rows, np.diff(gram.indptr))] = 0.0
        gram.eliminate_zeros()
        blocks.append(gram.astype(np.int32))
    return _stack(blocks, interactions.n_items, np.int32)


def co_probability(interactions: Interactions, *, top: int = 500) -> sparse.csr_matrix:
    """Share of those who met item i who also met item j, n_ij / n_i; each row keeps its `top`
    largest.

    Not corrected for popularity, which is what serves a user of whom only a few events are known.
    """
    user_items = interactions.user_items()
    people = user_items.sum(axis=0).A1  # (n_items,)
    blocks = []
    for rows, gram in _gram_blocks(user_items):
        row_of = np.repeat(rows, np.diff(gram.indptr))
        gram.data = (gram.data / people[row_of]).astype(np.float32)
        _drop_diagonal(gram, row_of)
        blocks.append(_keep_largest(gram, top))
    return _stack(blocks, interactions.n_items, np.float32)


def item_knn(
    interactions: Interactions, *, shrink: float = 10.0, neighbours: int = 20
) -> sparse.csr_matrix:
    """Cosine of who met the items, shrunk towards 0 for rare ones: n_ij / (sqrt(n_i n_j) + shrink).

    Each item to be scored listens to its `neighbours` most similar items.
    """
    norms = np.sqrt(np.maximum(interactions.item_counts(), 1)).astype(np.float32)
    blocks = []
    for rows, gram in _gram_blocks(interactions.user_items()):
        row_of = np.repeat(rows, np.diff(gram.indptr))
        gram.data /= norms[row_of] * norms[gram.indices] + np.float32(shrink)
        _drop_diagonal(gram, row_of)
        blocks.append(_keep_largest(gram, neighbours))
    by_target = _stack(blocks, interactions.n_items, np.float32)  # similarity is symmetric
    return by_target.T.tocsr()


def ease_l2(interactions: Interactions) -> float:
    """The ridge of EASE, from the data: 10 sqrt(n), n the size of the item that an event picked at
    random belongs to.

    The best ridge on validation grows more slowly than the log: about 50 on Amazon Beauty (n = 47),
    100-250 on movielens-small (n = 60), 500 published for MovieLens-20M (n in the thousands).
    Quality is flat within a factor of two around it.

    >>> ease_l2(Interactions.build([0, 1, 2, 3], [0, 0, 0, 1])) == 10 * ((3 * 3 + 1 * 1) / 4) ** 0.5
    True
    """
    if not len(interactions):
        return 1.0
    counts = interactions.item_counts().astype(np.float64)
    size_of_usual_item = np.square(counts).sum() / counts.sum()
    return 10.0 * float(np.sqrt(size_of_usual_item))


def ease(
    interactions: Interactions,
    *,
    l2: float | None = None,
    top: int | None = 500,
    max_items: int = EASE_MAX_ITEMS,
) -> sparse.csr_matrix:
    """EASE in closed form (arXiv 1905.03375): P = (X'X + l2 I)^-1, weights -P_ij / P_jj, diagonal
    0.

    Only items with events enter the matrix. The weights of largest size are kept, `top` per row on
    average (None keeps all): popular items need thousands, rare ones a few, so one threshold for
    all loses nothing measurable where the same number in every row does. Every row keeps at least
    LEAST_PER_ROW.
    """
    n_items, user_items = interactions.n_items, interactions.user_items()
    warm = np.flatnonzero(user_items.sum(axis=0).A1)
    if len(warm) > max_items:
        gigabytes = 4 * len(warm) ** 2 / 1e9
        raise CatalogTooLarge(
            f"EASE over {len(warm):,} items with events needs a dense matrix of {gigabytes:.1f} GB; "
            f"the limit is {max_items:,} items. Use item-kNN, which is sparse, or raise the limit "
            "where memory allows."
        )
    if not len(warm):
        return sparse.csr_matrix((n_items, n_items), dtype=np.float32)
    precision = _inverse_gram(user_items[:, warm], ease_l2(interactions) if l2 is None else l2)
    return pruned_weights(precision, warm, n_items, top)


def pruned_weights(
    precision: FloatArray, items: IntArray, n_items: int, top: int | None
) -> sparse.csr_matrix:
    """Weights -P_ij / P_jj of a precision matrix P (W, W) over these items (W,), diagonal 0, as
    (n_items, n_items): the largest, `top` per row on average, as `ease` keeps them."""
    scale = -1.0 / np.diagonal(precision).copy()  # (W,)
    threshold = _threshold(precision, scale, top)
    blocks = []
    for rows in _blocks_of_rows(len(items)):
        block = precision[rows] * scale  # (R, W)
        block[np.arange(len(rows)), rows] = 0.0
        blocks.append(_sparse_rows(block, threshold))
    weights = _stack(blocks, len(items), np.float32).tocoo()
    entries = (weights.data, (items[weights.row], items[weights.col]))
    return sparse.csr_matrix(entries, shape=(n_items, n_items))


def _inverse_gram(user_items: sparse.csr_matrix, l2: float) -> FloatArray:
    """(X'X + l2 I)^-1 by Cholesky, in place: one dense (W, W) array and nothing else of that size."""
    size = user_items.shape[1]
    gram = np.zeros((size, size), dtype=np.float32)
    for rows, block in _gram_blocks(user_items):
        gram[rows[0] : rows[-1] + 1] = block.toarray()
    gram[np.diag_indices(size)] += np.float32(l2)
    # A symmetric C array is its own Fortran twin, so LAPACK may work on the view without a copy.
    factor, info = scipy.linalg.lapack.spotrf(gram.T, lower=1, overwrite_a=1)
    if info == 0:
        inverse, info = scipy.linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    if info != 0:
        raise ValueError(
            f"EASE could not invert its matrix with l2 = {l2:g} (LAPACK code {info}); use a larger l2"
        )
    for start in range(0, size, BLOCK):  # LAPACK filled the lower triangle only
        stop = min(start + BLOCK, size)
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        square = inverse[start:stop, start:stop]
        square[...] = np.tril(square) + np.tril(square, -1).T
    symmetric: FloatArray = inverse.T
    return symmetric


def _gram_blocks(user_items: sparse.csr_matrix) -> Iterator[tuple[IntArray, sparse.csr_matrix]]:
    """X'X a block of rows at a time: (row numbers, (R, n_items))."""
    item_users = user_items.T.tocsr()
    for rows in _blocks_of_rows(item_users.shape[0]):
        yield rows, item_users[rows] @ user_items


def _blocks_of_rows(n_rows: int) -> Iterator[IntArray]:
    """Row numbers, BLOCK at a time."""
    for start in range(0, n_rows, BLOCK):
        yield np.arange(start, min(start + BLOCK, n_rows))


def _drop_diagonal(gram: sparse.csr_matrix, row_of: IntArray) -> None:
    """Remove what an item has to do with itself, in place; `row_of` (entries,) is the row of each."""
    gram.data[gram.indices == row_of] = 0.0
    gram.eliminate_zeros()


def _threshold(precision: FloatArray, scale: FloatArray, top: int | None) -> float:
    """The size that `top` weights per row exceed on average, estimated from a sample of the rows."""
    size = len(scale)
    if top is None or top >= size:
        return 0.0
    rows = np.unique(np.linspace(0, size - 1, min(size, SAMPLE_ROWS)).astype(np.int64))
    sample = np.abs(precision[rows] * scale)  # (R, W)
    sample[np.arange(len(rows)), rows] = 0.0
    return float(np.quantile(sample, 1.0 - top / size))


def _sparse_rows(block: FloatArray, threshold: float) -> sparse.csr_matrix:
    """A dense block as CSR: what exceeds the threshold, and at any rate the LEAST_PER_ROW largest
    of each row."""
    sizes = np.abs(block)
    kept = sizes > threshold
    if threshold > 0.0 and block.shape[1] > LEAST_PER_ROW:
        by_size = np.argpartition(-sizes, LEAST_PER_ROW - 1, axis=1)
        np.put_along_axis(kept, by_size[:, :LEAST_PER_ROW], True, axis=1)
    return sparse.csr_matrix(np.where(kept, block, np.float32(0.0)))


def _keep_largest(matrix: sparse.csr_matrix, top: int) -> sparse.csr_matrix:
    """The `top` largest entries of each row of a CSR matrix; the lower column wins a tie."""
    matrix.sort_indices()
    row_sizes = np.diff(matrix.indptr)
    kept = np.ones(len(matrix.data), dtype=bool)
    for row in np.flatnonzero(row_sizes > top).tolist():
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        values = matrix.data[entries]
        smallest = np.partition(values, -top)[-top]
        kept_here = values > smallest
        n_ties = top - int(kept_here.sum())
        kept_here[np.flatnonzero(values == smallest)[:n_ties]] = True
        kept[entries] = kept_here
    indptr = np.concatenate([[0], np.cumsum(np.minimum(row_sizes, top))])
    return sparse.csr_matrix((matrix.data[kept], matrix.indices[kept], indptr), shape=matrix.shape)


def _stack(
    blocks: Sequence[sparse.csr_matrix], n_items: int, dtype: type[np.generic]
) -> sparse.csr_matrix:
    if not blocks:
        return sparse.csr_matrix((n_items, n_items), dtype=dtype)
    matrix = sparse.vstack(blocks, format="csr", dtype=dtype)
    matrix.sort_indices()
    return matrix
