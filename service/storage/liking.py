"""Liking: what events say of the people of one log, by the settings and by how they rate.

Owns that the habits of the log are counted at the start, where what is kept of them holds no longer,
and again each time its ratings have doubled. Knows no items and no scores.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from indexer.catalog.event import RATING, Event, EventKind, EventPolicy
from indexer.catalog.rating_habits import RatingHabits
from service.storage.kept_habits import KeptHabits
from service.storage.nobody import Everybody

MIN_NEW = 20
"""Ratings that must have come before the habits are counted again."""


class Liking:
    """The policy of a log, with its habits."""

    def __init__(self, policy: EventPolicy, log: Everybody, kept: KeptHabits | None = None) -> None:
        """The ratings are counted here, unless the settings say where liking begins, or `kept` has the
        habits that were found last."""
        self.policy, self._log = policy, log
        self._habits = RatingHabits()
        self._n_new = 0
        self._lock = threading.Lock()
        self._begin(kept)

    @property
    def habits(self) -> RatingHabits:
        """Of the log, as counted last. The same object until it is counted again."""
        with self._lock:
            if self._n_new >= max(MIN_NEW, self._habits.n):
                self._count()
            return self._habits

    def observe(self, events: Sequence[Event]) -> None:
        """Take notice of events that were recorded."""
        ratings = sum(event.event_type == RATING for event in events)
        with self._lock:
            self._n_new += ratings

    def kinds(self, events: Sequence[Event]) -> list[EventKind]:
        """What each event says, of all events of one person."""
        return self.policy.kinds_of(self.habits, events)

    @property
    def described(self) -> str:
        """Where liking begins, for people to read."""
        return described(self.policy, self.habits)

    def _begin(self, kept: KeptHabits | None) -> None:
        if kept is None or self.policy.rating_negative_below is not None:
            self._count()
        elif (found := kept.take_up()) is not None:
            self._habits = found
        else:
            stand = kept.stand()
            self._count()
            if stand:
                kept.keep(self._habits, stand)

    def _count(self) -> None:
        if self.policy.rating_negative_below is None:
            self._habits = RatingHabits.of(self._log.count_ratings(RATING))
        self._n_new = 0


def described(policy: EventPolicy, habits: RatingHabits) -> str:
    """Where liking begins, for people to read.

    >>> described(EventPolicy(rating_negative_below=3.0), RatingHabits())
    'liked from 3, as events.rating_negative_below says'
    >>> described(EventPolicy(), RatingHabits())
    'none yet; their scale and habits will say what is liked'
    """
    if policy.rating_negative_below is not None:
        bar = policy.rating_negative_below
        return f"liked from {bar:g}, as events.rating_negative_below says"
    if not habits.n:
        return "none yet; their scale and habits will say what is liked"
    usual = habits.neutral_of(0, 0.0)
    return (
        f"liked from {usual.above:.3g}, disliked below {usual.below:.3g} by who rates as people here "
        f"do, who rate otherwise by their own habits; found from {habits.n:,} of {habits.low:g} to "
        f"{habits.high:g}, {habits.mean:.3g} on average"
    )
