"""For whom the cold-start network ranks, and what counts beside it.

Knows no ranker and no cases: lists and a blend.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from service.ranker.data.arrays import FloatArray
from service.ranker.second_stage.blend import Blend, Prior
from service.ranker.training.interval import standard_error
from service.ranker.training.training_list import TrainingList

LEAST_RATIO = 1e-3
"""A network that gains nothing counts as one that gains so much less."""
POPULARITY_PRIORS, CO_OCCURRENCE_WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0), (0.0, 0.5, 1.0)
"""Of popularity and co-occurrence beside the cold-start network: what is tried."""
STRANGERS_PRIORS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""The largest leaves next to nothing but popularity."""


def fit_cold_start_events(
    blend: Blend,
    next_events: Sequence[TrainingList],
    cold_starts: Sequence[TrainingList],
    most: int,
    k: int = 10,
) -> int:
    """For how many known events the cold-start network may rank alone, 0 (never) to `most`.

    It ranks by what a person will like at all, which is the better answer to somebody new in some
    logs and the worse one in others. What counts is what people whom the log knows by few events
    choose next, and what cold-start users choose at all: the logarithm of the gain in either against
    that of the main network, alike; and within each every length of history below 2 `most`.
    """
    gained = np.zeros(most + 1)
    for lists in (next_events, cold_starts):
        gains, weights = _gains_by_events(blend, lists, most, k)
        means = gains @ weights  # (most + 1,)
        if len(means) and means[0] > 0:
            gained += np.log(np.maximum(means / means[0], LEAST_RATIO))
    return int(np.argmax(gained))


def fit_priors(blend: Blend, cold_starts: Sequence[TrainingList], most: int, k: int = 10) -> None:
    """Set what counts beside the cold-start network: for beginners, and for newcomers from another
    domain, the weights of popularity and co-occurrence under which these lists of people known by
    fewer than 2 `most` events gain most NDCG@k (0 where nothing else gains more; where there are
    none of the one kind, those of the other), and the popularity prior of strangers.

    The network learns from some hundred people, and these two are hard to outdo for somebody hardly
    known: what the network says of them too timidly is added, a product of estimates (Hinton 2002).
    Of a stranger nothing but popularity is known, so theirs is the largest prior whose gain is
    within one standard error of the best (the one-standard-error rule; Breiman et al. 1984).
    """
    blend.cold_start_events = 2 * most  # it ranks alone
    short = [one for one in cold_starts if one.scale.known < 2 * most]
    newcomers = [one for one in short if one.scale.elsewhere]
    beginners = [one for one in short if not one.scale.elsewhere]
    blend.beginners = _best_prior(blend, "beginners", beginners or newcomers, k)
    blend.newcomers = (
        _best_prior(blend, "newcomers", newcomers, k) if newcomers else blend.beginners
    )
    strangers = [one for one in short if one.scale.is_of_stranger]
    if strangers:
        of_prior = []
        for prior in STRANGERS_PRIORS:
            blend.strangers_prior = prior
            of_prior.append(_gains(blend, strangers, k))
        lost = max(of_prior, key=np.sum) - np.array(of_prior)  # (priors, lists)
        near = lost.mean(axis=1) <= [standard_error(one) for one in lost]
        blend.strangers_prior = STRANGERS_PRIORS[int(np.flatnonzero(near)[-1])]


def _best_prior(blend: Blend, kind: str, lists: Sequence[TrainingList], k: int) -> Prior:
    """That under which these lists gain most NDCG@k where `blend` has it for people of this kind; the
    first of equal ones."""
    gained = {}
    for weights in product(POPULARITY_PRIORS, CO_OCCURRENCE_WEIGHTS):
        prior = Prior(*weights)
        setattr(blend, kind, prior)
        gained[prior] = float(_gains(blend, lists, k).sum())
    return max(gained, key=gained.__getitem__)


def _gains(blend: Blend, lists: Sequence[TrainingList], k: int) -> FloatArray:
    return np.array([one.gain(one.scores(blend), k) for one in lists], np.float32)


def _gains_by_events(
    blend: Blend, lists: Sequence[TrainingList], most: int, k: int
) -> tuple[FloatArray, FloatArray]:
    """NDCG@k of the lists of people known by less than 2 `most` events, for every number of events
    up to which the cold-start network may rank, (most + 1, L), and the weights of the lists (L,)."""
    short = [one for one in lists if one.scale.known < 2 * most]
    if not short:
        return np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
    lengths = [one.scale.known for one in short]
    _, which, counts = np.unique(lengths, return_inverse=True, return_counts=True)
    gains = np.zeros((most + 1, len(short)), np.float32)
    for events in range(most + 1):
        blend.cold_start_events = events
        gains[events] = [one.gain(one.scores(blend), k) for one in short]
    return gains, (1 / (counts[which] * len(counts))).astype(np.float32)
