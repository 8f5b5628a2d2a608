"""Time of each stage of a call, and of the parts of a stage."""

from __future__ import annotations

import time
from typing import NamedTuple


class Lap(NamedTuple):
    """What passed under one name, on the clock of `time.perf_counter`."""

    name: str
    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


class Stopwatch:
    """`lap` ends a stage; a stage named twice adds up. `part` ends a part of the stage under way."""

    def __init__(self) -> None:
        self._lap_from = self._part_from = time.perf_counter()
        self.laps: list[Lap] = []
        """Of stages, in the order they ended."""
        self.parts: list[Lap] = []
        """Of parts of stages; there is not one for everything that a stage does."""

    def lap(self, stage: str) -> None:
        """Add what has passed since the last lap to this stage."""
        now = time.perf_counter()
        self.laps.append(Lap(stage, self._lap_from, now))
        self._lap_from = self._part_from = now

    def part(self, name: str) -> None:
        """What has passed since the last part, or since the stage began, was this part of it."""
        now = time.perf_counter()
        self.parts.append(Lap(name, self._part_from, now))
        self._part_from = now

    def laps_ms(self) -> dict[str, float]:
        """Milliseconds per stage, in the order they came."""
        seconds: dict[str, float] = {}
        for lap in self.laps:
            seconds[lap.name] = seconds.get(lap.name, 0.0) + lap.seconds
        return {stage: round(of_stage * 1000, 3) for stage, of_stage in seconds.items()}
