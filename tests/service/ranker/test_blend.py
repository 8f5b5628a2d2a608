"""The lift for items nobody has met: as far as warm items can afford, further where content alone would do better."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from service.ranker.blend import Blend, BlendNet, TrainingList, fit_cold_lift
from service.ranker.signals import SIGNALS, Scale

PLAIN = Scale(np.zeros(len(SIGNALS), np.float32), np.zeros(len(SIGNALS), np.float32))
COLD, WARM = 0, 100_000_000
"""Events of an item: without any the whole lift is added to its score, with so many next to nothing."""


@pytest.fixture
def by_text() -> Blend:
    """Scores a candidate by `text_recent` alone."""
    net = BlendNet(len(SIGNALS), 1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
        net.linear.weight[0, SIGNALS.index("text_recent")] = 1.0
    return Blend(net)


def a_list(*candidates: tuple[float, int]) -> TrainingList:
    """Candidates by score and events; the first was chosen."""
    block = np.zeros((len(candidates), len(SIGNALS)), np.float32)
    for row, (score, events) in enumerate(candidates):
        block[row, SIGNALS.index("text_recent")] = score
        block[row, SIGNALS.index("popularity")] = np.log1p(events)
        block[row, SIGNALS.index("is_cold")] = events == 0
    return TrainingList(block, PLAIN, 0)


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


@pytest.mark.parametrize("lists", [[], [a_list((1.0, COLD), (2.0, WARM))]], ids=["none", "cold alone"])
def test_without_warm_items_to_judge_by_nothing_is_lifted(by_text: Blend, lists: list[TrainingList]) -> None:
    assert fit_cold_lift(by_text, lists, 0.05, least_cold_gain=1.0) == 0.0


def test_without_a_budget_nothing_is_lifted(by_text: Blend) -> None:
    assert fit_cold_lift(by_text, [a_list((2.0, WARM), (0.95, COLD))], 0.0, least_cold_gain=1.0) == 0.0
