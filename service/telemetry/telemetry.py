"""Telemetry: what is told of the calls while they go on, and who is told.

    the interceptor, of calls        the recommender, of stages and of what was listed
                     \\               /
                      Telemetry  ->  Measurements (what is counted), a tracer (what is followed)

Those who tell get it as an argument; without one it is SILENT, and costs nothing. Knows no gRPC, and
of answers the numbers only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.ranker.stopwatch import Stopwatch
from service.telemetry.told import Listed, Read

if TYPE_CHECKING:
    from service.telemetry.measurements import Measurements


class Telemetry:
    """Passes on what it is told."""

    def __init__(self, measurements: Measurements | None = None) -> None:
        self._measurements = measurements

    def ended(self, method: str, status: str, reason: str, seconds: float) -> None:
        """A call has ended. `method` as gRPC has it, `status` the name of a code, `reason` empty
        where all went well."""
        if self._measurements is not None:
            self._measurements.ended(method, status, reason, seconds)

    def stages(self, watch: Stopwatch) -> None:
        """The stages of a call's work, once they are over."""
        if self._measurements is not None:
            self._measurements.stages(watch)

    def listed(self, listed: Listed) -> None:
        """A recommendation was made."""
        if self._measurements is not None:
            self._measurements.listed(listed)

    def watch(self, name: str, read: Read) -> None:
        """From now on read what `name` stands at so."""
        if self._measurements is not None:
            self._measurements.watch(name, read)

    def unwatch(self, name: str) -> None:
        """`name` is about to close."""
        if self._measurements is not None:
            self._measurements.unwatch(name)


SILENT = Telemetry()
