"""Where an encoder's time goes: `load` (the model, once), `pre` (waiting for tokens or pixels),
`core` (for the network), `post` (making unit vectors).

As seen by the thread that called the encoder, so that the stages add up to the time it took. What
other threads prepare while the network runs costs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")
STAGES = ("load", "pre", "core", "post")


class Timing:
    """Seconds per stage of all calls so far. Threads add up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seconds = dict.fromkeys(STAGES, 0.0)

    def seconds(self) -> dict[str, float]:
        """Seconds so far, by stage."""
        with self._lock:
            return dict(self._seconds)

    def add(self, laps: Laps) -> None:
        """Add the seconds of one call; for several threads."""
        with self._lock:
            for stage, seconds in laps.seconds.items():
                self._seconds[stage] += seconds


class Laps:
    """One call. `lap` ends a stage."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self._last = perf_counter()

    def lap(self, stage: str) -> None:
        """Add what has passed since the last lap to this stage."""
        now = perf_counter()
        self.seconds[stage] += now - self._last
        self._last = now

    def taken(self, batches: Iterable[T]) -> Iterator[T]:
        """The same batches: waiting for each is `pre`, and what happens until the next is asked for
        is `core`."""
        for batch in batches:
            self.lap("pre")
            yield batch
            self.lap("core")
        self.lap("pre")
