"""A streamed answer begins with its first part, whatever writes it, and ends once."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from palate.v1 import model_pb2
from service.rpc.http.caller import Caller
from service.rpc.http.envelopes import EnvelopeStream
from service.rpc.http.events import EventStream
from service.rpc.http.streams import MessageStream
from service.rpc.in_process import InProcessCall, status_of
from service.rpc.interceptor import Aborted

STREAMS = [EventStream, EnvelopeStream]
STEP = model_pb2.TrainModelResponse(progress=model_pb2.TrainProgress(stage="fit"))


async def _nobody() -> Any:
    await asyncio.Event().wait()


async def _sent(kind: type[MessageStream], behaviour: Any) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    call = InProcessCall("/palate.v1.ModelService/TrainModel", (), "p")
    handler = grpc.stream_stream_rpc_method_handler(behaviour)
    async with Caller(_nobody, call, asyncio.Event()) as caller:
        await kind(handler, model_pb2.TrainModelResponse, call, caller).send(send)
    return sent


@pytest.mark.parametrize("kind", STREAMS)
async def test_it_begins_once_with_its_headers_and_ends_once(kind: type[MessageStream]) -> None:
    async def train(_: Any, __: Any) -> Any:
        yield STEP.SerializeToString()
        yield STEP.SerializeToString()

    start, *bodies = await _sent(kind, train)
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert [name for name, _ in start["headers"]].count(b"x-request-id") == 1
    assert [body["more_body"] for body in bodies] == [True] * (len(bodies) - 1) + [False]
    assert [b'{"progress":{"stage":"fit"}}' in body["body"] for body in bodies[:2]] == [True, True]


@pytest.mark.parametrize("kind", STREAMS)
async def test_an_answer_without_messages_begins_and_ends(kind: type[MessageStream]) -> None:
    async def nothing(_: Any, __: Any) -> Any:
        return
        yield

    start, *_, last = await _sent(kind, nothing)
    assert (start["status"], last["more_body"]) == (200, False)


@pytest.mark.parametrize("kind", STREAMS)
async def test_an_error_before_its_first_part_comes_out(kind: type[MessageStream]) -> None:
    async def broken(_: Any, __: Any) -> Any:
        raise Aborted(status_of(grpc.StatusCode.UNAVAILABLE, "NOT_SERVING", "stopping"))
        yield

    with pytest.raises(Aborted, match="stopping"):
        await _sent(kind, broken)
