"""A change that was planted is found on its day, and what is none is not."""

from __future__ import annotations

import numpy as np
import pytest

from service.explainer.taste.change_points import MIN_SIDE, ChangePoint, change_points


def has(*columns: str) -> np.ndarray:
    """A column per trait, a row per choice."""
    return np.array([[mark == "x" for mark in column] for column in columns]).T


def days(n: int, per_day: int = 1) -> np.ndarray:
    return np.arange(n) // per_day


def test_a_switch_is_found_on_its_day_with_what_came_and_what_went() -> None:
    came, went = "." * 20 + "x" * 12, "x" * 20 + "." * 12
    assert change_points(has(came, went, "x." * 16), days(32)) == [
        ChangePoint(0, 0, 20, 32, True),
        ChangePoint(1, 0, 20, 32, False),
    ]


def test_a_taste_that_comes_and_goes_turns_twice_and_each_side_reaches_to_the_other_turn() -> None:
    first, second = change_points(has("." * 20 + "x" * 20 + "." * 20), days(60))
    assert {(one.at, one.rises) for one in (first, second)} == {(20, True), (40, False)}
    assert max(first.stop - first.start, second.stop - second.start) == 60


@pytest.mark.parametrize("trait", ["x" * 40, "." * 40, "x." * 20, "xx..." * 8])
def test_what_stays_as_it_is_never_turns(trait: str) -> None:
    assert change_points(has(trait), days(40)) == []


def test_a_long_sitting_in_one_mood_is_no_change() -> None:
    moods = np.concatenate([np.zeros(20, np.int64), np.ones(20, np.int64)])
    assert (
        change_points(has("." * 20 + "x" * 20), moods) == []
    )  # two days: either order is as likely


def test_a_side_needs_some_choices() -> None:
    (turn,) = change_points(has("." * 30 + "x" * (MIN_SIDE - 1)), days(30 + MIN_SIDE - 1))
    assert turn.stop - turn.at == MIN_SIDE
    assert change_points(has("." * 5 + "x" * 4), days(9)) == []
    assert change_points(np.zeros((30, 0), bool), days(30)) == []
    assert change_points(np.zeros((0, 3), bool), days(0)) == []


def test_chance_alone_turns_about_as_often_as_it_may() -> None:
    rng = np.random.default_rng(7)
    found = sum(bool(change_points(rng.random((40, 6)) < 0.3, days(40, 2))) for _ in range(60))
    assert found <= 8  # 5 % of 60 is 3; 9 or more come up once in 500 times


def test_the_same_choices_turn_the_same_way_every_time() -> None:
    rng = np.random.default_rng(3)
    choices = rng.random((60, 5)) < np.linspace(0.1, 0.8, 60)[:, None]
    assert change_points(choices, days(60)) == change_points(choices, days(60)) != []


def test_of_very_many_days_the_very_day_is_found() -> None:
    n = 5_000
    column = np.zeros((n, 1), bool)
    column[3_017:] = True
    (turn,) = change_points(column, days(n))
    assert (turn.at, turn.rises) == (3_017, True)
