"""Times that lie ahead of the clock count as of when they were recorded."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.catalog.clock import latest_plausible, settled
from indexer.catalog.fields import MAX_AHEAD_S

DAY = 86_400.0


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], []),
        ([3, 1, 2], [3, 1, 2]),
        ([10, 99, 12, 98], [10, 10, 12, 12]),
        ([12, 10, 99], [12, 10, 12]),
        ([99, 98, 7, 9], [7, 7, 7, 9]),
        ([99, 98], [50 - DAY, 50 - DAY]),
    ],
)
def test_one_that_is_ahead_counts_as_the_newest_before_it(
    times: list[float], expected: list[float]
) -> None:
    assert settled(times, latest=50).tolist() == expected


def test_what_was_read_before_counts_as_well() -> None:
    assert settled([99, 20], latest=50, newest=30).tolist() == [30, 20]
    assert settled(np.array([99.0]), latest=50, newest=30).tolist() == [30]


def test_a_day_ahead_is_plausible() -> None:
    assert latest_plausible(now=5.0) == 5.0 + MAX_AHEAD_S
