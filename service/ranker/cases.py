"""Cases: what people chose next, hidden from the first stage so that the second can learn on it.

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
KNOWN = (0, 1, 2, 3, 4, 5, 7, 10, 14, 20)
"""Of a beginner so many first events are known."""
TASTE_EVENTS = 2
"""Of somebody who comes with words, at most so many."""
WITH_TASTE = 0.5
"""Share of those that do come with words: they say what they look for, and then choose it."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The history visible at some moment, and what was chosen after it."""

    user: int
    history: History
    chosen: IntArray
    """(P,) distinct items, none of them in the history, in their order: the next one; of a beginner all that
    followed."""
    beginner: bool = False
    """The first stage knows nothing of the user."""


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
        items, lengths = interactions.item_counts(), np.diff(interactions.by_user())
        beginners = min(config.pseudo_cold_users * int((lengths >= MIN_EVENTS).sum()), config.blend_lists / 3)
        return cls(
            newest_events(interactions, config),
            _some(items > 0, int(config.pseudo_cold * (items > 0).sum()), rng),
            _some(lengths >= MIN_EVENTS, int(beginners), rng),
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


def asked_for(interactions: Interactions, event_weights: FloatArray | None, rng: np.random.Generator) -> BoolArray:
    """(E,) which events become the answer of a case: each with the probability of its type's weight against the
    largest in the log, so that everything that is learned and measured on cases counts by weight."""
    if event_weights is None or not len(interactions):
        return np.ones(len(interactions), bool)
    weights = event_weights[interactions.event_type]
    asked: BoolArray = rng.random(len(interactions)) * weights.max() < weights
    return asked


def next_events(interactions: Interactions, newest: BoolArray, config: RankerConfig) -> list[Case]:
    """Every newest event with the history before it; an item met before is no news and is left out."""
    bounds = interactions.by_user()
    cases = []
    for event in np.flatnonzero(newest).tolist():
        user = int(interactions.user[event])
        history = _history(interactions, max(int(bounds[user]), event - config.feature_history), event)
        chosen = interactions.item[event : event + 1]
        if chosen[0] not in history.items:
            cases.append(Case(user, history, chosen))
    return cases


def beginnings(
    interactions: Interactions, users: BoolArray, asked: BoolArray, most: int, rng: np.random.Generator
) -> list[Case]:
    """Users as they begin: some number of first events, and everything `asked` (E,) that followed. At most about `most`
    cases.

    What comes next is chance while little is known of a person; what they will like at all can be told.
    """
    bounds = interactions.by_user()
    members = np.flatnonzero(users)
    each = int(np.clip(most // max(len(members), 1), 1, len(KNOWN)))
    cases = []
    for user in members.tolist():
        start, stop = int(bounds[user]), int(bounds[user + 1])
        lengths = [known for known in KNOWN if known < stop - start]
        for known in rng.permutation(lengths)[:each].tolist():
            history = _history(interactions, start, start + known)
            later = interactions.item[start + known : stop][asked[start + known : stop]]
            chosen = later[np.sort(np.unique(later, return_index=True)[1])]
            chosen = chosen[~np.isin(chosen, history.items)]
            if len(chosen):
                cases.append(Case(user, history, chosen, beginner=True))
    return cases


def with_words(cases: Sequence[Case], text: FloatArray, neighbours: IntArray, rng: np.random.Generator) -> list[Case]:
    """The same cases, some of the shortest with a taste. text (N, Dt), neighbours (N, K) of the items.

    Nobody's words are in the log. The text of an item like one that was chosen stands for them.
    """
    spoken = []
    for case in cases:
        alike = neighbours[rng.choice(case.chosen)]
        if len(case.history) <= TASTE_EVENTS and len(alike) and rng.random() < WITH_TASTE:
            case = replace(case, history=replace(case.history, taste=text[rng.choice(alike)]))
        spoken.append(case)
    return spoken


def _history(interactions: Interactions, start: int, stop: int) -> History:
    return History.of(interactions.item[start:stop], interactions.event_type[start:stop].astype(np.int64))


def _some(eligible: BoolArray, n: int, rng: np.random.Generator) -> BoolArray:
    """n of those that are true, at random."""
    chosen = np.zeros(len(eligible), bool)
    chosen[rng.choice(np.flatnonzero(eligible), n, replace=False)] = True
    return chosen
