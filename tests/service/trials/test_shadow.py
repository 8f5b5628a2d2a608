"""A shadow compares what it is told of, and keeps nobody waiting."""

from __future__ import annotations

import logging
import threading

import pytest

from service.api.messages import RecommendRequest
from service.trials.shadow import WAITING, Ranked, Shadow, overlap, rank_biased_overlap

REQUEST = RecommendRequest("u")


class Ranks:
    """Gives one list, and says when it has given so many."""

    def __init__(self, ranked: Ranked, until: int) -> None:
        self.ranked, self.left, self.done = ranked, until, threading.Event()

    def __call__(self, request: RecommendRequest, n: int) -> Ranked:
        self.left -= 1
        if not self.left:
            self.done.set()
        return self.ranked


def test_lists_are_compared_and_the_distributions_of_their_best_scores() -> None:
    ranks = Ranks(Ranked([1, 2, 9, 8], 0.5), until=WAITING)
    shadow = Shadow(ranks, 1.0, draw=lambda: 0.0)
    for n in range(WAITING):
        shadow.served(REQUEST, Ranked([1, 2, 3, 4], float(n)))
    assert ranks.done.wait(20)
    shadow.close()
    figures = shadow.figures()
    assert (figures.compared, figures.dropped, figures.failed) == (WAITING, 0, 0)
    assert figures.overlap == pytest.approx(0.5)
    assert 0.5 < figures.rank_biased_overlap < 1.0
    assert figures.score_drift is None  # too few
    assert figures.seconds > 0


def test_a_share_of_the_calls_is_asked() -> None:
    draws = iter([0.05, 0.1, 0.95, 0.0])
    ranks = Ranks(Ranked([1], 1.0), until=2)
    shadow = Shadow(ranks, 0.1, draw=lambda: next(draws))
    for _ in range(4):
        shadow.served(REQUEST, Ranked([1], 1.0))
    assert ranks.done.wait(20)
    shadow.close()
    assert shadow.figures().compared == 2


def test_what_it_cannot_follow_is_dropped_and_counted() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(request: RecommendRequest, n: int) -> Ranked:
        begun.set()
        go_on.wait(20)
        return Ranked([], None)

    shadow = Shadow(slow, 1.0, draw=lambda: 0.0)
    shadow.served(REQUEST, Ranked([1], 1.0))
    assert begun.wait(20)
    for _ in range(WAITING + 5):
        shadow.served(REQUEST, Ranked([1], 1.0))
    assert shadow.figures().dropped == 5
    go_on.set()
    shadow.close()


def test_a_shadow_that_fails_is_said_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    seen, both = [], threading.Event()

    def broken(request: RecommendRequest, n: int) -> Ranked:
        seen.append(n)
        if len(seen) == 2:
            both.set()
        raise RuntimeError("no")

    shadow = Shadow(broken, 1.0, draw=lambda: 0.0)
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            shadow.served(REQUEST, Ranked([1, 2], 1.0))
        assert both.wait(20)
        shadow.close()
    assert (seen, shadow.figures().failed, shadow.figures().overlap) == ([2, 2], 2, 0.0)
    assert len(caplog.records) == 1


def test_equal_lists_agree_wholly_and_later_places_weigh_less() -> None:
    same = list(range(10))
    assert overlap(same, same) == rank_biased_overlap(same, same) == 1.0
    first_differs = [99, *same[1:]]
    last_differs = [*same[:9], 99]
    assert overlap(same, first_differs) == overlap(same, last_differs) == 0.9
    assert rank_biased_overlap(same, first_differs) < rank_biased_overlap(same, last_differs)
    assert rank_biased_overlap([], []) == 1.0
