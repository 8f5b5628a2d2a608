"""The lift for items nobody has met: as far as warm items can afford, further where content alone
would do better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.second_stage.blend import (
    Blend,
    BlendNet,
    TrainingList,
    fit_beginner_events,
    fit_cold_lift,
)
from service.ranker.second_stage.signals import SIGNALS, Scale

PLAIN = Scale(
    np.zeros(len(SIGNALS), np.float32), np.zeros(len(SIGNALS), np.float32), known=100, elsewhere=0
)
COLD, WARM = 0, 100_000_000
"""Events of an item: without any the whole lift is added to its score, with so many next to
nothing."""


def by(signal: str) -> BlendNet:
    """Scores a candidate by one signal alone."""
    net = BlendNet(len(SIGNALS), 1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
        net.linear.weight[0, SIGNALS.index(signal)] = 1.0
    return net


@pytest.fixture
def by_text() -> Blend:
    return Blend(by("text_recent"))


def a_list(*candidates: tuple[float, int]) -> TrainingList:
    """Candidates by score and events; the first was chosen."""
    block = np.zeros((len(candidates), len(SIGNALS)), np.float32)
    for row, (score, events) in enumerate(candidates):
        block[row, SIGNALS.index("text_recent")] = score
        block[row, SIGNALS.index("popularity")] = np.log1p(events)
        block[row, SIGNALS.index("is_cold")] = events == 0
    return TrainingList(block, PLAIN, np.array([0]), np.array([1]))


def test_the_lift_goes_as_far_as_warm_items_can_afford(by_text: Blend) -> None:
    warm_chosen = a_list((2.0, WARM), (0.95, COLD))
    assert fit_cold_lift(by_text, [warm_chosen], budget=0.05) == pytest.approx(1.0)
    assert fit_cold_lift(by_text, [warm_chosen], budget=0.5) == pytest.approx(6.0)


def test_the_lift_goes_further_where_content_alone_ranks_cold_items_better(by_text: Blend) -> None:
    lists = [a_list((2.0, WARM), (0.95, COLD)), a_list((0.05, COLD), (3.0, WARM))]
    assert fit_cold_lift(by_text, lists, 0.05, least_cold_gain=0.6) == pytest.approx(1.0)
    assert fit_cold_lift(by_text, lists, 0.05, least_cold_gain=1.0) == pytest.approx(3.0)


def test_what_no_lift_reaches_takes_the_least_that_does_best(by_text: Blend) -> None:
    lists = [a_list((2.0, WARM), (0.95, COLD)), a_list((0.05, COLD), (3.0, WARM))]
    assert fit_cold_lift(by_text, lists, 0.05, least_cold_gain=9.0) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "lists", [[], [a_list((1.0, COLD), (2.0, WARM))]], ids=["none", "cold alone"]
)
def test_without_warm_items_to_judge_by_nothing_is_lifted(
    by_text: Blend, lists: list[TrainingList]
) -> None:
    assert fit_cold_lift(by_text, lists, 0.05, least_cold_gain=1.0) == 0.0


def test_without_a_budget_nothing_is_lifted(by_text: Blend) -> None:
    assert (
        fit_cold_lift(by_text, [a_list((2.0, WARM), (0.95, COLD))], 0.0, least_cold_gain=1.0) == 0.0
    )


def next_event(known: int, *, text_is_right: bool) -> TrainingList:
    """After `known` events the first of two candidates was chosen; text says so, or popularity
    does."""
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0 if text_is_right else 1, SIGNALS.index("text_recent")] = 1.0
    block[1 if text_is_right else 0, SIGNALS.index("popularity")] = 0.9
    return TrainingList(block, replace(PLAIN, known=known), np.array([0]), np.array([1]))


@pytest.mark.parametrize(("known", "share"), [(0, 1.0), (4, 1.0), (6, 0.5), (8, 0.0), (100, 0.0)])
def test_the_beginners_network_hands_over_as_events_become_known(known: int, share: float) -> None:
    blend = Blend(by("text_recent"), beginners=by("popularity"), beginner_events=4)
    one = next_event(known, text_is_right=True)
    np.testing.assert_allclose(
        blend.score(one.signals, one.scale), [1 - share, 0.9 * share], atol=1e-6
    )


def test_of_beginners_from_elsewhere_co_occurrence_has_its_say() -> None:
    blend = Blend(by("text_recent"), beginners=by("popularity"), beginner_events=4)
    one, together = next_event(0, text_is_right=True), SIGNALS.index("together_all")
    one.signals[0, together] = 0.2
    spread = one.scale.spread.copy()
    spread[together] = 0.1
    at_home, from_elsewhere = (
        blend.score(one.signals, replace(one.scale, spread=spread, elsewhere=elsewhere))
        for elsewhere in (0, 7)
    )
    np.testing.assert_allclose(at_home, [0.0, 0.9], atol=1e-6)
    np.testing.assert_allclose(from_elsewhere, [np.log(2.01), 0.9 + np.log(0.01)], atol=1e-6)
    unknown = blend.score(one.signals, replace(one.scale, elsewhere=7))  # nothing is usual
    np.testing.assert_allclose(unknown - at_home, np.log(0.01), atol=1e-6)


def test_beginners_are_spared_the_lift() -> None:
    blend = Blend(by("text_recent"), cold_lift=2.0, beginners=by("text_recent"), beginner_events=4)
    one = next_event(1, text_is_right=True)
    np.testing.assert_allclose(blend.score(one.signals, one.scale), [1.0, 0.0], atol=1e-6)


@pytest.mark.parametrize(("right_until", "found"), [(0, 1), (3, 2), (100, 10)])
def test_beginners_are_whom_their_network_serves_best(right_until: int, found: int) -> None:
    """Popularity, the beginners' signal, is right of people with fewer events than `right_until`.
    Ruling alone up to 2 events, it has half a say at 3, and the other half is the louder one."""
    lists = [next_event(known, text_is_right=known >= right_until) for known in range(30)]
    blend = Blend(by("text_recent"), beginners=by("popularity"))
    assert fit_beginner_events(blend, lists * 20, 10) == found


def test_among_beginners_every_length_of_history_counts_alike() -> None:
    """With 2 events popularity is wrong, and many people with 1 event do not outvote the one with
    2."""
    lists = [next_event(1, text_is_right=False)] * 50 + [next_event(2, text_is_right=True)]
    blend = Blend(by("text_recent"), beginners=by("popularity"))
    assert fit_beginner_events(blend, lists, 10) == 1


@pytest.mark.parametrize(("times", "for_beginners"), [(1, True), (100, False)])
def test_what_few_lists_cannot_tell_is_decided_for_beginners(
    times: int, for_beginners: bool
) -> None:
    """Of people with 6 events popularity is wrong twice in three: of three of them that may be
    chance."""
    lists = [next_event(6, text_is_right=right) for right in (True, True, False)] * times
    blend = Blend(by("text_recent"), beginners=by("popularity"))
    assert (fit_beginner_events(blend, lists, 10) == 10) == for_beginners


def test_a_list_of_several_choices_gains_their_ndcg() -> None:
    one = TrainingList(
        np.zeros((4, len(SIGNALS)), np.float32), PLAIN, np.array([0, 2]), np.array([1, 1]), missed=1
    )
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert one.gain(np.array([4.0, 3.0, 2.0, 1.0]), 10) == pytest.approx(
        (1 + 1 / np.log2(4)) / ideal
    )
