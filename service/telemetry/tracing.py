"""Traces: a span for each sampled call, and below it one for each stage and each source, by
OpenTelemetry (the extra `telemetry`).

Spans of stages are made of the stopwatch's laps when the work is over, so that a call that is not
sampled costs one decision, and nobody who works knows of spans. What a caller sends as W3C context
(`traceparent`) is the parent, and its decision holds. Attributes are numbers, codes and ids that we
gave.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from random import random

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import (
    Span,
    SpanKind,
    StatusCode,
    format_trace_id,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.ranker.stopwatch import Lap, Stopwatch
from service.telemetry.call import Call
from service.telemetry.told import Listed

PARENT = "traceparent"
OUR_FAULT = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)
"""Codes that make a server's span an error, by the semantic conventions for gRPC."""

_W3C = TraceContextTextMapPropagator()


class Tracer:
    """Spans of calls, for several threads. Close it, so that the last ones are sent."""

    def __init__(self, processor: SpanProcessor, ratio: float) -> None:
        """`ratio` of the calls that come without a context are traced. They are drawn here, as asking
        the SDK about each costs more than all else that is measured of a call."""
        self._ratio = ratio
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "palate"}),
            sampler=ParentBased(ALWAYS_ON),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("palate")

    def began(self, call: Call, metadata: Mapping[str, str | bytes]) -> None:
        """Begin the span of a call, if it is sampled."""
        context = self._context(metadata)
        if context is None:
            return
        name = call.method.removeprefix("/")
        span = self._tracer.start_span(name, context, SpanKind.SERVER)
        if span.is_recording():
            call.span = span
            call.trace_id = format_trace_id(span.get_span_context().trace_id)
            span.set_attribute("rpc.system.name", "grpc")
            span.set_attribute("rpc.method", name)
            span.set_attribute("palate.request_id", call.request_id)

    def ended(
        self, span: Span, status: str, reason: str, recommendation_id: str, tenant: str = ""
    ) -> None:
        """End the span of a call."""
        span.set_attribute("rpc.response.status_code", status)
        if tenant:
            span.set_attribute("palate.tenant", tenant)
        if recommendation_id:
            span.set_attribute("palate.recommendation_id", recommendation_id)
        if reason:
            span.set_attribute("error.type", reason)
        if status in OUR_FAULT:
            span.set_status(StatusCode.ERROR)
        span.end()

    def stages(self, span: Span, watch: Stopwatch) -> None:
        """Spans of the stages of a call, and of the parts of each below it."""
        now_ns = time.time_ns() - time.perf_counter_ns()
        for lap in watch.laps:
            stage = self._past(span, lap.name, lap, now_ns)
            for part in _within(lap, watch.parts):
                self._past(stage, f"{lap.name} {part.name}", part, now_ns)

    def listed(self, span: Span, listed: Listed) -> None:
        """What of a recommendation the span of its call tells."""
        span.set_attribute("palate.model_version", listed.model_version)
        span.set_attribute("palate.degraded", listed.degraded)
        span.set_attribute("palate.failed_sources", list(listed.failed))

    def close(self) -> None:
        """Send what has not been sent."""
        self._provider.shutdown()

    def _context(self, metadata: Mapping[str, str | bytes]) -> Context | None:
        """What the span of a call belongs to; None where it is not drawn."""
        if PARENT in metadata:
            context = _W3C.extract({PARENT: str(metadata[PARENT])}, Context())
            if get_current_span(context).get_span_context().is_valid:
                return context
        return Context() if random() < self._ratio else None

    def _past(self, parent: Span, name: str, lap: Lap, now_ns: int) -> Span:
        """A span that is over; `now_ns` is what the clock of the laps lacks to be the time."""
        context = set_span_in_context(parent, Context())
        begin, end = (now_ns + int(seconds * 1e9) for seconds in (lap.start_s, lap.end_s))
        span = self._tracer.start_span(name, context, start_time=begin)
        span.end(end)
        return span


def _within(lap: Lap, parts: Sequence[Lap]) -> Sequence[Lap]:
    return [part for part in parts if lap.start_s <= part.start_s and part.end_s <= lap.end_s]
