"""What happens to a ranked list before it is served: diversity. Array work; knows no items."""

from __future__ import annotations

import numpy as np

from service.ranker.data.arrays import FloatArray, IntArray

POOL = 5
"""Diversity chooses among this many times the results wanted."""


def diversify(scores: FloatArray, content: FloatArray, k: int, diversity: float) -> IntArray:
    """Places of the k results in serving order, given candidates sorted by score, best first.

    Maximal marginal relevance (Carbonell and Goldstein 1998): each place goes to the candidate with
    the largest (1 - diversity) * relevance - diversity * largest cosine to what was chosen before.
    Relevance is the score mapped to 0..1 over the pool. scores (C,), content (C, D) unit or zero
    rows; `diversity` 0 keeps the order.
    """
    n = len(scores)
    k = min(k, n)
    if diversity <= 0 or k <= 1:
        return np.arange(k)
    pool = min(n, max(POOL * k, 50))
    relevance = scores[:pool] - scores[:pool].min()
    relevance = relevance / max(float(relevance.max()), 1e-9)
    chosen = [0]
    closest = content[:pool] @ content[0]  # (pool,)
    taken = np.zeros(pool, bool)
    taken[0] = True
    while len(chosen) < k:
        gain = (1 - diversity) * relevance - diversity * closest
        gain[taken] = -np.inf
        best = int(gain.argmax())
        chosen.append(best)
        taken[best] = True
        closest = np.maximum(closest, content[:pool] @ content[best])
    return np.array(chosen, dtype=np.int64)
