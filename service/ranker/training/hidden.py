"""What is hidden from the provisional ranker, so that the second stage can learn from it.

Four things are hidden, for the four things the second stage is to meet as it will when it serves:
everybody's newest events, all events of some items (cold items), all events of some users
(cold-start users), all that some users did in one of their domains (new in domain). Knows no
histories and no scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.data.interactions import Interactions

MIN_EVENTS = 3
"""Fewer events of a user teach nothing about what comes next."""
NO_DOMAIN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """Of a log of E events of U users on N items."""

    events: BoolArray
    """(E,) everybody's newest."""
    items: BoolArray
    """(N,)"""
    users: BoolArray
    """(U,)"""
    domains: IntArray
    """(U,) of each user the domain in which nothing is known, NO_DOMAIN for none."""

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
        has_events = interactions.item_counts() > 0
        has_enough = np.diff(interactions.by_user()) >= MIN_EVENTS
        n_items = int(config.pseudo_cold * has_events.sum())
        n_users = _share_of_users(has_enough, config)
        items = random_subset(has_events, n_items, rng)
        users = random_subset(has_enough, n_users, rng)
        return cls(
            events=newest_events(interactions, config),
            items=items,
            users=users,
            domains=_new_in_domain(interactions, domain, ~users, config, rng),
        )

    def past(self, interactions: Interactions, domain: IntArray) -> Interactions:
        """What is left."""
        gone = self.events | self.items[interactions.item] | self.users[interactions.user]
        return interactions.select(~(gone | self.in_new_domain(interactions, domain)))

    def in_new_domain(self, interactions: Interactions, domain: IntArray) -> BoolArray:
        """(E,) events of users in the domain they are new to."""
        there: BoolArray = self.domains[interactions.user] == domain[interactions.item]
        return there


def newest_events(interactions: Interactions, config: RankerConfig) -> BoolArray:
    """(E,) true for the newest events of each user: at most `holdout_share` of the history and
    `holdout_events` of them, at least one where the user has MIN_EVENTS."""
    lengths = np.diff(interactions.by_user())
    share = np.maximum((lengths * config.holdout_share).astype(np.int64), 1)
    n_newest = np.minimum(share, config.holdout_events)
    n_newest[lengths < MIN_EVENTS] = 0
    newest: BoolArray = interactions.positions_from_end() < n_newest[interactions.user]
    return newest


def random_subset(eligible: BoolArray, n: int, rng: np.random.Generator) -> BoolArray:
    """n of those that are true, at random; there must be as many."""
    chosen = np.zeros(len(eligible), bool)
    chosen[rng.choice(np.flatnonzero(eligible), n, replace=False)] = True
    return chosen


def _new_in_domain(
    interactions: Interactions,
    domain: IntArray,
    eligible: BoolArray,
    config: RankerConfig,
    rng: np.random.Generator,
) -> IntArray:
    """(U,) one of their domains for a share of the users who are active in several, NO_DOMAIN for
    everybody else."""
    n_domains = int(domain.max(initial=0)) + 1
    is_active = np.zeros((interactions.n_users, n_domains), bool)
    is_active[interactions.user, domain[interactions.item]] = True
    in_several = eligible & (is_active.sum(axis=1) > 1)
    chosen = random_subset(in_several, _share_of_users(in_several, config), rng)
    hidden = np.full(interactions.n_users, NO_DOMAIN, np.int64)
    for user in np.flatnonzero(chosen).tolist():
        hidden[user] = rng.choice(np.flatnonzero(is_active[user]))
    return hidden


def _share_of_users(eligible: BoolArray, config: RankerConfig) -> int:
    """`pseudo_cold_users` of them, at most as many as give a third of the lists."""
    return int(min(config.pseudo_cold_users * int(eligible.sum()), config.blend_lists / 3))
