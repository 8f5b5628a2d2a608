"""Fitting of the second stage: its two networks, when which of them ranks, and the boost of cold
items.

Owns what is fitted on which lists; knows no log and no files.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import BoolArray, FloatArray
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend, BlendNet
from service.ranker.training.blend_net import fit_net
from service.ranker.training.cases import RankingCase
from service.ranker.training.fit import StageProgress
from service.ranker.training.training_list import TrainingList
from service.ranker.training.validation import (
    COLD_ITEM,
    THINNED,
    lists_of,
    metrics_of,
    proposed_lists,
)

VALIDATION_USERS = 0.2
"""Share of users whose lists validate the second stage instead of training it."""
DROPOUT, COLD_START_DROPOUT = 0.1, 0.3
"""Of the two networks; a few hundred cold-start users teach the second, so it must generalise from
less."""
COLD_ITEM_BOOSTS = np.linspace(0.0, 6.0, 61)
"""Boosts that are tried."""


def fit_second_stage(
    provisional: Ranker,
    next_events: Sequence[RankingCase],
    cold_starts: Sequence[RankingCase],
    sources: Sequence[CandidateSource],
    rng: np.random.Generator,
    seed: int,
    progress: StageProgress | None,
) -> tuple[Blend, dict[str, float]]:
    """The blend, and how it measures up on the validation users. The `provisional` ranker knows nothing
    of what was chosen in the cases; `sources` propose their candidates.

    Both networks learn from cold-start users: one what they chose next, so that it has met
    short histories, the other what they chose at all.
    """
    config, signals = provisional.config, provisional.blend.signals
    held_out = _validation_users([*next_events, *cold_starts], rng)
    lists, measured = lists_of(
        provisional, next_events, held_out, sources, rng, "second stage", progress
    )
    cold_lists, cold_measured = lists_of(
        provisional, cold_starts, held_out, sources, rng, "second stage, cold-start users", progress
    )
    validation, cold_validation = proposed_lists(measured), proposed_lists(cold_measured)
    both = [*lists, *_next_events(cold_lists)]
    blend = Blend(signals, _net(provisional, both, validation, DROPOUT, rng, seed))
    if cold_lists and cold_validation:
        blend.cold_start_net = _net(
            provisional, cold_lists, cold_validation, COLD_START_DROPOUT, rng, seed
        )
        blend.cold_start_events = fit_cold_start_events(
            blend, [*validation, *_next_events(cold_validation)], config.beginner_events
        )
    content_gain = sum(one.baselines["content_knn"] for one in measured if one.slice == COLD_ITEM)
    blend.cold_item_boost = fit_cold_item_boost(blend, validation, config.cold_budget, content_gain)
    return blend, metrics_of(blend, [*measured, *cold_measured])


def fit_cold_start_events(
    blend: Blend, validation: Sequence[TrainingList], most: int, k: int = 10
) -> int:
    """For how many known events the cold-start network may rank alone, 1..most: the largest number
    whose NDCG@k of these next events is within one standard error of the best one's (the
    one-standard-error rule; Breiman et al. 1984).

    It ranks by what a person will like at all, which is the better answer to somebody new and the
    worse one to somebody whose next choice can be predicted; from how many events on that is so
    differs from log to log, and a small log cannot tell exactly. Every length of history below 2
    `most` counts alike.
    """
    lists = [one for one in validation if one.scale.known < 2 * most]
    if not lists:
        return 1
    lengths = [one.scale.known for one in lists]
    _, which, counts = np.unique(lengths, return_inverse=True, return_counts=True)
    weights = 1 / (counts[which] * len(counts))  # (L,), sums to 1
    gains = np.zeros((most, len(lists)))
    for events in range(1, most + 1):
        blend.cold_start_events = events
        gains[events - 1] = [one.gain(blend.score(one.signals, one.scale), k) for one in lists]
    best = np.argmax(gains @ weights)
    lost = gains[best] - gains  # (most, L)
    mean = lost @ weights
    error = np.sqrt(((lost - mean[:, None]) ** 2) @ weights**2)
    return int(np.flatnonzero(mean <= error)[-1]) + 1


def fit_cold_item_boost(
    blend: Blend,
    validation: Sequence[TrainingList],
    budget: float,
    least_cold_gain: float = 0.0,
    k: int = 10,
) -> float:
    """The largest boost that leaves chosen warm items at least (1 - budget) of their best NDCG@k in
    these lists; a larger one where chosen cold items need it to gain `least_cold_gain`, the sum of
    their DCG@k under a baseline.

    A likelihood alone would bury cold items: each is less certain than the warm ones, so none is
    ever shown and none ever gets an event. The budget says how much certainty may be paid for
    giving them their room.
    """
    is_cold_item = [signal.name for signal in blend.signals].index("is_cold")
    chose_cold: BoolArray = np.array(
        [one.signals[one.chosen[0], is_cold_item] > 0 for one in validation], dtype=bool
    )
    if budget <= 0 or chose_cold.all():
        return 0.0
    gains = _gains_by_boost(blend, validation, k)  # (boosts, lists)
    warm = gains[:, ~chose_cold].sum(axis=1)  # (boosts,)
    cold = gains[:, chose_cold].sum(axis=1)  # (boosts,)
    affordable = np.flatnonzero(warm >= (1 - budget) * warm.max())[-1]
    enough = np.flatnonzero(cold >= min(least_cold_gain, cold.max()))[0]
    return float(COLD_ITEM_BOOSTS[max(affordable, enough)])


def _gains_by_boost(blend: Blend, lists: Sequence[TrainingList], k: int) -> FloatArray:
    """NDCG@k of what was chosen under every boost that is tried, (boosts, lists)."""
    gains = np.zeros((len(COLD_ITEM_BOOSTS), len(lists)), np.float32)
    for column, one in enumerate(lists):
        scores = blend.unboosted(one.signals, one.scale)
        weight = blend.cold_item_weight(one.signals, one.scale)
        gains[:, column] = [one.gain(scores + boost * weight, k) for boost in COLD_ITEM_BOOSTS]
    return gains


def _validation_users(cases: Sequence[RankingCase], rng: np.random.Generator) -> BoolArray:
    """(users,) a random share of them."""
    n_users = 1 + max(case.user for case in cases)
    held_out: BoolArray = rng.random(n_users) < VALIDATION_USERS
    return held_out


def _next_events(cold_starts: Sequence[TrainingList]) -> list[TrainingList]:
    """What cold-start users chose next, where that was among the candidates."""
    return [one.next_event() for one in cold_starts if one.has_next]


def _net(
    provisional: Ranker,
    lists: Sequence[TrainingList],
    validation: Sequence[TrainingList],
    dropout: float,
    rng: np.random.Generator,
    seed: int,
) -> BlendNet:
    assert provisional.model is not None
    return fit_net(
        lists,
        [one.thinned(THINNED, rng) for one in validation],
        hidden=provisional.config.blend_hidden,
        dropout=dropout,
        seed=seed,
        task_shares=provisional.model.shape.task_shares,
    )
