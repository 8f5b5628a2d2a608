"""Time of each stage of a call."""

from __future__ import annotations

import time


class Stopwatch:
    """`lap` ends a stage; a stage named twice adds up."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Add what has passed since the last lap to this stage."""
        now = time.perf_counter()
        self._laps[stage] = self._laps.get(stage, 0.0) + now - self._last
        self._last = now

    def laps_ms(self) -> dict[str, float]:
        """Milliseconds per stage, in the order they came."""
        return {stage: round(seconds * 1000, 3) for stage, seconds in self._laps.items()}
