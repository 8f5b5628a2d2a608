"""Cases: histories at some moment, and what was chosen after it."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.training.cases import (
    KNOWN_EVENTS,
    RankingCase,
    cold_start_cases,
    new_in_domain_cases,
    next_event_cases,
    with_taste,
)
from service.ranker.training.hidden import Hidden


@pytest.fixture
def table() -> Interactions:
    """User 0 met 0..3, user 1 met 4 and 5, user 2 met 0, 6, 6, 7."""
    return Interactions.build([0] * 4 + [1] * 2 + [2] * 4, [0, 1, 2, 3, 4, 5, 0, 6, 6, 7])


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_next_event_sees_what_was_before_it_and_repeats_are_no_news(table: Interactions) -> None:
    everything = np.ones(len(table), bool)
    cases = [
        (case.user, case.history.items.tolist(), case.chosen.tolist())
        for case in next_event_cases(table, everything, 200)
    ]
    assert cases[:4] == [(0, [], [0]), (0, [0], [1]), (0, [0, 1], [2]), (0, [0, 1, 2], [3])]
    assert cases[6:] == [(2, [], [0]), (2, [0], [6]), (2, [0, 6, 6], [7])]


def test_only_the_newest_events_before_it_are_the_history_of_a_next_event(
    table: Interactions,
) -> None:
    (case,) = next_event_cases(table, np.arange(len(table)) == 3, longest=2)
    assert case.history.items.tolist() == [1, 2]


def test_what_was_disliked_is_history_and_no_taste() -> None:
    table = Interactions.build([0] * 3, [0, 1, 2], liked=[True, False, True])
    (case,) = next_event_cases(table, np.arange(3) == 2, longest=9)
    assert case.history.items.tolist() == [0, 1]
    assert case.history.liked.tolist() == [True, False]


def test_who_is_new_in_a_domain_is_known_by_what_they_did_elsewhere(table: Interactions) -> None:
    """User 2 met 0, then 6 twice and 7, which are of a domain they are new to."""
    domain, everything = np.array([0] * 6 + [1] * 2), np.ones(len(table), bool)
    hidden = Hidden(~everything, np.zeros(8, bool), np.zeros(3, bool), np.array([-1, -1, 1]))
    first, *more = new_in_domain_cases(table, domain, hidden, everything, rng())
    assert (first.user, first.domain, first.cold_start) == (2, 1, True)
    assert (first.history.items.tolist(), first.chosen.tolist()) == ([0], [6, 7])
    assert [(case.history.items.tolist(), case.chosen.tolist()) for case in more] in (
        [([0, 6], [7])],
        [([0, 6, 6], [7])],
    )
    assert new_in_domain_cases(table, domain, hidden, ~everything, rng()) == []


def test_a_cold_start_user_chooses_everything_that_follows_in_its_order(
    table: Interactions,
) -> None:
    cases = cold_start_cases(table, np.arange(3) == 2, np.ones(len(table), bool), 100, rng())
    found = {
        len(case.history): (case.history.items.tolist(), case.chosen.tolist()) for case in cases
    }
    assert found == {0: ([], [0, 6, 7]), 1: ([0], [6, 7]), 2: ([0, 6], [7]), 3: ([0, 6, 6], [7])}
    assert all(case.cold_start for case in cases)


def test_many_cold_start_users_share_the_cases() -> None:
    table = Interactions.build(np.repeat(np.arange(20), 30), np.tile(np.arange(30), 20))
    everybody, sampled = np.ones(20, bool), np.ones(len(table), bool)
    assert len(cold_start_cases(table, everybody, sampled, 40, rng())) == 40
    assert len(cold_start_cases(table, everybody, sampled, 10_000, rng())) == 20 * len(KNOWN_EVENTS)


def test_words_are_those_of_an_item_like_one_that_was_chosen_and_only_of_people_hardly_known() -> (
    None
):
    text = np.eye(4, dtype=np.float32)
    neighbours = np.array([[3], [3], [3], [0]])
    short, long = (
        RankingCase(0, History.of(np.arange(n)), np.array([2]), np.array([1])) for n in (1, 9)
    )
    spoken = with_taste([short] * 100 + [long] * 100, text, neighbours, rng())
    tastes = [case.history.taste for case in spoken]
    said = [taste for taste in tastes[:100] if taste is not None]
    assert 30 < len(said) < 70
    assert all((taste == text[3]).all() for taste in said)
    assert tastes[100:] == [None] * 100
