"""Variants of a history: which events each has, how old they are there, and weights of items."""

from __future__ import annotations

import numpy as np

from service.ranker.data.history import History
from service.ranker.data.variants import Variants

HISTORY = History(
    np.array([5, 3, 5, 8]),
    np.zeros(4, np.int64),
    np.zeros(4),
    np.array([True, False, True, True]),
)
NOTHING, FIRST, NEWEST_TWO = np.array([], int), np.array([0]), np.array([2, 3])


def variants() -> Variants:
    return Variants.without(HISTORY, [NOTHING, FIRST, NEWEST_TWO])


def test_each_has_all_events_but_those_left_out() -> None:
    assert len(variants()) == 3
    assert variants().kept.astype(int).tolist() == [[1, 1, 1, 1], [0, 1, 1, 1], [1, 1, 0, 0]]


def test_age_counts_the_events_after_it_that_are_left() -> None:
    ages, kept = variants().ages, variants().kept
    assert ages[0].tolist() == [3, 2, 1, 0]
    assert ages[1][kept[1]].tolist() == [2, 1, 0]
    assert ages[2][kept[2]].tolist() == [1, 0]


def test_an_item_with_several_events_joins_their_weights() -> None:
    weights = np.tile([8.0, 4.0, 2.0, 1.0], (3, 1))
    items, largest = variants().of_items(weights, np.maximum)
    assert items.tolist() == [3, 5, 8]
    assert largest.tolist() == [[4, 8, 1], [4, 2, 1], [4, 8, 0]]
    _, summed = variants().of_items(weights, np.add)
    assert summed.tolist() == [[4, 10, 1], [4, 2, 1], [4, 8, 0]]


def test_what_was_liked_is_a_history_of_its_own() -> None:
    liked = variants().liked
    assert liked.history.items.tolist() == [5, 5, 8]
    assert liked.kept.astype(int).tolist() == [[1, 1, 1], [0, 1, 1], [1, 0, 0]]


def test_some_variants_can_be_picked() -> None:
    assert variants().select(np.array([True, False, True])).kept.astype(int).tolist() == [
        [1, 1, 1, 1],
        [1, 1, 0, 0],
    ]


def test_an_empty_history_has_no_items() -> None:
    empty = Variants.without(History.of(np.zeros(0, np.int64)), [NOTHING])
    items, weights = empty.of_items(np.ones((1, 0)), np.add)
    assert items.tolist() == []
    assert weights.shape == (1, 0)
