"""Stand: how far a log and the catalogue of its active store have come, to tell what has happened
since.

Owns when what was made from both may be taken up. Knows not what was made.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from indexer.log.event_log import EventLog
from service.ranker.data.arrays import IntArray

FEW = 0.01
"""Share of the items, and of the events, that may have changed."""
_ITEMS, _STATES, _EVENTS = "stand.items", "stand.states", "stand.events"


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """Of one moment."""

    items: IntArray
    """(n,) indices, ascending, of the items that the store has taken in."""
    states: NDArray[np.bytes_]
    """(n,) what changes whenever what the store has of an item does."""
    last_seq: int
    """The newest event."""
    n_events: int

    @classmethod
    def of(cls, log: EventLog, digest: str) -> Self | None:
        """As it is now: what is read after this is of this stand, or of a later one. None where
        nothing can be told by it: the log's marks are about another store than that of the `digest`,
        the store has yet to take in items, or events lie ahead of the clock, and will lie
        elsewhere."""
        if log.active_store() != digest or log.count_pending() or log.count_ahead():
            return None
        last_seq, n_events = log.last_seq(), log.count_events()
        rows = log.item_states()
        return cls(
            items=np.array([index for index, _ in rows], np.int64),
            states=np.array([state for _, state in rows], np.bytes_),
            last_seq=last_seq,
            n_events=n_events,
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """For a file; `of_arrays` reads it."""
        width = self.states.dtype.itemsize
        return {
            _ITEMS: self.items,
            _STATES: self.states.view(np.uint8).reshape(len(self.states), width),
            _EVENTS: np.array([self.last_seq, self.n_events]),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        states = arrays[_STATES]
        last_seq, n_events = arrays[_EVENTS].tolist()
        return cls(
            items=arrays[_ITEMS],
            states=states.reshape(-1).view(f"S{states.shape[1]}"),
            last_seq=last_seq,
            n_events=n_events,
        )


class LatestStand:
    """The stand that was read last. It holds for as long as nothing is written and the clock is not
    put back: a start asks for it for every part of what is kept."""

    def __init__(self) -> None:
        self._latest: tuple[int, float, Stand] | None = None

    def of(self, log: EventLog, digest: str) -> Stand | None:
        """As `Stand.of`, of a log and a store to which nobody else writes."""
        n_writes, now = log.n_writes, time.time()
        if self._latest is not None:
            written, read_at, stand = self._latest
            if written == n_writes and read_at <= now:
                return stand
        latest = Stand.of(log, digest)
        self._latest = None if latest is None else (n_writes, now, latest)
        return latest


@dataclass(frozen=True, slots=True, eq=False)
class Since:
    """What has happened between two stands."""

    put: IntArray
    """Items that have come or changed, ascending."""
    gone: IntArray
    came_or_went: bool
    """Whether there are other items, so that events may be on others."""
    n_events: int
    deleted_events: bool
    """Or the log is another one, such as an earlier state of it that was restored."""
    few_items: bool
    few_events: bool

    @classmethod
    def of(cls, before: Stand, now: Stand, log: EventLog) -> Self:
        there = np.isin(now.items, before.items, assume_unique=True)
        stayed = np.isin(before.items, now.items, assume_unique=True)
        same = np.zeros(len(now.items), bool)
        same[there] = before.states[stayed] == now.states[there]
        put, gone = now.items[~same], before.items[~stayed]
        n_events = log.count_events(before.last_seq)
        is_older = now.last_seq < before.last_seq
        return cls(
            put=put,
            gone=gone,
            came_or_went=not (there.all() and stayed.all()),
            n_events=n_events,
            deleted_events=is_older or now.n_events - n_events != before.n_events,
            few_items=len(put) + len(gone) <= FEW * len(now.items),
            few_events=n_events <= FEW * now.n_events,
        )
