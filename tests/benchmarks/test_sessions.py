"""The benchmark of sessions: who has turned to what, and what is made up."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sessions import BEFORE, COMMON, HIDDEN, LEAST, hidden, made_up, turned_to
from service.ranker.data.interactions import Interactions

ACTION, DOCUMENTARY, BOTH = 0, 1, 2
HAS = np.array([[True, False], [False, True], [True, True]])
"""Of three items: action, documentary."""
LONG = [ACTION] * (BEFORE + 1)


@pytest.mark.parametrize(
    ("liked", "turned"),
    [
        ([*LONG, DOCUMENTARY, DOCUMENTARY], [False, True]),
        ([*LONG, DOCUMENTARY, BOTH, DOCUMENTARY], [False, True]),
        ([*LONG, DOCUMENTARY, ACTION], [False, False]),
        ([*LONG, ACTION, ACTION], [False, False]),
        ([*LONG, BOTH, BOTH, ACTION, BOTH, BOTH], [False, False]),  # not rare before
        ([ACTION] * (BEFORE - 1) + [DOCUMENTARY] * 2, [False, False]),
    ],
)
def test_somebody_has_turned_to_what_the_newest_have_and_few_before(
    liked: list[int], turned: list[bool]
) -> None:
    assert turned_to(HAS, np.array(liked)).tolist() == turned


def test_the_newest_of_who_has_enough_are_hidden() -> None:
    users = np.repeat([0, 1], [LEAST, LEAST - 1])
    is_hidden = hidden(Interactions.build(users, np.arange(len(users)), np.arange(len(users))))
    assert np.flatnonzero(is_hidden).tolist() == list(range(LEAST - HIDDEN, LEAST))


def test_the_best_known_of_what_somebody_liked_least_is_made_up() -> None:
    has = np.arange(2 * COMMON)[:, None] % 2 == np.array([0, 1])
    even = 2 * np.arange(LEAST)
    past = Interactions.build(np.zeros(LEAST), even, np.arange(LEAST), n_items=2 * COMMON)
    (case,) = made_up(has, past, counts=np.arange(2 * COMMON), longest=20)
    assert case.history.items.tolist() == [*even[-18:], 2 * COMMON - 1, 2 * COMMON - 3]
