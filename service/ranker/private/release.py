"""Release: what is told of everybody's behaviour together, so that it hardly tells of anyone.

    people, each with at most MOST_ITEMS items
      -> how many met each item, with noise     POPULARITY of the budget; the KNOWN items stand out
      -> how many met each two of these, with noise        the rest of it

Neighbours are two logs of which one has one person more, with whatever that person did. What anybody
adds to either statistic is bounded in the L2 norm whatever they did, by weighing who met much less:
with n items 1 / sqrt(n) each, and sqrt(2 / (n (n + 1))) for each pair ("Analyze Gauss", Dwork, Talwar,
Thakurta and Zhang 2014, of rows of norm about 1). Both are whole numbers, in units of 1 / GRID, rounded
down, and so is the noise. Which items there are is the catalogue, which is public; the second statistic
looks at items that the first has told. Whatever is computed of a release costs nothing more.

Owns the bounds and the noise. Knows no ids, no content and no serving.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.private.noise import DiscreteGaussian

MOST_ITEMS = 100
"""Of one person, the newest."""
POPULARITY = 0.05
"""Share of the budget that goes into the popularity of items."""
KNOWN = 3.0
"""Deviations of the noise that an item's popularity exceeds to be told from an item that nobody met."""
GRID = 2**12
"""Units of 1: what one person adds at most to a statistic, in the L2 norm."""
BLOCK = 1024
"""Rows worked on at a time."""
_SIZES = range(1, MOST_ITEMS + 1)
_ITEM_UNITS = np.array([0, *(math.isqrt(GRID**2 // n) for n in _SIZES)])
_PAIR_UNITS = np.array([0, *(math.isqrt(2 * GRID**2 // (n * (n + 1))) for n in _SIZES)])
"""What a person with n items adds to each item, and to each pair: the sum of squares over the n items, or
n (n + 1) / 2 pairs and items, is at most GRID^2."""

Noise = Callable[[int], DiscreteGaussian]
"""Of a deviation; anything but DiscreteGaussian itself is for tests."""


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """Of N items, W of which stand out from the noise."""

    rho: float
    """What it cost; see `service.ranker.private.budget`."""
    popularity: FloatArray
    """(N,) people who met the item, each by 1 / sqrt(items they met), with noise."""
    popularity_deviation: float
    """Of that noise."""
    known: IntArray
    """(W,) the items that stand out, ascending."""
    pairs: FloatArray
    """(W, W) people who met both, each by about sqrt(2) / items they met, with noise; symmetric, the
    diagonal is who met the item."""
    pairs_deviation: float
    """Of that noise."""


def released(
    interactions: Interactions, rho: float, *, most_known: int, noise: Noise = DiscreteGaussian
) -> Release:
    """A new release at the cost of `rho`, of the newest MOST_ITEMS items of everybody. At most
    `most_known` items are known, the most popular ones, since there is a dense square matrix of
    them.

    The noise is as new every time: to release the same log again costs again.
    """
    n_items = interactions.n_items
    deviation = _deviation(POPULARITY * rho)
    met = newest_items(interactions)
    counts = met.T @ _ITEM_UNITS[np.diff(met.indptr)] + noise(deviation).draw(n_items)  # (N,)
    stands_out = np.flatnonzero(counts > KNOWN * deviation)
    most = np.argsort(-counts[stands_out], kind="stable")[:most_known]
    known = np.sort(stands_out[most])
    pairs_deviation = _deviation((1 - POPULARITY) * rho)
    pairs = np.zeros((len(known), len(known)), np.float32)
    if len(known):
        is_known = np.zeros(n_items, bool)
        is_known[known] = True
        met = newest_items(interactions, is_known)[:, known]
        _count_pairs(met, noise(pairs_deviation), pairs)
    return Release(
        rho=rho,
        popularity=(counts / GRID).astype(np.float32),
        popularity_deviation=deviation / GRID,
        known=known,
        pairs=pairs,
        pairs_deviation=pairs_deviation / GRID,
    )


def newest_items(interactions: Interactions, among: BoolArray | None = None) -> sparse.csr_matrix:
    """(people, N) int64: 1 for the newest MOST_ITEMS items of everybody, each item by their newest event
    on it; `among` (N,) leaves out all other items first."""
    table = interactions if among is None else interactions.select(among[interactions.item])
    pair = table.user * table.n_items + table.item
    _, from_end = np.unique(pair[::-1], return_index=True)
    is_newest = np.zeros(len(table), bool)
    is_newest[len(table) - 1 - from_end] = True
    once = table.select(is_newest)
    kept = once.select(once.positions_from_end() < MOST_ITEMS)
    ones = np.ones(len(kept), np.int64)
    return sparse.csr_matrix((ones, kept.item, kept.by_user()), (kept.n_users, kept.n_items))


def _count_pairs(met: sparse.csr_matrix, noise: DiscreteGaussian, into: FloatArray) -> None:
    """(W, W), in units of 1: the upper triangle and the diagonal, with noise, and the same below."""
    units = _PAIR_UNITS[np.diff(met.indptr)]
    item_people = met.T.tocsr()
    weighed = sparse.diags_array(units, dtype=np.int64) @ met
    size = into.shape[0]
    for rows in _blocks(size):
        block = (item_people[rows.start : rows.stop] @ weighed)[:, rows.start :].toarray()
        for row, of_row in zip(rows, block, strict=True):  # the triangle: from the diagonal on
            own = of_row[row - rows.start :] + noise.draw(size - row)
            into[row, row:] = into[row:, row] = own / GRID


def _deviation(rho: float) -> int:
    """Of the noise, in units of 1 / GRID, for a statistic that one person moves by GRID at most."""
    return math.ceil(GRID / math.sqrt(2 * rho))


def _blocks(size: int) -> Iterator[range]:
    for start in range(0, size, BLOCK):
        yield range(start, min(start + BLOCK, size))
