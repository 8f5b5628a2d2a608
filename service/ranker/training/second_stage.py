"""Fitting of the second stage: its two networks, and when which of them ranks.

Cross-fitted: people are divided into folds, and for each fold a network learns from the people of the
others. So whatever is chosen and measured after it is, for everybody, by networks that have not
learned from them (stacked generalisation, Wolpert 1992), and what serves is the mean of all of them.
Owns what is fitted on which lists; knows no log and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import IntArray
from service.ranker.ranker import Ranker
from service.ranker.second_stage.blend import Blend, NetScores
from service.ranker.second_stage.blend_network import BlendNetwork
from service.ranker.training.blend_net import fit_net, standards_of
from service.ranker.training.cases import RankingCase
from service.ranker.training.cold_starts import fit_cold_start_events, fit_pools
from service.ranker.training.fit import StageProgress
from service.ranker.training.hidden import MIN_EVENTS
from service.ranker.training.training_list import TrainingList
from service.ranker.training.validation import THINNED, RehearsedCase, proposed_lists, rehearse

FOLDS = 3
"""Of people; more cost time, and measured no better (docs/ranking.md)."""
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
) -> tuple[Blend, list[RehearsedCase]]:
    """The blend without a boost of cold items, and the cases that were measured: a third of the next
    events and all cold starts, with what networks say of them that have not learned from these
    people. The `provisional` ranker knows nothing of what was chosen in the cases; `sources` propose
    their candidates.

    Both networks learn from cold-start users: one what they chose next, so that it has met
    short histories, the other what they chose at all.
    """
    config, n_lists = provisional.config, provisional.config.blend_lists
    nexts = rehearse(
        provisional,
        next_events,
        sources,
        rng,
        "second stage",
        progress,
        n_lists=n_lists,
        n_measured=n_lists // 3,
    )
    beginnings = rehearse(
        provisional,
        cold_starts,
        sources,
        rng,
        "second stage, cold-start users",
        progress,
        n_lists=n_lists,
        n_measured=len(cold_starts),
    )
    folds = _folds([*next_events, *cold_starts], rng)
    lists, cold_lists = _thinned(nexts, rng), _thinned(beginnings, rng)
    nets = _cross_fitted(
        provisional, [*lists, *_next_events(cold_lists)], lists, folds, DROPOUT, seed
    )
    cold_nets = _cross_fitted(provisional, cold_lists, cold_lists, folds, COLD_START_DROPOUT, seed)
    nexts = [_scored(one, nets, cold_nets, folds) for one in nexts if one.is_measured]
    beginnings = [_scored(one, nets, cold_nets, folds) for one in beginnings]
    blend = Blend(provisional.blend.signals, BlendNetwork.mean_of(nets), spared_events=MIN_EVENTS)
    if cold_nets:
        blend.cold_start_net = BlendNetwork.mean_of(cold_nets)
        cold_start_lists = proposed_lists(beginnings)
        fit_pools(blend, cold_start_lists, config.beginner_events)
        blend.cold_start_events = fit_cold_start_events(
            blend, proposed_lists(nexts), cold_start_lists, config.beginner_events
        )
    return blend, [*nexts, *beginnings]


def _folds(cases: Sequence[RankingCase], rng: np.random.Generator) -> IntArray:
    """(users,) the fold of each; those of whom there are cases are divided evenly."""
    users = np.unique([case.user for case in cases])
    folds = np.zeros(1 + int(users.max()), np.int64)
    folds[rng.permutation(users)] = np.arange(len(users)) % FOLDS
    return folds


_ListOf = tuple[int, TrainingList]
"""The list of a user."""


def _thinned(cases: Sequence[RehearsedCase], rng: np.random.Generator) -> list[_ListOf]:
    return [
        (case.user, case.proposed.thinned(THINNED, rng))
        for case in cases
        if case.proposed is not None
    ]


def _next_events(cold_starts: Sequence[_ListOf]) -> list[_ListOf]:
    """What cold-start users chose next, where that was among the candidates."""
    return [(user, one.next_event()) for user, one in cold_starts if one.has_next]


def _cross_fitted(
    provisional: Ranker,
    lists: Sequence[_ListOf],
    validating: Sequence[_ListOf],
    folds: IntArray,
    dropout: float,
    seed: int,
) -> list[BlendNetwork]:
    """For each fold of people (users,) the network that learned from `lists` of all others, and stopped
    by the `validating` lists of the fold; none without lists. Where all lists are of one fold, its
    network learns from them all the same."""
    if not lists:
        return []
    assert provisional.model is not None
    standards = standards_of([one for _, one in lists])
    nets = []
    for fold in range(FOLDS):
        others = [one for user, one in lists if folds[user] != fold]
        nets.append(
            fit_net(
                others or [one for _, one in lists],
                [one for user, one in validating if folds[user] == fold],
                standards=standards,
                hidden=provisional.config.blend_hidden,
                dropout=dropout,
                seed=seed + fold,
                task_shares=provisional.model.shape.task_shares,
            )
        )
    return nets


def _scored(
    case: RehearsedCase,
    nets: Sequence[BlendNetwork],
    cold_nets: Sequence[BlendNetwork],
    folds: IntArray,
) -> RehearsedCase:
    """The case with what the networks of its fold say."""
    one, fold = case.proposed, folds[case.user]
    if one is None:
        return case
    cold_start = cold_nets[fold].score(one.signals, one.scale) if cold_nets else None
    said = NetScores(nets[fold].score(one.signals, one.scale), cold_start)
    return replace(case, proposed=replace(one, nets=said))
