"""Rounds: who is gone is shown nothing, what is taken changes who takes it, and liking keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from service.ranker.data.arrays import IntArray
from service.simulation.assumptions import Assumptions
from service.simulation.crowd import Crowd
from service.simulation.palate_list import Served
from service.simulation.person import Person
from service.simulation.policies import policy_of
from service.simulation.rounds import NONE, Course, run
from tests.service.simulation import planted

K = 5
ROUNDS = 40


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = planted.crowd(Assumptions(take_rate=0.05, impatience=0.02))
    return crowd.calibrated(planted.people(crowd), K)


def _run(crowd: Crowd, served: Served, name: str, n_rounds: int = ROUNDS) -> Course:
    served.ranker.catalog.recount(planted.tastes())  # as before the takes of another course
    people = planted.people(crowd)
    return run(policy_of(name, served, crowd, K), people, crowd, n_rounds=n_rounds, k=K)


def test_who_is_shown_what_they_like_takes_more_and_stays_longer(
    crowd: Crowd, served: Served
) -> None:
    liked, anything = (_run(crowd, served, name) for name in ("favourites", "random"))
    assert (liked.taken != NONE).sum() > 2 * (anything.taken != NONE).sum()
    assert liked.there.sum() > 1.2 * anything.there.sum()
    assert liked.stays.sum() > anything.stays.sum()


@pytest.mark.parametrize("name", ["thompson", "random"])
def test_the_same_seed_gives_the_same_course(crowd: Crowd, served: Served, name: str) -> None:
    first, second = _run(crowd, served, name, 10), _run(crowd, served, name, 10)
    for one, other in zip(
        (first.shown, first.taken, first.chance, first.there),
        (second.shown, second.taken, second.chance, second.there),
        strict=True,
    ):
        assert np.array_equal(one, other)


def test_who_is_gone_is_shown_nothing(crowd: Crowd, served: Served) -> None:
    course = _run(crowd, served, "random")
    assert not course.stays.all()
    assert np.array_equal(course.there, np.logical_and.accumulate(course.there, axis=1))
    assert (course.shown[~course.there] == NONE).all()
    assert (course.taken[~course.there] == NONE).all()
    assert not course.chance[~course.there].any()


def test_nobody_takes_what_they_were_not_shown_or_took_before(crowd: Crowd, served: Served) -> None:
    course = _run(crowd, served, "favourites")
    for person, taken, shown in zip(planted.people(crowd), course.taken, course.shown, strict=True):
        own = taken[taken != NONE]
        assert len(np.unique(own)) == len(own)
        assert not np.isin(own, person.taken).any()
        assert all(item in lists for item, lists in zip(taken, shown, strict=True) if item != NONE)


@dataclass
class Watching:
    """Shows everybody items 0 and 1, and notes what it learned of."""

    seen: list[tuple[int, int]] = field(default_factory=list)

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        return [np.array([0, 1]) for _ in people]

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        self.seen.append((len(people), sum(item is not None for item in taken)))


def test_a_policy_is_told_of_every_round_and_people_begin_anew(crowd: Crowd) -> None:
    people, policy = planted.people(crowd), Watching()
    rounds: list[int] = []
    course = run(policy, people, crowd, n_rounds=3, k=K, on_round=rounds.append)
    assert [n for n, _ in policy.seen] == course.there.sum(axis=0).tolist()
    assert [n for _, n in policy.seen] == (course.taken != NONE).sum(axis=0).tolist()
    assert (course.shown[..., 2:] == NONE).all()
    assert rounds[-1] == 3
    assert all(person.there and not person.since and not person.shown for person in people)
