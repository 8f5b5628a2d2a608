"""Where liking begins: scales of all sorts, and people of all sorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalog.rating_habits import (
    LEAST_PULL,
    MOST_PULL,
    USUAL_PULL,
    Neutral,
    RatingCounts,
    RatingHabits,
)


def counts(*people: Sequence[float]) -> RatingCounts:
    by_value = Counter(rating for ratings in people for rating in ratings)
    return RatingCounts(by_value, [(len(ratings), sum(ratings)) for ratings in people])


def spread(shares: Mapping[float, int], n_people: int = 40) -> RatingHabits:
    """Of people who all rate alike: so many times each value."""
    ratings = [value for value, times in shares.items() for _ in range(times)]
    return RatingHabits.of(counts(*[ratings] * n_people))


def test_a_log_without_ratings_has_the_commonest_scale() -> None:
    habits = RatingHabits.of(RatingCounts())
    assert habits == RatingHabits()
    assert habits.neutral_of(0, 0.0) == Neutral(2.75, 3.25)


@pytest.mark.parametrize(
    ("shares", "scale", "liked", "neither", "disliked"),
    [
        ({1: 1, 2: 2, 3: 4, 4: 5, 5: 3}, (1, 5, 1), [4, 5], [3], [1, 2]),
        (
            {0.5: 1, 1: 2, 1.5: 1, 2: 5, 2.5: 4, 3: 14, 3.5: 9, 4: 19, 4.5: 6, 5: 9},
            (0.5, 5, 0.5),
            [3.5, 4, 4.5, 5],
            [],
            [0.5, 1, 2, 2.5],
        ),
        ({n: 1 + n for n in range(11)}, (0, 10, 1), [7, 8, 9, 10], [6], [0, 1, 2, 3, 4, 5]),
        (dict.fromkeys(range(1, 101), 1), (1, 100, 1), [54, 100], [49, 50, 52], [1, 47]),
        ({0: 2, 1: 8}, (0, 1, 1), [1], [], [0]),
        ({-1: 2, 1: 8}, (-1, 1, 1), [1], [], [-1]),
        ({1: 1, 2: 1, 3: 1}, (1, 3, 1), [3], [2], [1]),
        ({5: 10}, (1, 5, 1), [5], [4], [1, 2, 3]),
        ({1: 10}, (0, 1, 1), [1], [], [0]),
        ({0: 10}, (0, 1, 1), [1], [], [0]),
        ({4: 1, 5: 9}, (1, 5, 1), [5], [4], [1, 2, 3]),
    ],
)
def test_every_scale_has_its_own_neutral_point(
    shares: Mapping[float, int],
    scale: tuple[float, float, float],
    liked: Sequence[float],
    neither: Sequence[float],
    disliked: Sequence[float],
) -> None:
    habits = spread(shares)
    assert (habits.low, habits.high, habits.step) == scale
    neutral = habits.neutral_of(0, 0.0)
    assert [neutral.verdict(rating) for rating in liked] == [1] * len(liked)
    assert [neutral.verdict(rating) for rating in neither] == [0] * len(neither)
    assert [neutral.verdict(rating) for rating in disliked] == [-1] * len(disliked)


def test_few_ratings_are_taken_to_be_of_a_usual_scale_and_lie_about_its_middle() -> None:
    habits = RatingHabits.of(counts([8.0, 9.0]))
    assert (habits.low, habits.high) == (1.0, 10.0)
    assert habits.mean == pytest.approx((8 + 9 + 10 * 5.5) / 12)
    assert RatingHabits.of(counts([4.0])).high == 5.0
    assert RatingHabits.of(counts([60.0])).high == 100.0
    assert RatingHabits.of(counts([700.0])).high == 700.0


def test_a_slip_does_not_make_another_scale() -> None:
    people = [[1.0, 2.0, 3.0, 4.0, 5.0] * 10 for _ in range(60)]
    assert RatingHabits.of(counts(*people, [50.0])).high == 5.0


def test_numbers_without_steps_leave_a_fortieth_of_the_scale_on_either_side() -> None:
    rng = np.random.default_rng(0)
    habits = RatingHabits.of(counts(*(rng.uniform(0, 10, (50, 40)) ** 1.0).tolist()))
    assert habits.step == 0.0
    assert habits.margin == pytest.approx(habits.high / 40)


def test_the_pull_is_the_variance_within_people_over_that_between_them() -> None:
    rng = np.random.default_rng(0)
    means = rng.normal(3.0, 0.5, 2000)
    people = [rng.normal(mean, 1.0, rng.integers(5, 40)).tolist() for mean in means]
    assert RatingHabits.of(counts(*people)).pull == pytest.approx(1.0 / 0.25, rel=0.1)


def test_the_pull_stays_within_bounds_and_is_not_measured_on_few() -> None:
    alike = [[1.0, 5.0]] * 50
    apart = [[float(1 + n % 5)] * 20 for n in range(50)]
    assert RatingHabits.of(counts(*alike)).pull == MOST_PULL
    assert RatingHabits.of(counts(*apart)).pull == LEAST_PULL
    assert RatingHabits.of(counts([1.0, 5.0], [2.0, 4.0])).pull == USUAL_PULL


def test_a_person_with_few_ratings_is_held_for_one_like_the_others() -> None:
    habits = RatingHabits(1000, 1.0, 5.0, 1.0, mean=4.0, pull=4.0)
    points = [habits.neutral_of(n, 2.0 * n).below + habits.margin for n in (0, 4, 1000)]
    assert points == pytest.approx(
        [(3 + 4) / 2, (3 + (4 * 2 + 4 * 4) / 8) / 2, (3 + (2000 + 16) / 1004) / 2]
    )


@given(
    ratings=st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]), min_size=1, max_size=200),
    own=st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]), max_size=50),
)
def test_the_best_is_always_liked_and_the_worst_never_and_better_is_never_less_liked(
    ratings: list[float], own: list[float]
) -> None:
    habits = RatingHabits.of(counts(ratings, own) if own else counts(ratings))
    neutral = habits.neutral_of(len(own), sum(own))
    said = [neutral.verdict(rating) for rating in (habits.low, *sorted(own), habits.high)]
    assert (said[0], said[-1]) == (-1, 1)
    assert habits.high == 1.0 or said == sorted(said)
