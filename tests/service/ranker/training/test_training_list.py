"""Training lists: what is kept of them, and what a ranking gains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.training.training_list import TrainingList, ndcg
from tests.service.ranker.planted import SIGNALS, UNSCALED


def a_list(n: int, chosen: list[int]) -> TrainingList:
    """n candidates whose first signal is their place."""
    signals = np.zeros((n, len(SIGNALS)), np.float32)
    signals[:, 0] = np.arange(n)
    return TrainingList(signals, UNSCALED, np.array(chosen), np.arange(len(chosen)), missed=1)


def test_thinning_keeps_what_was_chosen_in_its_order_and_some_others() -> None:
    thin = a_list(50, [7, 3]).thinned(5, np.random.default_rng(0))
    assert len(thin.signals) == 7
    assert thin.signals[thin.chosen, 0].tolist() == [7, 3]
    assert len(set(thin.signals[:, 0].tolist())) == 7
    assert thin.missed == 1


def test_a_list_that_is_thin_enough_stays_as_it_is() -> None:
    one = a_list(7, [3, 1])
    assert one.thinned(5, np.random.default_rng(0)) is one


def test_of_all_that_was_chosen_the_next_event_is_the_first() -> None:
    following = a_list(9, [4, 2]).next_event()
    assert (following.chosen.tolist(), following.event_types.tolist()) == ([4], [0])
    assert following.missed == 0
    with pytest.raises(AssertionError):
        replace(a_list(9, [4, 2]), has_next=False).next_event()


def test_a_list_of_several_choices_gains_their_ndcg() -> None:
    one = TrainingList(
        np.zeros((4, len(SIGNALS)), np.float32),
        UNSCALED,
        np.array([0, 2]),
        np.array([1, 1]),
        missed=1,
    )
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert one.gain(np.array([4.0, 3.0, 2.0, 1.0]), 10) == pytest.approx(
        (1 + 1 / np.log2(4)) / ideal
    )


def test_of_what_is_level_half_counts_as_above() -> None:
    """Four others are level: the chosen one is third. A score that tells nothing apart gains no more
    than chance."""
    one = TrainingList(
        np.zeros((5, len(SIGNALS)), np.float32), UNSCALED, np.array([0]), np.array([1])
    )
    assert one.gain(np.zeros(5), 10) == pytest.approx(1 / np.log2(4))


def test_what_is_ranked_below_k_gains_nothing() -> None:
    assert ndcg(np.array([10]), 1, 10) == 0.0
    assert ndcg(np.array([9]), 1, 10) == pytest.approx(1 / np.log2(11))
