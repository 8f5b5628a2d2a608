"""One policy, round by round: everybody who is still there is shown a list, takes something of it or
nothing, and stays or leaves. Knows no figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import BoolArray, IntArray
from service.simulation.crowd import Crowd
from service.simulation.person import Person
from service.simulation.policies import Policy

NONE = -1
"""Where there is no item."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What happened to P people in R rounds."""

    shown: IntArray
    """(P, R, k) items, NONE for an empty place and after somebody left."""
    taken: IntArray
    """(P, R) the item, or NONE."""
    chance: NDArray[np.float64]
    """(P, R) that something would be taken; 0 after somebody left."""
    there: BoolArray
    """(P, R) who was there for the round."""
    stays: BoolArray
    """(P,) who was still there after the last round."""

    @classmethod
    def empty(cls, n_people: int, n_rounds: int, k: int) -> Self:
        """Before the first round."""
        return cls(
            shown=np.full((n_people, n_rounds, k), NONE, np.int64),
            taken=np.full((n_people, n_rounds), NONE, np.int64),
            chance=np.zeros((n_people, n_rounds)),
            there=np.zeros((n_people, n_rounds), bool),
            stays=np.ones(n_people, bool),
        )


def run(
    policy: Policy,
    people: Sequence[Person],
    crowd: Crowd,
    *,
    n_rounds: int,
    k: int,
    on_round: Callable[[int], None] = lambda _: None,
) -> Course:
    """People as they begin; they are copied, so that the next policy finds them so. `on_round` is
    told how many rounds are over."""
    people = [person.copy() for person in people]
    course = Course.empty(len(people), n_rounds, k)
    for round in range(n_rounds):
        present = [person for person in people if person.there]
        if not present:
            break
        _one_round(policy, present, crowd, round, course)
        on_round(round + 1)
    on_round(n_rounds)
    return course


def _one_round(
    policy: Policy, people: Sequence[Person], crowd: Crowd, round: int, course: Course
) -> None:
    lists = policy.lists(people)
    taken = []
    for person, shown in zip(people, lists, strict=True):
        response = crowd.respond(person, shown, round)
        row = person.number
        course.there[row, round] = True
        course.shown[row, round, : len(shown)] = shown
        course.chance[row, round] = response.chance
        person.saw(shown, response.taken)
        if response.taken is not None:
            course.taken[row, round] = response.taken
            person.take(response.taken, crowd.traits, crowd.taste.memory)
            person.rounds.append(round)
        if crowd.leaves(person, round):
            person.there = False
            course.stays[row] = False
        taken.append(response.taken)
    policy.learn(people, lists, taken)
