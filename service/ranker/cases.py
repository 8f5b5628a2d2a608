"""Cases: next events with the history before them, hidden from the first stage so that the second can learn on them.

Three things are hidden, for the three things the second stage is to meet as it will when it serves: everybody's newest
events, all events of some items (cold items), all events of some users (cold users). Knows no scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.config import RankerConfig
from service.ranker.history import History
from service.ranker.interactions import BoolArray, IntArray, Interactions
from service.ranker.items import FloatArray

MIN_EVENTS = 3
"""Fewer events of a user teach nothing about what comes next."""
BEGINNER_EVENTS = 5
"""At most this many first events of a cold user are known."""
SOON = 20
"""A beginner's next event is any of this many that follow: what they like, rather than what happened to be next."""
CASES_PER_BEGINNER = 12
WITH_TASTE = 0.3
"""Share of the beginners that come with words: somebody who says what they look for, and then chooses it."""
TASTE_EVENTS = 2
"""At most this many events of those are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The history visible before an event, and the item of that event."""

    user: int
    history: History
    target: int
    beginner: bool = False
    """The user is unknown to the first stage."""


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """What the first stage must not see in its rehearsal."""

    events: BoolArray
    """(E,) everybody's newest."""
    items: BoolArray
    """(N,)"""
    users: BoolArray
    """(U,)"""

    @classmethod
    def draw(cls, interactions: Interactions, config: RankerConfig, rng: np.random.Generator) -> Hidden:
        """Newest events of every user, and random shares of the items and users that have enough of them."""
        lengths = np.diff(interactions.by_user())
        return cls(
            newest_events(interactions, config),
            _share(interactions.item_counts() > 0, config.pseudo_cold, rng),
            _share(lengths > BEGINNER_EVENTS, config.pseudo_cold, rng),
        )

    def past(self, interactions: Interactions) -> Interactions:
        """What is left."""
        gone = self.events | self.items[interactions.item] | self.users[interactions.user]
        return interactions.select(~gone)


def newest_events(interactions: Interactions, config: RankerConfig) -> BoolArray:
    """(E,) true for the newest events of each user: at most `holdout_share` of the history and `holdout_events` of
    them, at least one where the user has MIN_EVENTS."""
    lengths = np.diff(interactions.by_user())
    wanted = np.minimum(np.maximum((lengths * config.holdout_share).astype(np.int64), 1), config.holdout_events)
    wanted[lengths < MIN_EVENTS] = 0
    held: BoolArray = interactions.positions_from_end() < wanted[interactions.user]
    return held


def next_events(interactions: Interactions, hidden: Hidden, config: RankerConfig) -> list[Case]:
    """Every hidden newest event of a known user with the history before it; an item met before is no news."""
    bounds = interactions.by_user()
    cases = []
    for event in np.flatnonzero(hidden.events & ~hidden.users[interactions.user]):
        user, target = int(interactions.user[event]), int(interactions.item[event])
        start = max(int(bounds[user]), int(event) - config.feature_history)
        history = _history(interactions, start, int(event))
        if target not in history.items:
            cases.append(Case(user, history, target))
    return cases


def first_events(interactions: Interactions, hidden: Hidden, rng: np.random.Generator) -> list[Case]:
    """Hidden users as they begin: their first 0..BEGINNER_EVENTS events, and one that follows soon."""
    bounds = interactions.by_user()
    cases = []
    for user in np.flatnonzero(hidden.users).tolist():
        start, stop = int(bounds[user]), int(bounds[user + 1])
        for known in rng.integers(0, BEGINNER_EVENTS + 1, CASES_PER_BEGINNER).tolist():
            history = _history(interactions, start, start + known)
            target = int(interactions.item[rng.integers(start + known, min(start + known + SOON, stop))])
            if target not in history.items:
                cases.append(Case(user, history, target, beginner=True))
    return cases


def with_words(cases: Sequence[Case], text: FloatArray, neighbours: IntArray, rng: np.random.Generator) -> list[Case]:
    """The same cases, some of the beginners with a taste. text (N, Dt), neighbours (N, K) of the items.

    Nobody's words are in the log. The text of an item like the one that was chosen next stands for them.
    """
    spoken = []
    for case in cases:
        alike = neighbours[case.target]
        if case.beginner and len(alike) and rng.random() < WITH_TASTE:
            known = case.history.last(int(rng.integers(0, TASTE_EVENTS + 1)))
            case = replace(case, history=replace(known, taste=text[rng.choice(alike)]))
        spoken.append(case)
    return spoken


def _history(interactions: Interactions, start: int, stop: int) -> History:
    return History.of(interactions.item[start:stop], interactions.event_type[start:stop].astype(np.int64))


def _share(eligible: BoolArray, share: float, rng: np.random.Generator) -> BoolArray:
    """A random share of those that are true."""
    places = np.flatnonzero(eligible)
    chosen = np.zeros(len(eligible), bool)
    chosen[rng.choice(places, int(share * len(places)), replace=False)] = True
    return chosen
