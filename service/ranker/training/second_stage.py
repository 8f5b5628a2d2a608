"""Fitting of the second stage: its two networks, and when which of them ranks.

Owns what is fitted on which lists; knows no log and no files.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import BoolArray
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend, BlendNet
from service.ranker.training.blend_net import fit_net
from service.ranker.training.cases import RankingCase
from service.ranker.training.cold_starts import fit_cold_start_events, fit_priors
from service.ranker.training.fit import StageProgress
from service.ranker.training.hidden import MIN_EVENTS
from service.ranker.training.training_list import TrainingList
from service.ranker.training.validation import (
    THINNED,
    ValidationCase,
    lists_of,
    proposed_lists,
)

VALIDATION_USERS = 0.2
"""Share of users whose lists validate the second stage instead of training it."""
DROPOUT, COLD_START_DROPOUT = 0.1, 0.3
"""Of the two networks; a few hundred cold-start users teach the second, so it must generalise from
less."""


def fit_second_stage(
    provisional: Ranker,
    next_events: Sequence[RankingCase],
    cold_starts: Sequence[RankingCase],
    sources: Sequence[CandidateSource],
    rng: np.random.Generator,
    seed: int,
    progress: StageProgress | None,
) -> tuple[Blend, list[ValidationCase]]:
    """The blend without a boost of cold items, and the cases of the validation users. The `provisional`
    ranker knows nothing of what was chosen in the cases; `sources` propose their candidates.

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
    net = _net(provisional, both, validation, DROPOUT, rng, seed)
    blend = Blend(signals, net, spared_events=MIN_EVENTS)
    if cold_lists and cold_validation:
        blend.cold_start_net = _net(
            provisional, cold_lists, cold_validation, COLD_START_DROPOUT, rng, seed
        )
        fit_priors(blend, cold_validation, config.beginner_events)
        blend.cold_start_events = fit_cold_start_events(
            blend, validation, cold_validation, config.beginner_events
        )
    return blend, [*measured, *cold_measured]


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
