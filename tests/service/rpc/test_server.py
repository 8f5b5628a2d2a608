"""The server listens, loads, serves and stops without losing a call; what nobody waits for is not
started."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from palate.v1 import (
    catalog_pb2,
    explain_pb2,
    explain_pb2_grpc,
    index_pb2,
    index_pb2_grpc,
    model_pb2,
    model_pb2_grpc,
    recommend_pb2,
    recommend_pb2_grpc,
)
from service.api.messages import ModelInfo, TrainProgress
from service.config import ServerSettings, Settings
from service.errors import AddressUnavailable, StoreLocked
from service.rpc.server import SERVICE_NAMES, serve
from tests.service.standin import ANSWER, Running, StandIn, running

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def _recommend(server: Running, timeout: float | None = None) -> grpc.aio.UnaryUnaryCall:
    request = recommend_pb2.RecommendRequest()
    return recommend_pb2_grpc.RecommendServiceStub(server.channel).Recommend(
        request, timeout=timeout
    )


async def _entered(backend: StandIn) -> None:
    assert await asyncio.to_thread(backend.entered.acquire, timeout=20)


async def test_health_is_told_while_loading_serving_and_stopping() -> None:
    may_load = threading.Event()
    backend = StandIn()

    def load(_: Settings) -> StandIn:
        may_load.wait()
        return backend

    async with running(backend, factory=load) as server:
        health = health_pb2_grpc.HealthStub(server.channel)
        watch = health.Watch(health_pb2.HealthCheckRequest(service="palate.v1.RecommendService"))
        try:
            assert (await watch.read()).status == NOT_SERVING
            assert (await health.Check(health_pb2.HealthCheckRequest())).status == NOT_SERVING
            with pytest.raises(grpc.aio.AioRpcError, match="the server is loading") as caught:
                await _recommend(server)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        finally:
            may_load.set()
        assert (await watch.read()).status == SERVING
        for name in ("", *SERVICE_NAMES):
            assert (
                await health.Check(health_pb2.HealthCheckRequest(service=name))
            ).status == SERVING
        await _recommend(server)
        server.stop.set()
        assert (await watch.read()).status == NOT_SERVING
        await server.done  # although the watch was never ended by the caller
    assert backend.closed


async def test_reflection_lists_every_service_and_knows_their_fields() -> None:
    async def ask() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        yield reflection_pb2.ServerReflectionRequest(
            file_containing_symbol="palate.v1.RecommendRequest"
        )

    async with running() as server:
        stub = reflection_pb2_grpc.ServerReflectionStub(server.channel)
        listed, found = [response async for response in stub.ServerReflectionInfo(ask())]
    names = {service.name for service in listed.list_services_response.service}
    assert names == {
        *SERVICE_NAMES,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    assert {
        f"palate.v1.{name}Service" for name in ("Index", "Recommend", "Explain", "Model", "User")
    } == set(SERVICE_NAMES)
    assert any(
        b"history_item_ids" in file for file in found.file_descriptor_response.file_descriptor_proto
    )


async def test_a_call_whose_deadline_passes_while_it_waits_is_not_started() -> None:
    async with running(StandIn(gate=threading.Event()), workers=1) as server:
        first = _recommend(server)
        await _entered(server.backend)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await _recommend(server, timeout=0.05)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert server.backend.gate is not None
        server.backend.gate.set()
        await first
        await _recommend(server)
        assert len(server.backend.asked) == 2


async def test_more_calls_than_may_wait_are_refused_at_once() -> None:
    async with running(StandIn(gate=threading.Event()), workers=2, max_waiting=0) as server:
        calls = [_recommend(server), _recommend(server)]
        for _ in calls:
            await _entered(server.backend)
        with pytest.raises(grpc.aio.AioRpcError, match="try again later") as caught:
            await _recommend(server)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert server.backend.gate is not None
        server.backend.gate.set()
        assert [(await call).recommendation_id for call in calls] == ["rec-1", "rec-1"]
        await _recommend(server)


async def test_health_is_told_however_many_calls_wait() -> None:
    async with running(StandIn(gate=threading.Event()), workers=1, max_waiting=0) as server:
        held = _recommend(server)
        await _entered(server.backend)
        with pytest.raises(grpc.aio.AioRpcError, match="try again later"):
            await _recommend(server)
        health = health_pb2_grpc.HealthStub(server.channel)
        assert (await health.Check(health_pb2.HealthCheckRequest())).status == SERVING
        assert server.backend.gate is not None
        server.backend.gate.set()
        await held


async def test_calls_that_wait_when_the_server_is_stopped_are_answered() -> None:
    async with running(StandIn(gate=threading.Event()), workers=1) as server:
        calls = [_recommend(server) for _ in range(5)]
        await _entered(server.backend)
        health = health_pb2_grpc.HealthStub(server.channel)
        await health.Check(health_pb2.HealthCheckRequest())  # the calls came before it
        server.stop.set()
        assert server.backend.gate is not None
        server.backend.gate.set()
        assert [(await call).recommendation_id for call in calls] == ["rec-1"] * 5
        await server.done


async def test_calls_are_taken_while_load_balancers_notice_that_it_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noticed = asyncio.Event()
    delays: list[float] = []

    async def notice(delay_s: float) -> None:
        delays.append(delay_s)
        await noticed.wait()

    monkeypatch.setattr("service.rpc.server._noticed", notice)
    async with running(shutdown_delay_s=60.0) as server:
        watch = health_pb2_grpc.HealthStub(server.channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == SERVING
        server.stop.set()
        assert (await watch.read()).status == NOT_SERVING
        assert (await _recommend(server)).recommendation_id == "rec-1"
        noticed.set()
        await server.done
    assert delays == [60.0]


async def test_indexing_and_training_do_not_hold_up_answers() -> None:
    busy = StandIn(gate=threading.Event(), gated=frozenset({"index_items", "train"}))
    async with running(busy, workers=1) as server:
        request = index_pb2.IndexItemsRequest(items=[catalog_pb2.Item(item_id="a")])
        index = index_pb2_grpc.IndexServiceStub(server.channel).IndexItems(request)
        train = model_pb2_grpc.ModelServiceStub(server.channel).TrainModel(
            model_pb2.TrainModelRequest()
        )
        await _entered(server.backend)
        await _entered(server.backend)
        assert (await _recommend(server)).recommendation_id == "rec-1"
        with pytest.raises(grpc.aio.AioRpcError, match="under way already") as caught:
            await (
                model_pb2_grpc.ModelServiceStub(server.channel)
                .TrainModel(model_pb2.TrainModelRequest())
                .read()
            )
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        with pytest.raises(grpc.aio.AioRpcError, match="under way already"):
            await (
                model_pb2_grpc.ModelServiceStub(server.channel)
                .ChangeEncoders(model_pb2.ChangeEncodersRequest(text="fake"))
                .read()
            )
        assert server.backend.gate is not None
        server.backend.gate.set()
        await index
        updates = [await train.read() for _ in range(3)]
        assert updates[-1].model.version == "m1"


async def test_a_slow_writer_does_not_hold_up_recommendations() -> None:
    async with running(
        StandIn(gate=threading.Event(), gated=frozenset({"explain"})), workers=1
    ) as server:
        stub = explain_pb2_grpc.ExplainServiceStub(server.channel)
        explaining = [
            stub.Explain(explain_pb2.ExplainRequest(item_id="f1", user_id="u")) for _ in range(5)
        ]
        await _entered(server.backend)
        assert (await _recommend(server)).recommendation_id == "rec-1"
        assert server.backend.gate is not None
        server.backend.gate.set()
        assert [(await call).writer for call in explaining] == ["template"] * 5


class Endless(StandIn):
    """Trains until it is told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()

    def train(
        self,
        progress: Callable[[TrainProgress], None],
        *,
        seed: int,
        force: bool,
        incremental: bool,
    ) -> ModelInfo:
        try:
            while True:
                progress(TrainProgress("fit", len(self.asked)))
        finally:
            self.ended.set()


async def test_leaving_a_training_ends_it() -> None:
    backend = Endless()
    async with running(backend) as server:
        call = model_pb2_grpc.ModelServiceStub(server.channel).TrainModel(
            model_pb2.TrainModelRequest()
        )
        assert (await call.read()).progress.stage == "fit"
        call.cancel()
        assert await asyncio.to_thread(backend.ended.wait, 20)


async def _read_to_the_end(call: grpc.aio.UnaryStreamCall) -> None:
    while await call.read():
        pass


async def test_stopping_the_server_ends_a_training_and_says_so() -> None:
    backend = Endless()
    async with running(backend) as server:
        call = model_pb2_grpc.ModelServiceStub(server.channel).TrainModel(
            model_pb2.TrainModelRequest()
        )
        assert (await call.read()).progress.stage == "fit"
        server.stop.set()
        with pytest.raises(grpc.aio.AioRpcError, match="stopping this work") as caught:
            await _read_to_the_end(call)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        await server.done
    assert backend.ended.is_set()
    assert backend.closed


async def test_a_call_in_flight_is_answered_before_the_server_stops() -> None:
    async with running(StandIn(gate=threading.Event())) as server:
        health = health_pb2_grpc.HealthStub(server.channel).Watch(health_pb2.HealthCheckRequest())
        assert (await health.read()).status == SERVING
        call = _recommend(server)
        await _entered(server.backend)
        server.stop.set()
        assert (await health.read()).status == NOT_SERVING
        assert not server.done.done()
        assert not server.backend.closed
        assert server.backend.gate is not None
        server.backend.gate.set()
        assert (await call).recommendation_id == ANSWER.recommendation_id
        await server.done
        assert server.backend.closed


async def test_a_call_that_outlasts_the_grace_period_is_cut_but_its_work_is_finished_before_closing() -> (
    None
):
    finished: list[bool] = []

    class Slow(StandIn):
        def _take(self, *asked: object) -> None:
            super()._take(*asked)
            finished.append(self.closed)

    async with running(Slow(gate=threading.Event()), shutdown_grace_s=0.05) as server:
        call = _recommend(server)
        await _entered(server.backend)
        server.stop.set()
        with pytest.raises((grpc.aio.AioRpcError, asyncio.CancelledError)):
            await call
        assert server.backend.gate is not None
        server.backend.gate.set()
        await server.done
    assert finished == [False]
    assert server.backend.closed


async def test_a_port_in_use_is_said_once_before_anything_is_loaded(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def load(_: Settings) -> StandIn:
        raise AssertionError("must not be loaded")

    async with running() as server:
        settings = Settings(server=ServerSettings(address=server.address))
        with pytest.raises(
            AddressUnavailable, match=f"cannot listen on {server.address}: address already in use"
        ):
            await serve(settings, load, stop=asyncio.Event())
        assert capfd.readouterr().err == ""  # gRPC, left alone, writes its own account of it


async def test_an_address_that_is_not_of_this_machine_is_said() -> None:
    settings = Settings(
        server=ServerSettings(address="192.0.2.1:1", insecure=True)  # TEST-NET-1, RFC 5737
    )
    with pytest.raises(AddressUnavailable, match="cannot assign requested address"):
        await serve(settings, lambda _: StandIn(), stop=asyncio.Event())


async def test_what_cannot_be_loaded_stops_the_server_and_frees_the_port() -> None:
    heard: list[str] = []

    def load(_: Settings) -> StandIn:
        raise StoreLocked("/data", 42)

    settings = Settings(server=ServerSettings(address="127.0.0.1:0"))
    with pytest.raises(StoreLocked, match="process 42"):
        await serve(settings, load, stop=asyncio.Event(), on_listening=heard.append)
    host, _, port = heard[0].rpartition(":")
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind((host, int(port)))


_SERVED = """
import asyncio, sys
from service.config import ServerSettings, Settings
from service.rpc.server import serve
from tests.service.standin import StandIn

class Waiting(StandIn):
    def _take(self, *asked):
        print("entered", flush=True)
        sys.stdin.readline()

    def close(self):
        print("closed", flush=True)

def say(word):
    print(word, flush=True)

settings = Settings(server=ServerSettings(address="127.0.0.1:0"))
asyncio.run(serve(settings, lambda _: Waiting(), on_listening=say, on_loaded=lambda loaded: say(loaded["model"])))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_call_in_flight_end_and_the_process_exit_with_0(
    number: signal.Signals,
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVED],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert process.stdout.readline() == "m1\n"
            with grpc.insecure_channel(address) as channel:
                watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
                assert next(watch).status == SERVING
                call = recommend_pb2_grpc.RecommendServiceStub(channel).Recommend.future(
                    recommend_pb2.RecommendRequest()
                )
                assert process.stdout.readline() == "entered\n"
                process.send_signal(number)
                assert next(watch).status == NOT_SERVING
                process.stdin.write("go on\n")
                process.stdin.flush()
                assert call.result(timeout=20).recommendation_id == "rec-1"
                assert process.stdout.readline() == "closed\n"
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
