"""What is hidden from the first stage, and what the second is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.config import RankerConfig
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.training.cases import (
    KNOWN,
    Case,
    Hidden,
    arrivals,
    beginnings,
    newest_events,
    next_events,
    with_words,
)

CONFIG = RankerConfig()
ONE_DOMAIN = np.zeros(8, np.int64)
NOBODY = np.full(3, -1)


@pytest.fixture
def table() -> Interactions:
    """User 0 met 0..3, user 1 met 4 and 5, user 2 met 0, 6, 6, 7."""
    return Interactions.build([0] * 4 + [1] * 2 + [2] * 4, [0, 1, 2, 3, 4, 5, 0, 6, 6, 7])


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_newest_quarter_is_hidden_and_of_short_histories_nothing(table: Interactions) -> None:
    assert np.flatnonzero(newest_events(table, CONFIG)).tolist() == [3, 9]


def test_no_more_than_holdout_events_of_one_user_are_hidden(table: Interactions) -> None:
    config = replace(CONFIG, holdout_share=1.0, holdout_events=2)
    assert np.flatnonzero(newest_events(table, config)).tolist() == [2, 3, 8, 9]


def test_a_next_event_sees_what_was_before_it_and_repeats_are_no_news(table: Interactions) -> None:
    everything = np.ones(len(table), bool)
    cases = [
        (case.user, case.history.items.tolist(), case.chosen.tolist())
        for case in next_events(table, everything, CONFIG)
    ]
    assert cases[:4] == [(0, [], [0]), (0, [0], [1]), (0, [0, 1], [2]), (0, [0, 1, 2], [3])]
    assert cases[6:] == [(2, [], [0]), (2, [0], [6]), (2, [0, 6, 6], [7])]


def test_nothing_hidden_is_left_in_the_past(table: Interactions) -> None:
    hidden = Hidden(newest_events(table, CONFIG), np.arange(8) == 1, np.arange(3) == 2, NOBODY)
    past = hidden.past(table, ONE_DOMAIN)
    assert past.item.tolist() == [0, 2, 4, 5]
    assert past.user.tolist() == [0, 0, 1, 1]


def test_shares_of_the_items_and_of_the_users_with_enough_events_are_hidden() -> None:
    users = np.repeat(np.arange(100), 4)
    table = Interactions.build(
        np.append(users, [100]), np.append(np.arange(400) % 40, [0]), n_users=101, n_items=50
    )
    config = replace(CONFIG, pseudo_cold=0.25, pseudo_cold_users=0.1)
    hidden = Hidden.draw(table, np.zeros(50, np.int64), config, rng())
    assert hidden.items.sum() == 10
    assert not hidden.items[40:].any()
    assert hidden.users.sum() == 10
    assert not hidden.users[100]
    assert (hidden.domains == -1).all()


def test_of_people_active_in_several_domains_a_share_is_new_to_one() -> None:
    """Users 0..49 met both domains, the others the second alone."""
    domain = np.repeat([0, 1], 20)
    items = np.where(np.arange(400) < 200, np.arange(400) % 40, 20 + np.arange(400) % 20)
    table = Interactions.build(np.repeat(np.arange(100), 4), items)
    table = Interactions.build(
        np.append(table.user, np.arange(50)), np.append(table.item, (table.item[:200:4] + 20) % 40)
    )
    hidden = Hidden.draw(table, domain, replace(CONFIG, pseudo_cold_users=0.2), rng())
    newcomers = np.flatnonzero(hidden.domains >= 0)
    assert len(newcomers) == int(0.2 * (~hidden.users[:50]).sum())
    assert set(newcomers) <= set(range(50)) - set(np.flatnonzero(hidden.users))
    assert set(hidden.domains[newcomers]) == {0, 1}
    past = hidden.past(table, domain)
    for user in newcomers.tolist():
        assert not (domain[past.history(user)] == hidden.domains[user]).any()


def test_a_newcomer_is_known_by_what_they_did_elsewhere(table: Interactions) -> None:
    """User 2 met 0, then 6 twice and 7, which are of a domain they are new to."""
    domain, everything = np.array([0] * 6 + [1] * 2), np.ones(len(table), bool)
    hidden = Hidden(~everything, np.zeros(8, bool), np.zeros(3, bool), np.array([-1, -1, 1]))
    first, *more = arrivals(table, domain, hidden, everything, rng())
    assert (first.user, first.domain, first.beginner) == (2, 1, True)
    assert (first.history.items.tolist(), first.chosen.tolist()) == ([0], [6, 7])
    assert [(case.history.items.tolist(), case.chosen.tolist()) for case in more] in (
        [([0, 6], [7])],
        [([0, 6, 6], [7])],
    )
    assert arrivals(table, domain, hidden, ~everything, rng()) == []


def test_a_beginner_chooses_everything_that_follows_in_its_order(table: Interactions) -> None:
    cases = beginnings(table, np.arange(3) == 2, np.ones(len(table), bool), 100, rng())
    found = {
        len(case.history): (case.history.items.tolist(), case.chosen.tolist()) for case in cases
    }
    assert found == {0: ([], [0, 6, 7]), 1: ([0], [6, 7]), 2: ([0, 6], [7]), 3: ([0, 6, 6], [7])}
    assert all(case.beginner for case in cases)


def test_many_beginners_share_the_cases() -> None:
    table = Interactions.build(np.repeat(np.arange(20), 30), np.tile(np.arange(30), 20))
    everybody, asked = np.ones(20, bool), np.ones(len(table), bool)
    assert len(beginnings(table, everybody, asked, 40, rng())) == 40
    assert len(beginnings(table, everybody, asked, 10_000, rng())) == 20 * len(KNOWN)


def test_words_are_those_of_an_item_like_one_that_was_chosen_and_only_of_people_hardly_known() -> (
    None
):
    text = np.eye(4, dtype=np.float32)
    neighbours = np.array([[3], [3], [3], [0]])
    short, long = (Case(0, History.of(np.arange(n)), np.array([2]), np.array([1])) for n in (1, 9))
    spoken = with_words([short] * 100 + [long] * 100, text, neighbours, rng())
    tastes = [case.history.taste for case in spoken]
    with_taste = [taste for taste in tastes[:100] if taste is not None]
    assert 30 < len(with_taste) < 70
    assert all((taste == text[3]).all() for taste in with_taste)
    assert tastes[100:] == [None] * 100
