"""Whom the cold-start network ranks for, and what counts beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.second_stage.blend import Blend, Prior
from service.ranker.training.cold_starts import (
    fit_cold_start_events,
    fit_priors,
)
from service.ranker.training.training_list import TrainingList
from tests.service.ranker.planted import SIGNALS, UNSCALED, network_of, place_of


def next_event(known: int, *, text_is_right: bool) -> TrainingList:
    """After `known` events the first of two candidates was chosen; text says so, or popularity
    does."""
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0 if text_is_right else 1, place_of("text_recent")] = 1.0
    block[1 if text_is_right else 0, place_of("popularity")] = 0.9
    return TrainingList(block, replace(UNSCALED, known=known), np.array([0]), np.array([1]))


def by_popularity_at_first() -> Blend:
    return Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("popularity"))


@pytest.mark.parametrize(("right_until", "found"), [(0, 0), (2, 1), (3, 2), (100, 10)])
def test_cold_start_users_are_whom_their_network_serves_best(right_until: int, found: int) -> None:
    """Popularity, the cold-start network's signal, is right of people with fewer events than `right_until`.
    Ruling alone up to 2 events, it has half a say at 3, and the other half is the louder one."""
    lists = [next_event(known, text_is_right=known >= right_until) for known in range(30)]
    assert fit_cold_start_events(by_popularity_at_first(), lists, lists, 10) == found


def test_among_cold_start_users_every_length_of_history_counts_alike() -> None:
    """With 2 events popularity is wrong, and many people with 1 event do not outvote the one with
    2."""
    lists = [next_event(1, text_is_right=False)] * 50 + [next_event(2, text_is_right=True)]
    assert fit_cold_start_events(by_popularity_at_first(), lists, lists, 10) == 1


@pytest.mark.parametrize(
    ("next_right", "all_right", "ranks"),
    [(1, 0, False), (0.5, 1, False), (0.5, 0.25, True), (0.75, 0.5, False)],
)
def test_what_comes_next_and_what_is_liked_at_all_count_alike_each_relative_to_the_main_network(
    next_right: float, all_right: float, ranks: bool
) -> None:
    """Text is right in these shares, popularity in the others. A miss is worth .63, so popularity
    gains as much as text where either is right half the time."""

    def lists(share: float) -> list[TrainingList]:
        return [next_event(1, text_is_right=place < 4 * share) for place in range(4)]

    blend = by_popularity_at_first()
    assert (fit_cold_start_events(blend, lists(next_right), lists(all_right), 10) > 0) == ranks


def test_popularity_is_added_where_the_network_is_too_timid() -> None:
    """The network goes by text alone, which says 1 where popularity says .9: half the popularity of
    somebody known by one event is too little, all of it too, twice that is enough."""
    right, wrong = next_event(1, text_is_right=True), next_event(1, text_is_right=False)
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("text_recent"))
    for lists, prior in (([right], 0.0), ([wrong], 2.0), ([], 0.0)):
        fit_priors(blend, lists, 10)
        assert blend.beginners == Prior(prior, 0.0)


@pytest.mark.parametrize(
    ("n_right", "n_wrong", "prior"), [(1, 1, 16.0), (0, 3, 16.0), (60, 2, 1.0)]
)
def test_a_stranger_gets_what_is_popular_unless_it_is_certain_that_it_is_worse(
    n_right: int, n_wrong: int, prior: float
) -> None:
    right, wrong = next_event(0, text_is_right=True), next_event(0, text_is_right=False)
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("text_recent"))
    fit_priors(blend, [right] * n_right + [wrong] * n_wrong, 10)
    assert blend.strangers_prior == prior


@pytest.mark.parametrize("known", [{"has_words": True}, {"elsewhere": 4}, {"known": 1}])
def test_who_said_or_did_anything_anywhere_is_no_stranger(known: dict[str, int]) -> None:
    one = next_event(0, text_is_right=False)
    one = replace(one, scale=replace(one.scale, **known))
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("text_recent"))
    fit_priors(blend, [one], 10)
    assert blend.strangers_prior == 0.0


def test_co_occurrence_is_added_where_the_network_is_too_timid() -> None:
    """What occurs together twice as often as is usual was chosen, and text says the opposite."""
    one = next_event(1, text_is_right=False)
    one.signals[:] = 0
    one.signals[0, place_of("co_occurrence")] = 2.0
    one.signals[1, place_of("text_recent")] = 3.0
    spread = np.zeros(len(SIGNALS), np.float32)
    spread[place_of("co_occurrence")] = 1.0
    lists = [replace(one, scale=replace(one.scale, spread=spread))]
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("text_recent"))
    fit_priors(blend, lists, 10)
    assert blend.beginners == blend.newcomers == Prior(0.0, 1.0)


def test_whoever_comes_from_another_domain_has_weights_of_their_own() -> None:
    """Popularity is right of them, and text of beginners."""
    beginner, newcomer = next_event(1, text_is_right=True), next_event(0, text_is_right=False)
    newcomer = replace(newcomer, scale=replace(newcomer.scale, elsewhere=5))
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("text_recent"))
    fit_priors(blend, [beginner, newcomer], 10)
    assert (blend.beginners, blend.newcomers) == (Prior(), Prior(popularity=1.0))


def test_without_lists_the_main_network_ranks() -> None:
    assert fit_cold_start_events(by_popularity_at_first(), [], [], 10) == 0
