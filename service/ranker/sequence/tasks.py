"""Tasks: predicting a click is one, predicting a purchase another. What they share is learned
together; what each adds is a linear map of its own.

Hard parameter sharing (Caruana 1997). Served is the mean over the tasks by the weights of their
event types, so a type counts as its weight says, however often it happens. Knows no event types,
only their codes.
"""

from __future__ import annotations

import numpy as np

from service.ranker.data.arrays import FloatArray
from service.ranker.data.interactions import Interactions


def task_shares(interactions: Interactions, event_weights: FloatArray | None) -> tuple[float, ...]:
    """Share of each event type, by its code, in what is served; empty where only one type occurs
    that counts.

    `event_weights` (n_event_types,) are by default alike.
    """
    counts = np.bincount(interactions.event_type)
    weights = np.ones(len(counts))
    if event_weights is not None:
        weights = event_weights[: len(counts)].astype(float)
    weights = np.where(counts > 0, weights, 0.0)
    if np.count_nonzero(weights) <= 1:
        return ()
    return tuple((weights / weights.sum()).tolist())
