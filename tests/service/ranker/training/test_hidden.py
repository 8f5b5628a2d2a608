"""What is hidden from the first stage, for the second to meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.config import RankerConfig
from service.ranker.data.interactions import Interactions
from service.ranker.training.hidden import NO_DOMAIN, Hidden, newest_events, random_subset

CONFIG = RankerConfig()
ONE_DOMAIN = np.zeros(8, np.int64)
NOBODY = np.full(3, NO_DOMAIN)


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
    assert (hidden.domains == NO_DOMAIN).all()


def test_of_users_active_in_several_domains_a_share_is_new_in_one() -> None:
    """Users 0..49 met both domains, the others the second alone."""
    domain = np.repeat([0, 1], 20)
    items = np.where(np.arange(400) < 200, np.arange(400) % 40, 20 + np.arange(400) % 20)
    table = Interactions.build(np.repeat(np.arange(100), 4), items)
    table = Interactions.build(
        np.append(table.user, np.arange(50)), np.append(table.item, (table.item[:200:4] + 20) % 40)
    )
    hidden = Hidden.draw(table, domain, replace(CONFIG, pseudo_cold_users=0.2), rng())
    chosen = np.flatnonzero(hidden.domains >= 0)
    assert len(chosen) == int(0.2 * (~hidden.users[:50]).sum())
    assert set(chosen) <= set(range(50)) - set(np.flatnonzero(hidden.users))
    assert set(hidden.domains[chosen]) == {0, 1}
    past = hidden.past(table, domain)
    for user in chosen.tolist():
        assert not (domain[past.history(user)] == hidden.domains[user]).any()


def test_a_random_subset_is_of_the_eligible_and_of_the_size_asked_for() -> None:
    eligible = np.array([True, False, True, True])
    chosen = random_subset(eligible, 2, rng())
    assert chosen.sum() == 2
    assert not chosen[1]
