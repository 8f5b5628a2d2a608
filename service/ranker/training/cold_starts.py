"""For whom the cold-start network ranks, and what counts beside it.

Knows no ranker and no cases: lists and a blend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from service.ranker.data.arrays import FloatArray
from service.ranker.second_stage.blend import NETWORK_ALONE, Blend, Pool, Pools
from service.ranker.training.interval import standard_error
from service.ranker.training.training_list import TrainingList

LEAST_RATIO = 1e-3
"""A network that gains nothing counts as one that gains so much less."""
TIE_BREAK = 1e-3
"""Of popularity: nothing beside a difference in co-occurrence."""
BACKOFFS = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
"""Of popularity in smoothed co-occurrence: from nothing to nearly nothing else. A person's share of all
events is co-occurrence of the same size as their number."""
PLAIN = (
    Pool(0.0, popularity=1.0),
    *(Pool(0.0, TIE_BREAK, 1.0, backoff) for backoff in BACKOFFS),
)
"""Plain estimates: popularity, and co-occurrence smoothed by it."""
SHARES = (0.25, 0.5, 1.0, 2.0)
"""Of a plain estimate beside the network."""
MOST_ALIKE: Mapping[str, Sequence[str]] = {
    "strangers": (),
    "arrivals": ("newcomers", "beginners"),
    "newcomers": ("arrivals", "beginners"),
    "beginners": ("newcomers", "arrivals"),
}
"""Whose pool a kind of people has of which there are no lists, the first that there is."""


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


def fit_pools(blend: Blend, cold_starts: Sequence[TrainingList], most: int, k: int = 10) -> None:
    """Set what people known by fewer than 2 `most` events are ranked by: for each kind of them the pool
    that `best_pool` finds on the lists of people of that kind. A kind of which there are none has
    the pool of the kind most like it.
    """
    blend.cold_start_events = 2 * most  # it ranks alone
    lists: dict[str, list[TrainingList]] = {kind: [] for kind in Pools._fields}
    for one in cold_starts:
        if one.scale.known < 2 * most:
            lists[Pools.kind_of(one.scale)].append(one)
    found = {kind: best_pool(blend, kind, of_kind, k) for kind, of_kind in lists.items() if of_kind}
    blend.pools = Pools(
        **{
            kind: next((found[one] for one in (kind, *alike) if one in found), NETWORK_ALONE)
            for kind, alike in MOST_ALIKE.items()
        }
    )


def best_pool(blend: Blend, kind: str, lists: Sequence[TrainingList], k: int = 10) -> Pool:
    """The pool that people of this kind are served best by, as far as these lists of them tell: of the
    plain estimate that alone gains most NDCG@k, the network alone, and the network with some of
    that estimate.

    The best of several gains by chance, too. So it is the first of these three whose gain is within
    one standard error of the best (the one-standard-error rule; Breiman et al. 1984), and nobody
    is served by a network where that does not measure better than what can be counted.
    """
    gains: dict[Pool, FloatArray] = {}

    def best_of(pools: Sequence[Pool]) -> Pool:
        for pool in pools:
            gains[pool] = _gains_under(blend, kind, pool, lists, k)
        return max(pools, key=lambda pool: float(gains[pool].mean()))

    plain = best_of(PLAIN)
    network = best_of([NETWORK_ALONE])
    both = best_of([_with_network(plain, share) for share in SHARES])
    best = max((plain, network, both), key=lambda pool: float(gains[pool].mean()))
    return next(one for one in (plain, network, both) if _may_be_chance(gains[best] - gains[one]))


def _with_network(plain: Pool, share: float) -> Pool:
    """The network and so much of a plain estimate."""
    return Pool(1.0, share * plain.popularity, share * plain.co_occurrence, plain.backoff)


def _gains_under(
    blend: Blend, kind: str, pool: Pool, lists: Sequence[TrainingList], k: int
) -> FloatArray:
    """(lists,) NDCG@k where `blend` has this pool for people of this kind."""
    blend.pools = blend.pools._replace(**{kind: pool})
    return np.array([one.gain(one.scores(blend), k) for one in lists], np.float32)


def _may_be_chance(lost: FloatArray) -> bool:
    """Whether what is lost (lists,) is within one standard error in the mean."""
    return float(lost.mean()) <= standard_error(lost)


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
