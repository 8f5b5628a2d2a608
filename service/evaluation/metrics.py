"""What a list is worth. Pure functions of a ranked list of distinct item indices and the set of
relevant ones.

Lists are best first. `k` is the length that was asked for: a shorter list is scored as if the rest
had missed. Nothing here knows users, splits, models or intervals.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray


def discount(rank: int) -> float:
    """What a hit at a rank (0 is the top) counts: 1 / log2(rank + 2).

    >>> discount(0), discount(2)
    (1.0, 0.5)
    """
    return 1.0 / log2(rank + 2)


def ndcg(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Discounted hits over the best that k places allow.

    >>> ndcg([7, 8, 9], {7}, k=3) == 1.0
    True
    >>> ndcg([8, 9, 7], {7}, k=3) == 1 / log2(4)
    True
    >>> ndcg([7, 8, 9], {7, 9}, k=3) == (1 + 1 / log2(4)) / (1 + 1 / log2(3))
    True
    >>> ndcg([7], {7, 8, 9}, k=1)
    1.0
    """
    gained = sum(discount(rank) for rank, item in enumerate(ranked[:k]) if item in relevant)
    return gained / sum(discount(rank) for rank in range(min(k, len(relevant))))


def hits(ranked: Sequence[int], relevant: Collection[int], k: int) -> int:
    """Relevant items among the first k.

    >>> hits([1, 2, 3], {3, 1, 9}, k=2)
    1
    """
    return sum(item in relevant for item in ranked[:k])


def recall(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Share of the relevant items that were found.

    >>> recall([1, 2, 3], {1, 3, 9}, k=3) == 2 / 3
    True
    """
    return hits(ranked, relevant, k) / len(relevant)


def precision(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Share of the k places that hit.

    >>> precision([1, 2, 3], {1, 9}, k=3) == 1 / 3
    True
    """
    return hits(ranked, relevant, k) / k


def f1(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Harmonic mean of precision and recall, 2 hits / (k + relevant).

    >>> f1([1, 2, 3], {1, 9}, k=3) == 2 / (1 / (1 / 3) + 1 / (1 / 2))
    True
    """
    return 2 * hits(ranked, relevant, k) / (k + len(relevant))


def hit_rate(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """1 when anything hit.

    >>> hit_rate([1, 2], {2, 5}, k=2), hit_rate([1, 2], {2, 5}, k=1)
    (1.0, 0.0)
    """
    return float(hits(ranked, relevant, k) > 0)


def reciprocal_rank(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """One over the place (1 is the top) of the first hit; its mean over cases is MRR.

    >>> reciprocal_rank([4, 5, 6], {6, 5}, k=3) == 1 / 2
    True
    """
    return next((1.0 / place for place, item in enumerate(ranked[:k], 1) if item in relevant), 0.0)


def average_precision(ranked: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Mean precision at each hit, over the hits that k places allow; its mean over cases is MAP.

    >>> average_precision([4, 5, 6], {4, 6}, k=3) == (1 / 1 + 2 / 3) / 2
    True
    """
    found, total = 0, 0.0
    for place, item in enumerate(ranked[:k], 1):
        if item in relevant:
            found += 1
            total += found / place
    return total / min(k, len(relevant))


def propensity_weights(
    item_counts: NDArray[np.int64], *, power: float = 0.5
) -> NDArray[np.float64]:
    """What a hit on each item counts when popular items are overrepresented in the log: (events +
    1) ** -power.

    >>> propensity_weights(np.array([0, 3])).tolist()
    [1.0, 0.5]
    """
    return np.asarray((np.asarray(item_counts, dtype=np.float64) + 1.0) ** -power)


def debiased_ndcg(
    ranked: Sequence[int], relevant: Collection[int], k: int, weights: NDArray[np.float64]
) -> tuple[float, float]:
    """NDCG with weighted hits, as (gained, ideal): over many cases divide the sum of the one by the
    sum of the other.

    Self-normalised inverse propensity, after Yang et al., RecSys 2018 (Unbiased offline recommender
    evaluation). A mean of ratios would give the weight away again where a case has one relevant
    item.

    >>> debiased_ndcg([7, 8], {8}, 2, np.full(9, 0.5)) == (0.5 / log2(3), 0.5)
    True
    """
    gained = sum(
        weights[item] * discount(rank) for rank, item in enumerate(ranked[:k]) if item in relevant
    )
    best = np.sort(weights[np.fromiter(relevant, dtype=np.int64)])[::-1][:k]
    return float(gained), float(
        sum(weight * discount(rank) for rank, weight in enumerate(best.tolist()))
    )


def novelty(ranked: Sequence[int], item_counts: NDArray[np.int64], k: int) -> float:
    """Mean surprise in bits, -log2 of the item's share of the events (one event is added to each,
    so it is finite).

    >>> novelty([0, 1], np.array([2, 0]), k=2) == (-log2(3 / 4) - log2(1 / 4)) / 2
    True
    """
    listed = np.asarray(ranked[:k], dtype=np.int64)
    if not len(listed):
        return 0.0
    shares = (item_counts[listed] + 1.0) / (item_counts.sum() + len(item_counts))
    return float(-np.log2(shares).mean())


def intra_list_diversity(ranked: Sequence[int], vectors: NDArray[np.float32], k: int) -> float:
    """Mean of 1 - cosine over the pairs of the list; 0 for fewer than two items. Vectors are unit
    rows.

    >>> intra_list_diversity([0, 1], np.array([[1, 0], [0, 1]], dtype=np.float32), k=2)
    1.0
    """
    listed = vectors[np.asarray(ranked[:k], dtype=np.int64)]
    size = len(listed)
    if size < 2:
        return 0.0
    cosine_sum = float((listed @ listed.T).sum() - np.square(listed).sum()) / 2.0
    return 1.0 - cosine_sum / (size * (size - 1) / 2.0)


def coverage(lists: Sequence[Sequence[int]], n_items: int, k: int) -> float:
    """Share of the catalogue that appears in any list.

    >>> coverage([[0, 1], [1, 2]], n_items=6, k=2) == 3 / 6
    True
    """
    return len({item for ranked in lists for item in ranked[:k]}) / n_items


def exposure(
    lists: Sequence[Sequence[int]], item_counts: NDArray[np.int64], k: int, parts: int = 10
) -> NDArray[np.float64]:
    """Share of all recommended places per tenth of the catalogue, the least chosen first: (parts,),
    sums to 1.

    Items chosen equally often keep the catalogue's order.

    >>> exposure([[3, 2], [3]], np.array([0, 1, 2, 3]), k=2, parts=2).tolist()
    [0.0, 1.0]
    """
    part = np.empty(len(item_counts), dtype=np.int64)
    part[np.argsort(item_counts, kind="stable")] = (
        np.arange(len(item_counts)) * parts // max(len(item_counts), 1)
    )
    listed = np.array([item for ranked in lists for item in ranked[:k]], dtype=np.int64)
    places = np.bincount(part[listed], minlength=parts).astype(np.float64)
    shares: NDArray[np.float64] = places / max(places.sum(), 1.0)
    return shares


def gini(shares: NDArray[np.float64], n_items: int) -> NDArray[np.float64]:
    """(B,) of the Gini coefficient over n_items of shares (B, S), those not among S having 0.

    >>> gini(np.array([[1.0, 1.0], [2.0, 0.0]]), 2).tolist()
    [0.0, 0.5]
    >>> gini(np.array([[1.0]]), 4).tolist()
    [0.75]
    """
    ordered = np.sort(shares, axis=1)
    ranks = np.arange(n_items - shares.shape[1] + 1, n_items + 1)
    total = np.maximum(ordered.sum(axis=1), 1e-12)
    concentration: NDArray[np.float64] = (2 * ordered @ ranks / total - n_items - 1) / n_items
    return concentration
