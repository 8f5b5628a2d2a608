"""The smallest set, on scores whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from service.explainer.attribution.removal import Margins, smallest_removal


def additive(start: float, *each: float) -> Margins:
    """Every thing holds the result up by so much, on its own."""

    def margins(sets: Sequence[frozenset[int]]) -> NDArray[np.float64]:
        return np.array([start - sum(each[i] for i in one) for one in sets])

    return margins


def always(_: frozenset[int]) -> bool:
    return True


@pytest.mark.parametrize(
    ("margins", "n", "expected"),
    [
        (additive(2.5, 1.0, 3.0, 0.5), 3, {1}),
        (additive(2.5, 1.0, 2.0, 0.1), 3, {0, 1}),
        (additive(2.5, 1.0, 1.0, 0.1), 3, set()),
        (additive(2.5), 0, set()),
        (additive(-1.0, 1.0), 1, {0}),
    ],
)
def test_the_fewest_that_do_it_are_found(margins: Margins, n: int, expected: set[int]) -> None:
    assert smallest_removal(n, margins, 2, always) == expected


def test_what_can_be_spared_is_given_back() -> None:
    """0 looks best at first, but 1 and 2 do it together without it."""

    def margins(sets: Sequence[frozenset[int]]) -> NDArray[np.float64]:
        return np.array(
            [-1.0 if {1, 2} <= one else 1.0 - 0.5 * (0 in one) - 0.1 * (1 in one) for one in sets]
        )

    assert smallest_removal(3, margins, 3, always) == {1, 2}


def test_no_more_are_taken_than_allowed() -> None:
    assert smallest_removal(9, additive(4.5, *[1.0] * 9), 4, always) == frozenset()
    assert len(smallest_removal(9, additive(4.5, *[1.0] * 9), 5, always)) == 5


def test_the_exact_measure_has_the_last_word() -> None:
    assert smallest_removal(3, additive(0.5, 1.0, 1.0, 1.0), 3, lambda one: len(one) > 1) == {0, 1}
    assert smallest_removal(3, additive(0.5, 1.0, 1.0, 1.0), 3, lambda _: False) == frozenset()
