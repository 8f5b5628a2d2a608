"""Calls through the real server, and the traces of them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from palate.v1 import explain_pb2, explain_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.operations.switching import Switching
from service.telemetry.log_lines import logging_to
from service.telemetry.telemetry import Telemetry
from service.telemetry.tracing import Tracer
from tests.service import world
from tests.service.standin import running

TRACE = "0af7651916cd43dd8448eb211c80319c"
CONTEXT = (("traceparent", f"00-{TRACE}-b7ad6b7169203331-01"),)


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


async def test_a_call_is_followed_through_the_thread_that_works_for_it(
    kept: InMemorySpanExporter, tmp_path: Path
) -> None:
    telemetry = Telemetry(tracer=Tracer(SimpleSpanProcessor(kept), 0.0))
    backend = Switching(world.filled(tmp_path, telemetry=telemetry))
    log = io.StringIO()
    with logging_to(log, "json", "info"):
        async with running(backend, telemetry=telemetry) as server:
            recommend = recommend_pb2_grpc.RecommendServiceStub(server.channel).Recommend
            request = recommend_pb2.RecommendRequest(user_id="secret-user", taste="secret words")
            answer = await recommend(request, metadata=CONTEXT)
            await recommend(request)  # without a context none of the calls is traced
            explain = explain_pb2_grpc.ExplainServiceStub(server.channel).Explain
            asked = explain_pb2.ExplainRequest(
                item_id=answer.results[0].item.item_id, recommendation_id=answer.recommendation_id
            )
            await explain(asked, metadata=CONTEXT)
    spans = kept.get_finished_spans()
    names = [span.name for span in spans]
    assert len(names) == len(set(names))
    assert {
        "palate.v1.RecommendService/Recommend", "person", "encode", "retrieve", "retrieve popular",
        "retrieve content_text", "rank", "answer",
        "palate.v1.ExplainService/Explain", "look_up", "evidence", "write",
    } <= set(names)  # fmt: skip
    assert {f"{span.context.trace_id:032x}" for span in spans if span.context} == {TRACE}
    root = next(span for span in spans if span.name.endswith("/Recommend"))
    assert root.attributes is not None
    assert root.attributes["palate.recommendation_id"] == answer.recommendation_id
    assert "secret" not in "".join(span.to_json() for span in spans)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    traced = [line.get("trace_id") for line in lines if line["message"] == "call answered"]
    assert traced == [TRACE, None, TRACE]
