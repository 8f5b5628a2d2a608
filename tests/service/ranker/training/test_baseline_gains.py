"""What plain recommenders gain on a case, over the full catalogue."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.history import History
from service.ranker.ranker import untrained_ranker
from service.ranker.training.baseline_gains import BASELINES, baseline_gains, ranks_of
from service.ranker.training.cases import RankingCase
from tests.service.ranker.planted import SMALL, checkerboard, features

MET = np.array([0, 2, 4])


def gains(chosen: int, allowed: np.ndarray | None = None) -> dict[str, float]:
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    case = RankingCase(0, History.of(MET), np.array([chosen]), np.array([1]))
    return baseline_gains(ranker.query_scores(case.history), case, 40, allowed)


def test_every_baseline_is_asked_and_behaviour_knows_the_side_of_the_board() -> None:
    mine, others = gains(6), gains(7)
    assert mine.keys() == BASELINES.keys()
    assert mine["item_knn_recent"] > others["item_knn_recent"]
    assert mine["co_occurrence"] > others["co_occurrence"]


def test_what_is_not_allowed_is_in_nobodys_way() -> None:
    only = np.zeros(40, bool)
    only[6] = True
    assert set(gains(6, only).values()) == {1.0}


@pytest.mark.parametrize(("item", "rank"), [(1, 1), (4, 3)])
def test_a_rank_is_how_many_unseen_items_score_above_and_half_of_the_equal_ones(
    item: int, rank: int
) -> None:
    scores = np.array([9.0, 5.0, 5.0, 5.0, 1.0], np.float32)
    unseen = np.array([False, True, True, True, True])
    assert ranks_of(np.array([item]), scores, unseen).tolist() == [rank]
