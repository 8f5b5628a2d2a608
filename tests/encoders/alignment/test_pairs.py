"""Pairs: what belongs together is held out together, and recall counts what it says."""

from __future__ import annotations

import numpy as np
import pytest

from encoders.alignment.pairs import Pairs, recall, reciprocal_rank, split_groups
from encoders.arrays import FloatArray

ONES = np.ones((4, 2), dtype=np.float32)


def along(*angles: float) -> FloatArray:
    """Unit vectors in the plane."""
    radians = np.deg2rad(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_groups_are_held_out_whole_and_to_the_share_asked_for() -> None:
    group = np.repeat(np.arange(50), 4)
    kept, held_out = split_groups(group, 0.2, seed=0)
    assert len(held_out) == 40
    assert not set(group[kept]) & set(group[held_out])
    assert sorted([*kept, *held_out]) == list(range(200))


@pytest.mark.parametrize("seed", range(5))
def test_a_group_that_is_too_large_to_be_held_out_stays(seed: int) -> None:
    group = np.array([7] * 80 + list(range(100, 120)))
    kept, held_out = split_groups(group, 0.1, seed)
    assert len(held_out) == 10
    assert set(range(80)) <= set(kept)


def test_the_same_seed_holds_out_the_same_and_another_one_others() -> None:
    group = np.arange(100)
    one, same, other = (split_groups(group, 0.2, seed)[1].tolist() for seed in (1, 1, 2))
    assert one == same != other


def test_recall_and_reciprocal_rank_of_ranks_that_are_known() -> None:
    """The queries' own answers stand at ranks 1, 2 and 3."""
    answers = along(0, 40, 80)
    queries = along(10, 70, -10)
    assert [recall(queries, answers, k) for k in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert reciprocal_rank(queries, answers) == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_equal_vectors_find_nothing() -> None:
    assert recall(ONES, ONES, k=1) == 0.0
    assert reciprocal_rank(ONES, ONES) == pytest.approx(1 / 2.5)  # in the middle of four


def test_some_of_the_pairs_come_in_the_order_asked_for() -> None:
    pairs = Pairs(
        along(0, 40, 80),
        np.stack([along(1, 2, 3), along(4, 5, 6)]),
        along(7, 8, 9),
        np.array([5, 6, 7]),
    )
    some = pairs.rows(np.array([2, 0]))
    assert len(some) == 2
    np.testing.assert_array_equal(some.media, along(80, 0))
    np.testing.assert_array_equal(some.text, np.stack([along(3, 1), along(6, 4)]))
    np.testing.assert_array_equal(some.title, along(9, 7))
    assert some.group.tolist() == [7, 5]
