"""Released behaviour: what a crowd did, as far as a release tells it, in the place of what its log says.

Knows no people and no scores.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.views import Views
from service.ranker.private.release import Release
from service.ranker.private.weights import Denoised

NEIGHBOURS = 20
"""Weights that are kept for an item on average, as many as item-kNN keeps. More of them tell of who was in
the log rather than of what goes together: docs/privacy.md."""


def released_behaviour(release: Release | None, views: Views, config: RankerConfig) -> Behaviour:
    """Of the N items of the views. The released weights stand where item-kNN's do, for which the weights
    that rank before any training are; what else is counted of people together is empty. Without a
    release there is nobody."""
    n_items = views.n_items
    nothing = sparse.csr_matrix((n_items, n_items), dtype=np.float32)
    counts, weights = np.zeros(n_items, np.int64), nothing
    if release is not None:
        denoised = Denoised.of(release)
        counts, weights = denoised.people_per_item(), denoised.item_weights(top=NEIGHBOURS)
    k = max(min(config.borrow_from, int(np.count_nonzero(counts)) - 1), 0)
    behaviour = Behaviour(
        ease=nothing,
        knn=weights,
        co_occurrence=nothing,
        transitions=nothing,
        co_counts=nothing.astype(np.int32),
        counts=counts,
        recent=np.zeros(n_items, np.int64),
        neighbours=np.zeros((n_items, k), np.int64),
        closeness=np.zeros((n_items, k), np.float32),
        is_found=np.zeros(n_items, bool),
        n_events=int(counts.sum()),
        is_released=True,
    )
    behaviour.find_neighbours(np.arange(n_items), views)
    return behaviour
