"""What is hidden from the first stage stays hidden, and every case is one that serving could meet."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.cases import (
    BEGINNER_EVENTS,
    TASTE_EVENTS,
    Case,
    Hidden,
    first_events,
    newest_events,
    next_events,
    with_words,
)
from service.ranker.config import RankerConfig
from service.ranker.history import History
from service.ranker.interactions import Interactions

CONFIG = RankerConfig(pseudo_cold=0.25, feature_history=6)
USERS, ITEMS, LENGTH = 40, 30, 12


@pytest.fixture
def log() -> Interactions:
    rng = np.random.default_rng(0)
    items = np.concatenate([rng.permutation(ITEMS)[:LENGTH] for _ in range(USERS)])
    users = np.repeat(np.arange(USERS), LENGTH)
    return Interactions.build(users, items, np.arange(len(items), dtype=float), n_users=USERS, n_items=ITEMS)


def test_the_past_holds_nothing_that_is_hidden(log: Interactions) -> None:
    hidden = Hidden.draw(log, CONFIG, np.random.default_rng(1))
    past = hidden.past(log)
    assert hidden.items.sum() == int(0.25 * ITEMS)
    assert hidden.users.sum() == int(0.25 * USERS)
    assert not hidden.items[past.item].any()
    assert not hidden.users[past.user].any()
    assert len(past) == (~hidden.events & ~hidden.items[log.item] & ~hidden.users[log.user]).sum()


def test_a_quarter_of_a_history_is_newest_but_one_event_at_least() -> None:
    users = np.array([0] * 8 + [1] * 3 + [2] * 2)
    log = Interactions.build(users, np.arange(13), np.arange(13, dtype=float), n_users=3, n_items=13)
    held = newest_events(log, CONFIG)
    assert log.item[held].tolist() == [6, 7, 10]


def test_next_events_are_of_known_users_with_what_came_before(log: Interactions) -> None:
    hidden = Hidden.draw(log, CONFIG, np.random.default_rng(1))
    cases = next_events(log, hidden, CONFIG)
    assert len(cases) == (hidden.events & ~hidden.users[log.user]).sum()
    for case in cases:
        whole = log.history(case.user).tolist()
        place = whole.index(case.target)
        assert case.history.items.tolist() == whole[max(0, place - 6) : place]
        assert not hidden.users[case.user]


def test_first_events_are_of_hidden_users_and_their_target_follows(log: Interactions) -> None:
    hidden = Hidden.draw(log, CONFIG, np.random.default_rng(1))
    cases = first_events(log, hidden, np.random.default_rng(2))
    assert {case.user for case in cases} == set(np.flatnonzero(hidden.users).tolist())
    assert {len(case.history) for case in cases} == set(range(BEGINNER_EVENTS + 1))
    for case in cases:
        whole = log.history(case.user).tolist()
        known = len(case.history)
        assert case.beginner
        assert case.history.items.tolist() == whole[:known]
        assert case.target in whole[known:]


def test_only_beginners_are_given_words_and_few_events_beside_them() -> None:
    text = np.eye(4, dtype=np.float32)
    neighbours = np.array([[1], [0], [3], [2]])
    known = Case(0, History.of(np.array([1, 2, 3])), 0)
    beginners = [Case(1, History.of(np.array([1, 2, 3])), 0, beginner=True)] * 200
    cases = with_words([known, *beginners], text, neighbours, np.random.default_rng(0))
    assert cases[0] is known
    spoken = [case for case in cases if case.history.taste is not None]
    assert 0.2 < len(spoken) / 200 < 0.4
    for case in spoken:
        assert len(case.history) <= TASTE_EVENTS
        assert case.history.taste is not None
        assert case.history.taste.tolist() == text[1].tolist()  # item 1 is the one like item 0
