"""Server-sent events as they are on the wire."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from palate.v1 import model_pb2
from service.rpc.http import events
from service.rpc.http.caller import Caller
from service.rpc.http.events import EventStream
from service.rpc.in_process import InProcessCall, status_of
from service.rpc.interceptor import Aborted

CALL = "/palate.v1.ModelService/TrainModel"
STEP = model_pb2.TrainModelResponse(
    progress=model_pb2.TrainProgress(stage="fit", message="a\nb")
).SerializeToString()


async def _nobody() -> Any:
    await asyncio.Event().wait()


async def _sent(behaviour: Any) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    call = InProcessCall(CALL, (), "p")
    handler = grpc.stream_stream_rpc_method_handler(behaviour)
    async with Caller(_nobody, call, asyncio.Event()) as caller:
        await EventStream(handler, model_pb2.TrainModelResponse, call, caller).send(send)
    return sent


async def test_a_message_is_an_event_of_one_line() -> None:
    async def train(_: Any, __: Any) -> Any:
        yield STEP

    start, first, last = await _sent(train)
    assert start["status"] == 200
    assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
    assert first["body"] == b'data: {"progress":{"stage":"fit","message":"a\\nb"}}\n\n'
    assert (last["body"], last["more_body"]) == (b"", False)


async def test_a_comment_goes_out_while_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_S", 0.001)

    async def train(_: Any, __: Any) -> Any:
        await asyncio.sleep(0.01)
        yield STEP

    bodies = [message["body"] for message in (await _sent(train))[1:]]
    assert bodies[0] == b": still there\n\n"
    assert bodies[-2].startswith(b"data: ")


async def test_an_error_is_the_last_event_where_there_was_one_and_else_comes_out() -> None:
    error = Aborted(status_of(grpc.StatusCode.UNAVAILABLE, "NOT_SERVING", "stopping"))

    async def breaks(_: Any, __: Any) -> Any:
        yield STEP
        raise error

    async def broken(_: Any, __: Any) -> Any:
        raise error
        yield STEP

    assert (await _sent(breaks))[-2]["body"].startswith(
        b'event: error\ndata: {"type":"about:blank"'
    )
    with pytest.raises(Aborted, match="stopping"):
        await _sent(broken)
