"""Calibration, on lists small enough to work out by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from service.ranker.calibration import (
    MOST_PLACES,
    SESSION,
    SMOOTHING,
    Goal,
    Interest,
    calibrated,
)
from service.ranker.data.arrays import IntArray

FILM, SONG = 0, 1
"""Two categories; the third tag of the catalogue below is none."""


def interest(wanted: list[float], categories: list[int], surprise: float = 1.0) -> Interest:
    """Candidates of one category each."""
    return Interest(np.array(wanted), surprise, np.eye(len(wanted))[categories])


def ordered(scores: NDArray[np.float64], interest: Interest, k: int, strength: float) -> IntArray:
    return calibrated(scores, [interest.goal(strength)], k)


def test_no_strength_keeps_the_order() -> None:
    alike = interest([0.5, 0.5], [FILM, FILM, SONG])
    assert ordered(np.array([1.0, 3.0, 2.0]), alike, 3, 0.0).tolist() == [1, 2, 0]


def test_where_nothing_new_is_liked_the_order_is_that_of_the_scores() -> None:
    nothing = Interest(np.zeros(0), 0.0, np.zeros((3, 0)))
    assert ordered(np.array([1.0, 3.0, 2.0]), nothing, 3, 9.0).tolist() == [1, 2, 0]


@pytest.mark.parametrize("surprise", [1.0, 0.5])
@pytest.mark.parametrize(("more", "second"), [(0.01, 2), (-0.01, 1)])
def test_a_place_is_given_up_for_the_divergence_that_it_saves(
    more: float, second: int, surprise: float
) -> None:
    """Wanted is half of each. At the second place 2 KL is 0 with a film and a song, and with two
    films log(.5 / (.99 + .005)) + log(.5 / .005); the second film scores 1 more."""
    of_two_films = log(0.5 / (0.99 + 0.005)) + log(0.5 / 0.005)
    halves = interest([0.5, 0.5], [FILM, FILM, SONG], surprise)
    strength = (1 / of_two_films + more) / surprise**2
    assert SMOOTHING == 0.01
    assert ordered(np.array([5.0, 4.0, 3.0]), halves, 2, strength)[:2].tolist() == [0, second]


def test_two_categories_that_are_wanted_alike_alternate() -> None:
    scores = np.linspace(10, 9, 40)
    categories = np.repeat([FILM, SONG], 20)
    found = ordered(scores, interest([0.5, 0.5], categories.tolist()), 12, 100.0)[:12]
    assert categories[found].tolist() == [FILM, SONG] * 6
    assert found[::2].tolist() == [0, 1, 2, 3, 4, 5]


def test_what_is_wanted_by_nothing_changes_no_place() -> None:
    """A category that the newest likes have more of by less than float32 tells."""
    scores = np.array([3.0, 2.0, 1.0], np.float32)
    offered = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    goal = Goal(np.array([1, 0], np.float32), offered, 1.0)
    assert calibrated(scores, [goal], 3).tolist() == [0, 1, 2]
    assert goal.divergence(np.array([2])) == pytest.approx(-log(SMOOTHING), rel=1e-5)


def test_what_is_wanted_three_times_as_much_has_three_quarters_of_the_list() -> None:
    categories = np.repeat([FILM, SONG], 20)
    found = ordered(np.zeros(40), interest([0.25, 0.75], categories.tolist()), 20, 100.0)[:20]
    assert (categories[found] == SONG).sum() == 15


def test_items_of_other_categories_come_where_their_score_is_worth_it() -> None:
    only_songs = Interest(np.array([1.0]), 1.0, np.array([[0.0], [1.0], [0.0]]))
    assert ordered(np.array([9.0, 1.0, 0.0]), only_songs, 3, 1.0).tolist() == [0, 1, 2]
    assert ordered(np.array([9.0, 1.0, 0.0]), only_songs, 3, 100.0).tolist() == [1, 0, 2]


def test_after_the_last_calibrated_place_scores_decide() -> None:
    n = MOST_PLACES + 10
    categories = np.arange(n) % 2
    found = ordered(np.arange(n) * 0.01, interest([0.5, 0.5], categories.tolist()), n, 1.0)
    assert sorted(found.tolist()) == list(range(n))
    assert np.all(np.diff(found[MOST_PLACES:]) < 0)


SCORES = st.lists(st.floats(-5, 5), min_size=1, max_size=90)


@given(SCORES, st.integers(0, 40), st.integers(0, 40), st.floats(0, 20))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(
    scores: list[float], k: int, more: int, strength: float
) -> None:
    rng = np.random.default_rng(len(scores))
    offered = rng.dirichlet(np.ones(4), len(scores))[:, :3]
    mixed = Interest(rng.dirichlet(np.ones(3)), 0.5, offered)
    longer = ordered(np.array(scores), mixed, k + more, strength)
    assert sorted(longer.tolist()) == list(range(len(scores)))
    shorter = ordered(np.array(scores), mixed, k, strength)
    assert shorter[:k].tolist() == longer[:k].tolist()
    assert np.all(np.diff(np.array(scores)[shorter[k:]]) <= 0)


TAGS = sparse.csr_matrix(
    np.array(
        [
            [1, 0, 0, 0],
            [0.5, 0.5, 0, 0],
            [0, 0, 0, 0],
            [0, 0.6, 0.8, 0],
            [0, 0, 1, 0],
            [0, 0, 0, 1],
        ],
        np.float32,
    )
)
"""Films, songs, what has a director, games."""
IS_CATEGORY = np.array([True, True, False, True])
FILM_ONLY, BOTH, UNTAGGED, DIRECTED_SONG, DIRECTOR_ONLY, GAME = range(6)
EVERYTHING = np.arange(6)


def of(liked: list[int]) -> Interest:
    return Interest.of(TAGS, IS_CATEGORY, np.array(liked, np.int64), EVERYTHING)


def test_shares_are_of_categories_alone() -> None:
    """Before there was one game; films and songs are half of what is new each, and they would be half
    as usual as they are now: surprise is log 2."""
    found = of([GAME, *[BOTH] * SESSION])
    assert found.wanted == pytest.approx([0.5, 0.5])
    assert found.surprise == pytest.approx(log(2))
    assert found.offered == pytest.approx(
        np.array([[1, 0], [0.5, 0.5], [0, 0], [0, 1], [0, 0], [0, 0]])
    )


def test_wanted_is_what_the_newest_likes_have_more_of_than_those_before() -> None:
    """Of the newest likes songs have most, of those before half."""
    before = [DIRECTOR_ONLY, *[FILM_ONLY, DIRECTED_SONG] * 5]
    found = of([*before, *[DIRECTED_SONG] * (SESSION - 1), BOTH])
    now = (SESSION - 0.5) / SESSION
    assert found.wanted == pytest.approx([1.0])
    assert found.surprise == pytest.approx(now * log(now / ((5 + now) / (10 + 1))))
    assert found.offered[:, 0] == pytest.approx([0, 0.5, 0, 1, 0, 0])


def test_the_longer_something_was_not_liked_the_more_it_surprises() -> None:
    few, many = (of([*[FILM_ONLY] * n, *[GAME] * SESSION]).surprise for n in (4, 40))
    assert (few, many) == (pytest.approx(log(5)), pytest.approx(log(41)))


def test_whoever_goes_on_liking_the_same_wants_nothing_new() -> None:
    found = of([BOTH] * 9)
    assert (found.wanted.tolist(), found.surprise) == ([], 0.0)


@pytest.mark.parametrize(
    "liked",
    [[], [UNTAGGED], [FILM_ONLY, *[UNTAGGED] * SESSION], [GAME] * SESSION, [UNTAGGED, *[GAME] * 3]],
)
def test_newest_likes_without_categories_or_anything_before_them_want_nothing(
    liked: list[int],
) -> None:
    found = of(liked)
    assert found.surprise == 0.0
    assert (found.wanted.shape, found.offered.shape) == ((0,), (6, 0))


def test_a_catalogue_without_tags_wants_nothing() -> None:
    nothing = sparse.csr_matrix((5, 1), dtype=np.float32)
    found = Interest.of(nothing, np.zeros(1, bool), np.array([0]), np.arange(5))
    assert (found.surprise, found.wanted.shape, found.offered.shape) == (0.0, (0,), (5, 0))


def test_all_that_was_liked_counts_alike_whenever_it_was() -> None:
    """One film, half a film and half a song, two songs, and one without a category: of four likes with
    any, 1.5 films and 2.5 songs."""
    liked = np.array([DIRECTED_SONG, FILM_ONLY, UNTAGGED, BOTH, DIRECTED_SONG])
    goal = Goal.of_all(TAGS, IS_CATEGORY, liked, EVERYTHING, 0.5)
    assert goal.wanted == pytest.approx([1.5 / 4, 2.5 / 4])
    assert goal.offered[BOTH] == pytest.approx([0.5, 0.5])
    assert goal.weight == 0.5


def test_divergence_is_none_of_a_list_like_what_was_liked_and_grows_away_from_it() -> None:
    halves = interest([0.5, 0.5], [FILM, SONG, FILM]).goal(1.0)
    assert halves.divergence(np.array([0, 1])) == pytest.approx(0.0)
    only_films = log(0.5 / (0.99 + 0.005)) / 2 + log(0.5 / 0.005) / 2
    assert halves.divergence(np.array([0, 2])) == pytest.approx(only_films)
    assert halves.divergence(np.zeros(0, np.int64)) == 0.0


def test_who_liked_nothing_wants_nothing() -> None:
    nothing = Goal.of_all(TAGS, IS_CATEGORY, np.zeros(0, np.int64), EVERYTHING, 9.0)
    assert nothing.divergence(np.array([0])) == 0.0
    assert calibrated(np.arange(6.0), [nothing], 6).tolist() == [5, 4, 3, 2, 1, 0]


def test_two_goals_share_a_list_by_their_weights() -> None:
    """One wants films alone, the other songs alone: the heavier one has the greater part."""
    categories = np.repeat([FILM, SONG], 20)
    offered = np.eye(2, dtype=np.float32)[categories]
    films, songs = (Goal(np.ones(1, np.float32), offered[:, [one]], 100.0) for one in (FILM, SONG))
    heavier = Goal(songs.wanted, songs.offered, 300.0)
    both = calibrated(np.zeros(40), [films, songs], 20)[:20]
    more = calibrated(np.zeros(40), [films, heavier], 20)[:20]
    assert (categories[both] == SONG).sum() == 10
    assert (categories[more] == SONG).sum() == 15
