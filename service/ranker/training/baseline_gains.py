"""What plain recommenders gain on a case: item-item models, popularity and content of the same log,
each over the full catalogue.

Knows no second stage and no lists of candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.training.cases import RankingCase
from service.ranker.training.training_list import ndcg

BASELINES: Mapping[str, Callable[[QueryScores], FloatArray]] = {
    "popularity": lambda query: query.snapshot.behaviour.counts.astype(np.float32),
    "recent_popularity": lambda query: query.snapshot.behaviour.recent.astype(np.float32),
    "co_occurrence": lambda query: query.co_occurrence,
    "transition_graph": lambda query: query.transitions,
    "item_knn_recent": lambda query: query.knn_recent,
    "ease_recent": lambda query: query.ease_recent,
    "content_knn": lambda query: query.text_recent,
}
"""Systems that the trained ranker is compared with on the same hidden events, and their scores (N,)."""


def baseline_gains(
    query: QueryScores, case: RankingCase, k: int, allowed: BoolArray | None = None
) -> dict[str, float]:
    """NDCG@k of what was chosen, by baseline, over what is `allowed` (N,) (None for all) and the
    person had not met."""
    n_items = len(query.snapshot.behaviour.counts)
    unseen = np.ones(n_items, bool) if allowed is None else allowed.copy()
    unseen[case.history.items] = False
    return {
        name: ndcg(ranks_of(case.chosen, scores(query), unseen), len(case.chosen), k)
        for name, scores in BASELINES.items()
    }


def ranks_of(items: IntArray, scores: FloatArray, unseen: BoolArray) -> IntArray:
    """(P,) how many of the `unseen` (N,) score above each of `items` (P,); of equal scores half
    count."""
    ascending = np.sort(scores[unseen])
    above = len(ascending) - np.searchsorted(ascending, scores[items], side="right")
    below = np.searchsorted(ascending, scores[items], side="left")
    level = len(ascending) - above - below - 1
    ranks: IntArray = above + level // 2
    return ranks
