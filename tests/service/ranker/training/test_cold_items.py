"""The boost of items nobody has met, as far as it can be afforded."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.second_stage.blend import Blend
from service.ranker.training.cold_items import (
    fit_cold_item_boost,
)
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


WARM_ITEM_CHOSEN = a_list((2.0, WARM), (0.95, COLD))
"""Above a boost of 1 the warm item that was chosen loses its place."""
COLD_ITEM_CHOSEN = a_list((0.05, COLD), (3.0, WARM))
"""From a boost of 3 on the cold item that was chosen has its place."""


UNMOVED = a_list((9.0, WARM), (0.95, COLD))


def test_the_boost_goes_as_far_as_what_is_asked_for_can_afford(by_text: Blend) -> None:
    asked, rehearsed = [WARM_ITEM_CHOSEN], [UNMOVED, COLD_ITEM_CHOSEN]
    assert fit_cold_item_boost(by_text, asked, rehearsed, budget=0.5) == pytest.approx(3.0)
    assert fit_cold_item_boost(by_text, asked, rehearsed, budget=0.05) == 0.0


def test_no_more_is_paid_than_brings_something(by_text: Blend) -> None:
    boost = fit_cold_item_boost(by_text, [UNMOVED], [UNMOVED, COLD_ITEM_CHOSEN], budget=0.05)
    assert boost == pytest.approx(3.0)


@pytest.mark.parametrize(("budget", "found"), [(0.2, 3.0), (0.1, 0.0)])
def test_a_catalogue_that_takes_in_many_new_items_is_not_flooded(
    by_text: Blend, budget: float, found: float
) -> None:
    """What is asked for loses nothing; with as many cold items as in the rehearsal it would lose
    37 %, of which twice the budget may be."""
    rehearsed = [WARM_ITEM_CHOSEN, COLD_ITEM_CHOSEN]
    assert fit_cold_item_boost(by_text, [UNMOVED], rehearsed, budget) == pytest.approx(found)


def test_where_cold_items_are_what_people_take_the_boost_pays_for_itself(by_text: Blend) -> None:
    taken, rehearsed = [WARM_ITEM_CHOSEN, COLD_ITEM_CHOSEN], [UNMOVED, COLD_ITEM_CHOSEN]
    boost = fit_cold_item_boost(by_text, taken, rehearsed, budget=0.05)
    assert boost == 0.0  # of two people nothing is certain
    boost = fit_cold_item_boost(by_text, taken * 1000, rehearsed, budget=0.05)
    assert boost == pytest.approx(3.0)


def test_what_few_people_lose_is_not_certain_to_be_little(by_text: Blend) -> None:
    """One in 20 loses 37 %, 1.8 % on average; of 20 people that may be more by chance than the
    budget of 2 %, of 4,000 it is not."""
    asked = [WARM_ITEM_CHOSEN] + 19 * [UNMOVED]
    rehearsed = [UNMOVED, a_list((0.5, COLD), (2.0, WARM))]
    assert fit_cold_item_boost(by_text, asked, rehearsed, budget=0.02) == 0.0
    assert fit_cold_item_boost(by_text, asked * 200, rehearsed, budget=0.02) > 1.0


def test_where_nothing_is_asked_for_the_rehearsal_decides(by_text: Blend) -> None:
    boost = fit_cold_item_boost(by_text, [], [WARM_ITEM_CHOSEN, COLD_ITEM_CHOSEN], budget=0.2)
    assert boost == pytest.approx(3.0)


def test_without_cold_items_or_a_budget_nothing_is_boosted(by_text: Blend) -> None:
    assert fit_cold_item_boost(by_text, [UNMOVED], [UNMOVED], 0.05) == 0.0
    assert fit_cold_item_boost(by_text, [UNMOVED], [], 0.05) == 0.0
    assert fit_cold_item_boost(by_text, [UNMOVED], [UNMOVED, COLD_ITEM_CHOSEN], 0.0) == 0.0
