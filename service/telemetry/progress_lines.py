"""Progress of long work as lines, where no terminal shows a bar: a line at the first step of a stage
and at its last, and one in between now and then.

Knows neither the work nor where the lines go.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

EVERY_S = 30.0
"""Between two lines of one stage."""


logger = logging.getLogger(__name__)


def log_progress(stage: str, done: int, total: int | None) -> None:
    """A step as a line of a server's log."""
    logger.info("progress", extra={"stage": stage, "done": done, "total": total})


class ProgressLines:
    """Called with every step; calls `write` for those that are to be a line."""

    def __init__(
        self,
        write: Callable[[str, int, int | None], object],
        every_s: float = EVERY_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`write` gets the stage, the steps of it that are done, and how many there are in all where
        that is known."""
        self._write, self._every_s, self._now = write, every_s, now
        self._stage = ""
        self._written = 0.0

    def step(self, stage: str, done: int, total: int | None) -> None:
        """What follows ": " in a stage is a remark on it, and begins no other stage."""
        if done == 0 and total:
            return  # nothing is done yet, and the next step says as much
        name, now = stage.partition(": ")[0], self._now()
        is_end = total is not None and total > 0 and done >= total
        if name == self._stage and not is_end and now - self._written < self._every_s:
            return
        self._stage, self._written = name, now
        self._write(stage, done, total)
