"""Telemetry: what is told of the calls while they go on, and who is told.

    the interceptor, of calls        the recommender, of stages and of what was listed
                     \\               /
                      Telemetry  ->  Measurements (what is counted), Tracer (what is followed)

Those who tell get it as an argument; without one it is SILENT, and costs nothing. Knows no gRPC, and
of answers the numbers only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from service.ranker.stopwatch import Stopwatch
from service.telemetry.call import CURRENT_CALL, Call
from service.telemetry.told import Listed, Read

if TYPE_CHECKING:
    from service.telemetry.measurements import Measurements
    from service.telemetry.tracing import Tracer


class Telemetry:
    """Passes on what it is told."""

    def __init__(
        self, measurements: Measurements | None = None, tracer: Tracer | None = None
    ) -> None:
        self._measurements, self._tracer = measurements, tracer

    def began(self, call: Call, metadata: Mapping[str, str | bytes]) -> None:
        """A call has come in; `metadata` may say what trace it is a part of."""
        if self._tracer is not None:
            self._tracer.began(call, metadata)

    def ended(
        self, call: Call, status: str, reason: str, seconds: float, recommendation_id: str = ""
    ) -> None:
        """It has ended. `status` is the name of a code, `reason` empty where all went well."""
        if self._measurements is not None:
            self._measurements.ended(call.method, status, reason, seconds, call.tenant)
        if self._tracer is not None and call.span is not None:
            self._tracer.ended(call.span, status, reason, recommendation_id, call.tenant)

    def stages(self, watch: Stopwatch) -> None:
        """The stages of the present call's work, once they are over."""
        if self._measurements is not None:
            self._measurements.stages(watch)
        if self._tracer is not None and (call := CURRENT_CALL.get()) and call.span is not None:
            self._tracer.stages(call.span, watch)

    def listed(self, told: Callable[[], Listed]) -> None:
        """A recommendation was made for the present call; `told` says which, if anybody asks."""
        if self._measurements is not None:
            self._measurements.listed(told())
        if self._tracer is not None and (call := CURRENT_CALL.get()) and call.span is not None:
            self._tracer.listed(call.span, told())

    def watch(self, name: str, read: Read) -> None:
        """From now on read what `name` stands at so."""
        if self._measurements is not None:
            self._measurements.watch(name, read)

    def unwatch(self, name: str) -> None:
        """`name` is about to close."""
        if self._measurements is not None:
            self._measurements.unwatch(name)

    def of_one_of_many(self) -> Telemetry:
        """What one of many catalogues is to tell: what is summed up over all of them."""
        return _OfOneOfMany(self._measurements, self._tracer)


class _OfOneOfMany(Telemetry):
    """What stands somewhere, and whether scores drift, is of one catalogue: it is not told."""

    def listed(self, told: Callable[[], Listed]) -> None:
        super().listed(lambda: replace(told(), best_score=None))

    def watch(self, name: str, read: Read) -> None: ...

    def unwatch(self, name: str) -> None: ...


SILENT = Telemetry()
