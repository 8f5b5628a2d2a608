"""Cases: what people chose next, hidden from the first stage so that the second can learn on it.

Four things are hidden, for the four things the second stage is to meet as it will when it serves:
everybody's newest events, all events of some items (cold items), all events of some users (cold
users), all that some users did in one of their domains (newcomers to it). Knows no scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions

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
    """(P,) distinct items, none of them in the history, in their order: the next one; of a beginner
    all that followed."""
    event_types: IntArray
    """(P,) how they were chosen, by code."""
    beginner: bool = False
    """The first stage knows nothing of the user, or nothing in `domain`."""
    domain: int | None = None
    """The only domain that is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """What the first stage must not see in its rehearsal."""

    events: BoolArray
    """(E,) everybody's newest."""
    items: BoolArray
    """(N,)"""
    users: BoolArray
    """(U,)"""
    domains: IntArray
    """(U,) of each user the domain in which nothing is known, -1 for none."""

    @classmethod
    def draw(
        cls,
        interactions: Interactions,
        domain: IntArray,
        config: RankerConfig,
        rng: np.random.Generator,
    ) -> Hidden:
        """Newest events of every user, and random shares of the items and users that have enough of
        them. domain (N,) of the items."""
        items, lengths = interactions.item_counts(), np.diff(interactions.by_user())
        beginners = min(
            config.pseudo_cold_users * int((lengths >= MIN_EVENTS).sum()), config.blend_lists / 3
        )
        events = newest_events(interactions, config)
        cold_items = _some(items > 0, int(config.pseudo_cold * (items > 0).sum()), rng)
        cold_users = _some(lengths >= MIN_EVENTS, int(beginners), rng)
        return cls(
            events,
            cold_items,
            cold_users,
            _newcomers(interactions, domain, ~cold_users, config, rng),
        )

    def past(self, interactions: Interactions, domain: IntArray) -> Interactions:
        """What is left."""
        gone = self.events | self.items[interactions.item] | self.users[interactions.user]
        return interactions.select(~(gone | self.unknown(interactions, domain)))

    def unknown(self, interactions: Interactions, domain: IntArray) -> BoolArray:
        """(E,) events of newcomers in the domain they are new to."""
        there: BoolArray = self.domains[interactions.user] == domain[interactions.item]
        return there


def _newcomers(
    interactions: Interactions,
    domain: IntArray,
    eligible: BoolArray,
    config: RankerConfig,
    rng: np.random.Generator,
) -> IntArray:
    """(U,) one of their domains for a share of the users who are active in several, -1 for
    everybody else."""
    n_domains = int(domain.max(initial=0)) + 1
    met = np.zeros((interactions.n_users, n_domains), bool)
    met[interactions.user, domain[interactions.item]] = True
    several = eligible & (met.sum(axis=1) > 1)
    n = min(config.pseudo_cold_users * int(several.sum()), config.blend_lists / 3)
    hidden = np.full(interactions.n_users, -1, np.int64)
    for user in np.flatnonzero(_some(several, int(n), rng)).tolist():
        hidden[user] = rng.choice(np.flatnonzero(met[user]))
    return hidden


def newest_events(interactions: Interactions, config: RankerConfig) -> BoolArray:
    """(E,) true for the newest events of each user: at most `holdout_share` of the history and
    `holdout_events` of them, at least one where the user has MIN_EVENTS."""
    lengths = np.diff(interactions.by_user())
    wanted = np.minimum(
        np.maximum((lengths * config.holdout_share).astype(np.int64), 1), config.holdout_events
    )
    wanted[lengths < MIN_EVENTS] = 0
    held: BoolArray = interactions.positions_from_end() < wanted[interactions.user]
    return held


def asked_for(
    interactions: Interactions, event_weights: FloatArray | None, rng: np.random.Generator
) -> BoolArray:
    """(E,) which events become the answer of a case: each with the probability of its type's weight
    against the largest in the log, so that everything that is learned and measured on cases counts
    by weight."""
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
        history = _history(
            interactions, np.arange(max(int(bounds[user]), event - config.feature_history), event)
        )
        chosen = interactions.item[event : event + 1]
        if chosen[0] not in history.items:
            cases.append(Case(user, history, chosen, _types(interactions, np.array([event]))))
    return cases


def beginnings(
    interactions: Interactions,
    users: BoolArray,
    asked: BoolArray,
    most: int,
    rng: np.random.Generator,
) -> list[Case]:
    """Users as they begin: some number of first events, and everything `asked` (E,) that followed.
    At most about `most` cases.

    What comes next is chance while little is known of a person; what they will like at all can be
    told.
    """
    bounds = interactions.by_user()
    members = np.flatnonzero(users)
    each = int(np.clip(most // max(len(members), 1), 1, len(KNOWN)))
    cases = []
    for user in members.tolist():
        start, stop = int(bounds[user]), int(bounds[user + 1])
        lengths = [known for known in KNOWN if known < stop - start]
        for known in rng.permutation(lengths)[:each].tolist():
            history = _history(interactions, np.arange(start, start + known))
            chosen = _chosen(interactions, np.arange(start + known, stop), asked, history)
            if len(chosen):
                items, kinds = interactions.item[chosen], _types(interactions, chosen)
                cases.append(Case(user, history, items, kinds, beginner=True))
    return cases


def arrivals(
    interactions: Interactions,
    domain: IntArray,
    hidden: Hidden,
    asked: BoolArray,
    rng: np.random.Generator,
) -> list[Case]:
    """Newcomers as they come to a domain: what they did elsewhere, none and then some number of
    first events there, and everything `asked` (E,) that followed there. At most two cases of
    each."""
    bounds, unknown = interactions.by_user(), hidden.unknown(interactions, domain)
    cases = []
    for user in np.flatnonzero(hidden.domains >= 0).tolist():
        events = np.arange(bounds[user], bounds[user + 1])
        here = unknown[events]
        elsewhere, there = events[~here], events[here]
        lengths = [known for known in KNOWN if 0 < known < len(there)]
        for known in [0, *rng.permutation(lengths)[:1].tolist()]:
            history = _history(interactions, np.sort(np.concatenate([elsewhere, there[:known]])))
            chosen = _chosen(interactions, there[known:], asked, history)
            if len(chosen):
                items, kinds = interactions.item[chosen], _types(interactions, chosen)
                cases.append(
                    Case(
                        user, history, items, kinds, beginner=True, domain=int(hidden.domains[user])
                    )
                )
    return cases


def with_words(
    cases: Sequence[Case], text: FloatArray, neighbours: IntArray, rng: np.random.Generator
) -> list[Case]:
    """The same cases, some of the shortest with a taste. text (N, Dt), neighbours (N, K) of the
    items.

    Nobody's words are in the log. The text of an item like one that was chosen stands for them.
    """
    spoken = []
    for case in cases:
        alike = neighbours[rng.choice(case.chosen)]
        if len(case.history) <= TASTE_EVENTS and len(alike) and rng.random() < WITH_TASTE:
            case = replace(case, history=replace(case.history, taste=text[rng.choice(alike)]))
        spoken.append(case)
    return spoken


def _chosen(
    interactions: Interactions, events: IntArray, asked: BoolArray, history: History
) -> IntArray:
    """Of these events those `asked` (E,) for: the first of each item, in their order, of items not
    met before."""
    events = events[asked[events]]
    items = interactions.item[events]
    first = np.sort(np.unique(items, return_index=True)[1])
    return events[first[~np.isin(items[first], history.items)]]


def _history(interactions: Interactions, events: IntArray) -> History:
    return History.of(
        interactions.item[events], _types(interactions, events), interactions.timestamp[events]
    )


def _types(interactions: Interactions, events: IntArray) -> IntArray:
    return interactions.event_type[events].astype(np.int64)


def _some(eligible: BoolArray, n: int, rng: np.random.Generator) -> BoolArray:
    """n of those that are true, at random."""
    chosen = np.zeros(len(eligible), bool)
    chosen[rng.choice(np.flatnonzero(eligible), n, replace=False)] = True
    return chosen
