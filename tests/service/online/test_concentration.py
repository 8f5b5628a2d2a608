"""Concentration: what can be worked out by hand, what a person moves, and how often intervals hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from service.online.concentration import Estimate, Exposure, attention


def exposure(rows: list[tuple[int, int]], n_items: int, n_people: int) -> Exposure:
    """Places of (person, item), which all count the same."""
    person, item = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return Exposure(item, person, np.ones(len(item)), n_items, n_people)


def test_the_second_place_counts_by_the_discount_of_dcg() -> None:
    assert attention(np.array([1, 2, 7])).tolist() == pytest.approx([1.0, 0.63093, 1 / 3], abs=1e-5)


def test_equal_exposure_is_no_concentration_and_one_item_is_all() -> None:
    even = exposure([(0, 0), (1, 1), (0, 2), (1, 3)], 4, 2)
    one = exposure([(0, 2), (1, 2)], 4, 2)
    assert even.gini().value == pytest.approx(0.0)
    assert one.gini().value == pytest.approx(3 / 4)
    assert one.effective_items().value == pytest.approx(1.0)
    assert even.effective_items() is None  # no two people have an item in common


def test_a_share_is_weighted_by_attention() -> None:
    places = Exposure(np.array([0, 1]), np.array([0, 1]), np.array([1.0, 0.5]), 2, 2)
    found = places.share(np.array([True, False]))
    assert found is not None
    assert found.value == pytest.approx(2 / 3)


def test_two_people_of_four_with_half_of_the_items_in_common() -> None:
    """Of 4 pairs of places of different people 2 hold the same item: one half, so 2 items."""
    found = exposure([(0, 0), (0, 1), (1, 0), (1, 1)], 9, 2).effective_items()
    assert found is not None
    assert found.value == pytest.approx(2.0)


def test_what_one_person_is_shown_again_does_not_make_items_fewer() -> None:
    once = exposure([(0, 0), (1, 1), (2, 0)], 3, 3).effective_items()
    again = exposure([(0, 0), (0, 0), (1, 1), (1, 1), (2, 0), (2, 0)], 3, 3).effective_items()
    assert once is not None
    assert again is not None
    assert once.value == pytest.approx(again.value) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "figure",
    [Exposure.gini, Exposure.effective_items, lambda one: one.share(np.arange(6) < 2)],
    ids=["gini", "effective items", "share"],
)
def test_influences_are_derivatives_by_the_weight_of_a_person(
    figure: Callable[[Exposure], Estimate | None],
) -> None:
    rng = np.random.default_rng(0)
    person, item = np.repeat(np.arange(8), 9), rng.integers(0, 6, 72)
    weight = rng.random(72) + 0.5
    places = Exposure(item, person, weight, 6, 8)
    found = figure(places)
    assert found is not None
    assert float(found.influences.sum()) == pytest.approx(0.0, abs=1e-9)
    step = 1e-6
    for one in range(8):
        more = figure(Exposure(item, person, weight * (1 + step * (person == one)), 6, 8))
        assert more is not None
        assert (more.value - found.value) / step == pytest.approx(found.influences[one], abs=1e-4)


def test_intervals_hold_what_is_true_where_people_differ() -> None:
    """300 samples of 60 people with 20 places each, who each keep to items of their own liking: at least
    90 % of the intervals of what two people have in common, and of the share of the first items, hold
    the figure of very many people."""

    def sample(rng: np.random.Generator, n_people: int) -> Exposure:
        likings = rng.dirichlet(0.3 * np.linspace(1.5, 0.5, 20), n_people)
        items = np.concatenate([rng.choice(20, 20, p=liking) for liking in likings])
        people = np.repeat(np.arange(n_people), 20)
        return Exposure(items, people, np.ones(len(items)), 20, n_people)

    first, rng = np.arange(20) < 4, np.random.default_rng(0)
    many = sample(rng, 20_000)
    truth = [figure.value for figure in (many.effective_items(), many.share(first)) if figure]
    held = np.zeros(2)
    for _ in range(300):
        few = sample(rng, 60)
        rates = [figure.rate() for figure in (few.effective_items(), few.share(first)) if figure]
        held += [
            one is not None and one.low <= t <= one.high
            for one, t in zip(rates, truth, strict=True)
        ]
    assert (held / 300 >= 0.9).all(), held / 300


def test_nothing_has_no_figures_and_one_person_no_interval() -> None:
    nothing = exposure([], 3, 0)
    assert (nothing.gini(), nothing.effective_items(), nothing.share(np.ones(3, bool))) == (
        None,
    ) * 3
    alone = exposure([(0, 1)], 3, 1).gini()
    assert alone is not None
    assert alone.rate() is None
