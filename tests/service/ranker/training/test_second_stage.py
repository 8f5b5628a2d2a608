"""The boost of items nobody has met, as far as warm items can afford it; and whom the cold-start
network ranks for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.second_stage.blend import Blend
from service.ranker.training.second_stage import fit_cold_item_boost, fit_cold_start_events
from service.ranker.training.training_list import TrainingList
from tests.service.ranker.planted import SIGNALS, UNSCALED, network_of, place_of

COLD, WARM = 0, 100_000_000
"""Events of an item: without any the whole boost is added to its score, with so many next to
nothing."""


@pytest.fixture
def by_text() -> Blend:
    return Blend(SIGNALS, network_of("text_recent"))


def a_list(*candidates: tuple[float, int]) -> TrainingList:
    """Candidates by score and events; the first was chosen."""
    block = np.zeros((len(candidates), len(SIGNALS)), np.float32)
    for row, (score, events) in enumerate(candidates):
        block[row, place_of("text_recent")] = score
        block[row, place_of("popularity")] = np.log1p(events)
        block[row, place_of("is_cold")] = events == 0
    return TrainingList(block, UNSCALED, np.array([0]), np.array([1]))


def test_the_boost_goes_as_far_as_warm_items_can_afford(by_text: Blend) -> None:
    warm_chosen = a_list((2.0, WARM), (0.95, COLD))
    assert fit_cold_item_boost(by_text, [warm_chosen], budget=0.05) == pytest.approx(1.0)
    assert fit_cold_item_boost(by_text, [warm_chosen], budget=0.5) == pytest.approx(6.0)


def test_the_boost_goes_further_where_content_alone_ranks_cold_items_better(by_text: Blend) -> None:
    lists = [a_list((2.0, WARM), (0.95, COLD)), a_list((0.05, COLD), (3.0, WARM))]
    assert fit_cold_item_boost(by_text, lists, 0.05, least_cold_gain=0.6) == pytest.approx(1.0)
    assert fit_cold_item_boost(by_text, lists, 0.05, least_cold_gain=1.0) == pytest.approx(3.0)


def test_what_no_boost_reaches_takes_the_least_that_does_best(by_text: Blend) -> None:
    lists = [a_list((2.0, WARM), (0.95, COLD)), a_list((0.05, COLD), (3.0, WARM))]
    assert fit_cold_item_boost(by_text, lists, 0.05, least_cold_gain=9.0) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "lists", [[], [a_list((1.0, COLD), (2.0, WARM))]], ids=["none", "cold alone"]
)
def test_without_warm_items_to_measure_on_nothing_is_boosted(
    by_text: Blend, lists: list[TrainingList]
) -> None:
    assert fit_cold_item_boost(by_text, lists, 0.05, least_cold_gain=1.0) == 0.0


def test_without_a_budget_nothing_is_boosted(by_text: Blend) -> None:
    assert (
        fit_cold_item_boost(by_text, [a_list((2.0, WARM), (0.95, COLD))], 0.0, least_cold_gain=1.0)
        == 0.0
    )


def next_event(known: int, *, text_is_right: bool) -> TrainingList:
    """After `known` events the first of two candidates was chosen; text says so, or popularity
    does."""
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0 if text_is_right else 1, place_of("text_recent")] = 1.0
    block[1 if text_is_right else 0, place_of("popularity")] = 0.9
    return TrainingList(block, replace(UNSCALED, known=known), np.array([0]), np.array([1]))


@pytest.mark.parametrize(("right_until", "found"), [(0, 1), (3, 2), (100, 10)])
def test_cold_start_users_are_whom_their_network_serves_best(right_until: int, found: int) -> None:
    """Popularity, the cold-start network's signal, is right of people with fewer events than `right_until`.
    Ruling alone up to 2 events, it has half a say at 3, and the other half is the louder one."""
    lists = [next_event(known, text_is_right=known >= right_until) for known in range(30)]
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("popularity"))
    assert fit_cold_start_events(blend, lists * 20, 10) == found


def test_among_cold_start_users_every_length_of_history_counts_alike() -> None:
    """With 2 events popularity is wrong, and many people with 1 event do not outvote the one with
    2."""
    lists = [next_event(1, text_is_right=False)] * 50 + [next_event(2, text_is_right=True)]
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("popularity"))
    assert fit_cold_start_events(blend, lists, 10) == 1


@pytest.mark.parametrize(("times", "for_cold_start"), [(1, True), (100, False)])
def test_what_few_lists_cannot_tell_is_decided_for_cold_start(
    times: int, for_cold_start: bool
) -> None:
    """Of people with 6 events popularity is wrong twice in three: of three of them that may be
    chance."""
    lists = [next_event(6, text_is_right=right) for right in (True, True, False)] * times
    blend = Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("popularity"))
    assert (fit_cold_start_events(blend, lists, 10) == 10) == for_cold_start
