"""Nobody: a log without people, for what is counted of everybody where people are private. Knows
nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from indexer.catalog.rating_habits import RatingCounts
from indexer.log.event_log import EventBatch


class Everybody(Protocol):
    """What is counted of people together while it serves: by `Liking`, `Crowds` and `Tastes`."""

    def last_seq(self) -> int:
        """Of the newest event."""

    def read_events(self, after_seq: int = 0, batch: int = 50_000) -> Iterator[EventBatch]:
        """All events after it."""

    def count_ratings(self, event_type: str) -> RatingCounts:
        """How people rate."""

    def users_count(self) -> int:
        """How many people there are."""


class Nobody:
    """Where `privacy.epsilon` is set: what a release does not tell is not counted."""

    def last_seq(self) -> int:
        return 0

    def read_events(self, after_seq: int = 0, batch: int = 50_000) -> Iterator[EventBatch]:
        return iter(())

    def count_ratings(self, event_type: str) -> RatingCounts:
        return RatingCounts()

    def users_count(self) -> int:
        return 0
