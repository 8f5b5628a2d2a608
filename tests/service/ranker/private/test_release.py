"""A release: what one person adds is bounded whatever they did, and no more than that is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ranker.data.interactions import Interactions
from service.ranker.private import release as module
from service.ranker.private.release import (
    GRID,
    KNOWN,
    MOST_ITEMS,
    POPULARITY,
    newest_items,
    released,
)
from tests.service.ranker.planted import checkerboard
from tests.service.ranker.private.fixed import Silent, fixed

N = 150


def exact(table: Interactions, rho: float = 1e6, **options: int) -> module.Release:
    """What is counted, without noise; so large a rho that all that anybody met is known."""
    return released(table, rho, most_known=options.get("most_known", N), noise=Silent)


@given(st.lists(st.integers(0, N - 1), min_size=1, max_size=3 * MOST_ITEMS))
def test_nobody_adds_more_than_one_whatever_they_did(items: list[int]) -> None:
    found = exact(Interactions.build(np.zeros(len(items), int), items, n_items=N))
    upper = np.triu(found.pairs).astype(np.float64)
    assert np.square(found.popularity.astype(np.float64)).sum() <= 1 + 1e-6
    assert np.square(upper).sum() <= 1 + 1e-6


def test_no_units_add_up_to_more_than_the_grid() -> None:
    """In whole numbers, where nothing is rounded."""
    for n in range(1, MOST_ITEMS + 1):
        assert n * int(module._ITEM_UNITS[n]) ** 2 <= GRID**2
        assert n * (n + 1) // 2 * int(module._PAIR_UNITS[n]) ** 2 <= GRID**2


def test_with_and_without_a_person_the_statistics_differ_by_at_most_one() -> None:
    """The same items are known, as where the first statistic has told the same."""
    table = checkerboard(n_items=40)
    with_all = exact(table)
    without = exact(table.select(table.user != 7))
    assert with_all.known.tolist() == without.known.tolist()
    moved = np.triu(with_all.pairs - without.pairs).astype(np.float64)
    assert 0.9 < np.square(moved).sum() <= 1 + 1e-6
    assert np.square(with_all.popularity - without.popularity).sum() <= 1 + 1e-6


def test_counts_are_those_of_arithmetic() -> None:
    """Two people: one met items 0 and 1, one item 1 alone."""
    found = exact(Interactions.build([0, 0, 1], [0, 1, 1], n_items=3))
    half = 2**-0.5
    np.testing.assert_allclose(found.popularity, [half, half + 1, 0], atol=2 / GRID)
    third = (2 / 6) ** 0.5
    assert found.known.tolist() == [0, 1]
    np.testing.assert_allclose(found.pairs, [[third, third], [third, third + 1]], atol=2 / GRID)


def test_of_everybody_the_newest_items_are_read_each_once() -> None:
    """Item 0 is met first and again last, so that item 1 is the oldest, and one too many."""
    items = [0, *range(1, MOST_ITEMS + 1), 0]
    met = newest_items(Interactions.build([0] * len(items), items, n_items=MOST_ITEMS + 1))
    assert met.toarray()[0].tolist() == [1, 0, *[1] * (MOST_ITEMS - 1)]


def test_where_items_are_left_out_older_ones_take_their_place() -> None:
    items = list(range(MOST_ITEMS + 1))
    among = np.ones(MOST_ITEMS + 1, bool)
    among[50] = False
    table = Interactions.build([0] * len(items), items, n_items=len(items))
    assert newest_items(table, among).toarray()[0].tolist() == among.astype(int).tolist()


def test_the_noise_is_that_of_the_budget() -> None:
    """Of nobody only noise is released: rho = 1 / (2 s^2) of each statistic."""
    nobody = Interactions.build([], [], n_users=0, n_items=4000)
    found = released(nobody, 1.0, most_known=4000, noise=fixed())
    assert found.popularity_deviation == pytest.approx((1 / (2 * POPULARITY)) ** 0.5, rel=1e-3)
    assert found.pairs_deviation == pytest.approx((1 / (2 * (1 - POPULARITY))) ** 0.5, rel=1e-3)
    spent = sum(1 / (2 * s**2) for s in (found.popularity_deviation, found.pairs_deviation))
    assert spent <= 1.0
    assert found.popularity.std() == pytest.approx(found.popularity_deviation, rel=0.05)
    assert len(found.known) < 0.01 * 4000  # of a Gaussian .0013 lie beyond KNOWN deviations
    many = Interactions.build(np.arange(500), np.zeros(500, int), n_items=60)
    pairs = released(many, 1.0, most_known=60, noise=fixed(3))
    assert 0 in pairs.known
    assert pairs.popularity[0] > KNOWN * pairs.popularity_deviation


def test_no_more_items_are_known_than_fit_and_these_are_the_most_popular() -> None:
    users, items = np.arange(60), np.minimum(np.arange(60) // 10, 3)
    found = exact(Interactions.build(users, items, n_items=N), most_known=2)
    assert found.known.tolist() == [0, 3]


def test_a_release_is_drawn_anew_each_time() -> None:
    table = checkerboard()
    one, other = (released(table, 1.0, most_known=N) for _ in range(2))
    assert one.popularity.tolist() != other.popularity.tolist()
