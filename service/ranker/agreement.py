"""Whether two rankers recommend the same: their lists for the same histories, side by side.

Knows no ids and no training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.ranker.candidates import sources_of
from service.ranker.data.arrays import IntArray
from service.ranker.data.history import History
from service.ranker.pipeline import Query, rank, rank_only
from service.ranker.ranker import Ranker

K = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """Means over histories."""

    overlap: float
    """Share of the first K that both have."""
    rank_correlation: float
    """Spearman's, over all that either proposes; of histories for which both have scores that
    differ."""
    histories: int


def agreement(first: Ranker, second: Ranker, histories: Sequence[History]) -> Agreement:
    """How far `second` gives the lists that `first` gives, each from its own candidates. Histories
    are not empty."""
    from scipy.stats import spearmanr  # takes half a second, and who only serves needs none

    overlaps, correlations = [], []
    for history in histories:
        ours, theirs = _proposed(first, history), _proposed(second, history)
        our_top, their_top = _top(first, history, ours), _top(second, history, theirs)
        if len(our_top):
            overlaps.append(float(np.isin(our_top, their_top).mean()))
        either = np.union1d(ours, theirs)
        scores = [
            ranker.score_list(ranker.query_scores(history), either).scores
            for ranker in (first, second)
        ]
        if len(either) > 1 and all(np.ptp(one) > 0 for one in scores):
            correlations.append(float(spearmanr(*scores).statistic))
    return Agreement(
        overlap=float(np.mean(overlaps or [1.0])),
        rank_correlation=float(np.mean(correlations or [1.0])),
        histories=len(histories),
    )


def _proposed(ranker: Ranker, history: History) -> IntArray:
    """What its own sources propose, less what was met."""
    query = Query(history, ranker.config.candidates)
    proposed = rank(ranker, query, sources_of(ranker.modalities)).candidates.items
    return np.setdiff1d(proposed, history.items)


def _top(ranker: Ranker, history: History, candidates: IntArray) -> IntArray:
    ranked = rank_only(ranker, Query(history, ranker.config.candidates), candidates)
    return ranked.items(ranked.order[:K])
