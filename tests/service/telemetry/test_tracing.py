"""A sampled call is a tree of spans; one that is not is nothing; a caller's context is the parent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.ranker.stopwatch import Lap, Stopwatch
from service.telemetry.call import CURRENT_CALL, Call
from service.telemetry.telemetry import Telemetry
from service.telemetry.told import Listed
from service.telemetry.tracing import Tracer

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def _tracer(kept: InMemorySpanExporter, ratio: float) -> Tracer:
    return Tracer(SimpleSpanProcessor(kept), ratio)


@pytest.fixture
def call() -> Iterator[Call]:
    call = Call("/palate.v1.RecommendService/Recommend", "ipv4:127.0.0.1:4242", "r-1")
    token = CURRENT_CALL.set(call)
    yield call
    CURRENT_CALL.reset(token)


def _parent_of(span: ReadableSpan) -> int:
    return span.parent.span_id if span.parent is not None else 0


def _id_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id


def test_a_call_has_a_span_with_one_for_each_stage_and_source_below(
    kept: InMemorySpanExporter, call: Call
) -> None:
    telemetry = Telemetry(tracer=_tracer(kept, 1.0))
    telemetry.began(call, {})
    watch = Stopwatch()
    watch.laps += [Lap("encode", 1.0, 1.5), Lap("retrieve", 1.5, 2.5), Lap("rank", 2.5, 2.75)]
    watch.parts += [Lap("popular", 1.5, 1.75), Lap("sequence", 1.75, 2.25)]
    telemetry.stages(watch)
    telemetry.listed(lambda: Listed("m1", {"popular": 3}, {"popular": 1}, ["maker"], True, 0.5))
    telemetry.ended(call, "OK", "", 0.1, "rec-1")
    spans = {span.name: span for span in kept.get_finished_spans()}
    root = spans["palate.v1.RecommendService/Recommend"]
    assert root.attributes == {
        "rpc.system.name": "grpc",
        "rpc.method": "palate.v1.RecommendService/Recommend",
        "rpc.response.status_code": "OK",
        "palate.request_id": "r-1",
        "palate.recommendation_id": "rec-1",
        "palate.model_version": "m1",
        "palate.degraded": True,
        "palate.failed_sources": ("maker",),
    }
    for stage in ("encode", "retrieve", "rank"):
        assert _parent_of(spans[stage]) == _id_of(root)
    for source in ("retrieve popular", "retrieve sequence"):
        assert _parent_of(spans[source]) == _id_of(spans["retrieve"])
    lasted = {
        name: ((span.end_time or 0) - (span.start_time or 0)) / 1e9 for name, span in spans.items()
    }
    assert lasted["retrieve sequence"] == pytest.approx(0.5, abs=1e-6)
    assert lasted["rank"] == pytest.approx(0.25, abs=1e-6)
    assert (spans["rank"].start_time or 0) - (spans["encode"].start_time or 0) == pytest.approx(
        1.5e9
    )


def test_a_call_that_is_not_sampled_leaves_nothing(kept: InMemorySpanExporter, call: Call) -> None:
    telemetry = Telemetry(tracer=_tracer(kept, 0.0))
    telemetry.began(call, {})
    watch = Stopwatch()
    watch.lap("rank")
    telemetry.stages(watch)
    telemetry.ended(call, "OK", "", 0.1)
    assert (kept.get_finished_spans(), call.trace_id) == ((), "")


@pytest.mark.parametrize(("flag", "ratio", "n_spans"), [("01", 0.0, 1), ("00", 1.0, 0)])
def test_the_context_of_the_caller_decides_and_is_the_parent(
    kept: InMemorySpanExporter, call: Call, flag: str, ratio: float, n_spans: int
) -> None:
    telemetry = Telemetry(tracer=_tracer(kept, ratio))
    telemetry.began(call, {"traceparent": f"00-{TRACE}-{PARENT}-{flag}"})
    telemetry.ended(call, "OK", "", 0.1)
    spans = kept.get_finished_spans()
    assert len(spans) == n_spans
    if spans:
        assert call.trace_id == TRACE
        assert _parent_of(spans[0]) == int(PARENT, 16)


def test_a_context_that_is_none_is_left_alone(kept: InMemorySpanExporter, call: Call) -> None:
    telemetry = Telemetry(tracer=_tracer(kept, 1.0))
    telemetry.began(call, {"traceparent": "nonsense"})
    telemetry.ended(call, "OK", "", 0.1)
    assert kept.get_finished_spans()[0].parent is None


@pytest.mark.parametrize(
    ("status", "is_error"), [("INTERNAL", True), ("UNAVAILABLE", True), ("NOT_FOUND", False)]
)
def test_what_is_our_fault_is_an_error_and_every_refusal_has_its_reason(
    kept: InMemorySpanExporter, call: Call, status: str, is_error: bool
) -> None:
    telemetry = Telemetry(tracer=_tracer(kept, 1.0))
    telemetry.began(call, {})
    telemetry.ended(call, status, "WHY", 0.1)
    (span,) = kept.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["error.type"] == "WHY"
    assert (not span.status.is_ok and not span.status.is_unset) == is_error


def test_what_was_not_sent_is_sent_when_it_is_closed(kept: InMemorySpanExporter) -> None:
    tracer = _tracer(kept, 1.0)
    tracer.close()
    assert kept._stopped
