"""Calls through the real server, and what is counted of them."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import grpc
import pytest

from palate.v1 import explain_pb2, explain_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.errors import ItemNotFound
from service.operations.switching import Switching
from service.telemetry.measurements import Measurements
from service.telemetry.telemetry import Telemetry
from tests.service import world
from tests.service.standin import Running, StandIn, running

RECOMMEND = "palate.v1.RecommendService/Recommend"
COUNT = "rpc_server_call_duration_seconds_count"


@pytest.fixture
def measured() -> Measurements:
    return Measurements()


def _calls(measured: Measurements, method: str, status: str) -> float | None:
    labels = {
        "rpc_system_name": "grpc",
        "rpc_method": method,
        "rpc_response_status_code": status,
    }
    value: float | None = measured.registry.get_sample_value(COUNT, labels)
    return value


def _value(measured: Measurements, name: str, **labels: str) -> float:
    return float(measured.registry.get_sample_value(name, labels) or 0.0)


def _recommend(server: Running, **fields: object) -> grpc.aio.UnaryUnaryCall:
    stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
    return stub.Recommend(recommend_pb2.RecommendRequest(**fields))


async def test_a_call_is_one_observation(measured: Measurements) -> None:
    async with running(telemetry=Telemetry(measured)) as server:
        await _recommend(server)
        assert _value(measured, "palate_serving") == 1
        assert _value(measured, "palate_queue_capacity", queue="answering") == 66
    assert _calls(measured, RECOMMEND, "OK") == 1
    assert _value(measured, "palate_serving") == 0


async def test_an_error_is_one_observation_and_one_error_of_its_reason(
    measured: Measurements,
) -> None:
    async with running(StandIn(error=ItemNotFound("f9")), telemetry=Telemetry(measured)) as server:
        with pytest.raises(grpc.aio.AioRpcError):
            await _recommend(server)
    assert _calls(measured, RECOMMEND, "NOT_FOUND") == 1
    assert _calls(measured, RECOMMEND, "OK") is None
    error = {"rpc_method": RECOMMEND, "reason": "ITEM_NOT_FOUND"}
    assert _value(measured, "palate_errors_total", **error) == 1


async def test_a_call_that_is_left_is_one_observation_of_a_cancelled_one(
    measured: Measurements,
) -> None:
    backend = StandIn(gate=threading.Event())
    async with running(backend, telemetry=Telemetry(measured)) as server:
        call = _recommend(server)
        assert await asyncio.to_thread(backend.entered.acquire, timeout=20)
        assert _value(measured, "palate_calls_in_flight") == 1
        assert _value(measured, "palate_queue_pending", queue="answering") == 1
        call.cancel()
        async with asyncio.timeout(20):
            while _value(measured, "palate_calls_in_flight"):  # noqa: ASYNC110
                await asyncio.sleep(0)  # lets the server see it
    assert _calls(measured, RECOMMEND, "CANCELLED") == 1
    assert _value(measured, "palate_calls_in_flight") == 0


async def test_calls_that_are_shed_are_counted_by_queue(measured: Measurements) -> None:
    backend = StandIn(gate=threading.Event())
    full = {"workers": 1, "max_waiting": 0}
    async with running(backend, telemetry=Telemetry(measured), **full) as server:
        first = _recommend(server)
        assert await asyncio.to_thread(backend.entered.acquire, timeout=20)
        with pytest.raises(grpc.aio.AioRpcError):
            await _recommend(server)
        assert backend.gate is not None
        backend.gate.set()
        await first
    assert _value(measured, "palate_queue_shed_total", queue="answering") == 1
    assert _value(measured, "palate_queue_shed_total", queue="indexing") == 0


async def test_stages_sources_and_answers_of_the_real_thing_are_counted(
    measured: Measurements, tmp_path: Path
) -> None:
    telemetry = Telemetry(measured)
    backend = Switching(world.filled(tmp_path, telemetry=telemetry))
    async with running(backend, telemetry=telemetry) as server:
        answer = await _recommend(server, user_id="u1", k=5)
        explain = explain_pb2.ExplainRequest(
            item_id=answer.results[0].item.item_id, recommendation_id=answer.recommendation_id
        )
        await explain_pb2_grpc.ExplainServiceStub(server.channel).Explain(explain)
        assert _value(measured, "palate_items") == 40
    stages = ("person", "encode", "retrieve", "rank", "answer", "look_up", "evidence", "write")
    for stage in stages:
        assert _value(measured, "palate_stage_duration_seconds_count", stage=stage) == 1
    assert _value(measured, "palate_answers_total") == 1
    assert _value(measured, "palate_degraded_answers_total") == 1  # no model is trained
    served = [source for result in answer.results for source in result.sources]
    assert served
    for source in set(served):
        count = _value(measured, "palate_source_served_total", source=source)
        assert count == served.count(source)
        assert _value(measured, "palate_source_proposed_total", source=source) >= count
        assert _value(measured, "palate_source_duration_seconds_count", source=source) == 1
    assert measured.registry.get_sample_value("palate_items") is None  # it is closed
