"""Histories: cut short, and told apart."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.history import History


@pytest.mark.parametrize(("n", "kept"), [(0, []), (2, [5, 7]), (9, [3, 5, 7])])
def test_the_newest_events_are_kept(n: int, kept: list[int]) -> None:
    assert History.of(np.array([3, 5, 7])).last(n).items.tolist() == kept


@pytest.mark.parametrize(
    ("gone", "kept"), [(1, [3, 7]), (np.array([0, 2]), [5]), (np.zeros(0, int), [3, 5, 7])]
)
def test_events_are_left_out_by_position(gone: int | np.ndarray, kept: list[int]) -> None:
    history = History.of(np.array([3, 5, 7]), times=np.array([30.0, 50.0, 70.0])).without(gone)
    assert history.items.tolist() == kept
    assert history.times.tolist() == [10.0 * item for item in kept]


def test_histories_that_differ_in_anything_have_different_keys() -> None:
    items, taste = np.array([3, 5]), np.ones(2, np.float32)
    disliked = History(items, np.zeros(2, np.int64), np.zeros(2), np.array([True, False]))
    others = [
        History.of(items),
        History.of(items[::-1]),
        History.of(items, np.ones(2, np.int64)),
        History.of(items, times=np.array([0.0, 60.0])),
        History.of(items, taste=taste),
        History.of(items, taste=-taste),
        disliked,
    ]
    assert len({one.key for one in others}) == len(others)
    assert History.of(items.copy()).key == History.of(items).key
