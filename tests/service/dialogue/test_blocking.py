"""Blocking: the fewest parts of a wish whose removal leaves something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.api.messages import Recommendation, RecommendRequest
from service.dialogue.blocking import MOST_ALONE, blocking_parts
from service.dialogue.reply import NOT_BLOCKED, Blocking
from service.wishes.reading import PartKind, Reading, WishPart
from tests.service.standin import ANSWER, StandIn

WANTED = WishPart(PartKind.WANTED, "western")
FILTERS = [WishPart(PartKind.RULED_OUT, f"no {number}") for number in range(7)]
REQUEST = RecommendRequest(k=5, explain=True)


@dataclass
class Blocked(StandIn):
    """Has results only without all parts of one of `sets`."""

    sets: Sequence[set[str]] = ()
    tried: list[RecommendRequest] = field(default_factory=list)

    def recommend(self, request: RecommendRequest) -> Recommendation:
        self.tried.append(request)
        without = set(request.without_wish_parts)
        is_free = any(one <= without for one in self.sets)
        return ANSWER if is_free else replace(ANSWER, results=())


def empty(*parts: WishPart) -> Recommendation:
    return replace(ANSWER, results=(), wish=Reading("", parts))


def test_any_one_part_that_frees_something_is_told() -> None:
    backend = Blocked(sets=[{"no 0"}, {"no 2"}])
    found = blocking_parts(backend, REQUEST, empty(WANTED, *FILTERS[:3]))
    assert found == Blocking([FILTERS[0], FILTERS[2]])
    assert all((one.k, one.explain) == (1, False) for one in backend.tried)


def test_filters_that_free_something_only_together_are_told_so() -> None:
    backend = Blocked(sets=[{"no 0", "no 1"}])
    found = blocking_parts(backend, REQUEST, empty(*FILTERS[:2]))
    assert found == Blocking(FILTERS[:2], together=True)


def test_a_wish_that_is_not_to_blame_is_not_blamed() -> None:
    assert blocking_parts(Blocked(), REQUEST, empty(WANTED, *FILTERS[:2])) == NOT_BLOCKED
    assert blocking_parts(Blocked(), REQUEST, replace(ANSWER, results=())) == NOT_BLOCKED


def test_the_latest_filters_are_tried_alone() -> None:
    backend = Blocked(sets=[{"no 1"}, {"no 6"}])
    assert blocking_parts(backend, REQUEST, empty(*FILTERS)) == Blocking([FILTERS[6]])
    assert len(backend.tried) == MOST_ALONE


def test_where_there_are_results_nothing_is_asked() -> None:
    backend = Blocked()
    assert blocking_parts(backend, REQUEST, ANSWER) == NOT_BLOCKED
    assert backend.tried == []
