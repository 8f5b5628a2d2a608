"""Every call leaves one line, which names it by the ids that the caller knows, and nothing that a
caller wrote is in the log."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_status import rpc_status

from palate.v1 import recommend_pb2, recommend_pb2_grpc
from service.errors import InvalidInput, Overloaded, StoreError
from service.operations.switching import Switching
from service.rpc.server import SERVICES
from service.telemetry.log_lines import LogFormat, logging_to
from tests.service import world
from tests.service.standin import Running, StandIn, running

SECRET = "planted secret"
ID = "x-request-id"
METHODS = [method for service, _, _ in SERVICES for method in service.methods]


@contextmanager
def _log(log_format: LogFormat = "json") -> Iterator[io.StringIO]:
    stream = io.StringIO()
    with logging_to(stream, log_format, "info"):
        yield stream


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def _recommend(server: Running, request_id: str = "") -> tuple[Any, dict[str, Any]]:
    """The call, and the metadata that came after its answer."""
    stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
    metadata = ((ID, request_id),) if request_id else ()
    call = stub.Recommend(recommend_pb2.RecommendRequest(), metadata=metadata)
    await call.code()
    return call, dict(await call.trailing_metadata())


async def test_a_request_id_goes_round() -> None:
    with _log() as log:
        async with running() as server:
            _, own = await _recommend(server, "order-7")
            _, made = await _recommend(server)
            _, refused = await _recommend(server, "two words")
    first, second, third = _lines(log)
    assert own[ID] == first["request_id"] == "order-7"
    assert made[ID] == second["request_id"] != first["request_id"]
    assert refused[ID] == third["request_id"] != "two words"
    assert (first["status"], first["level"], first["method"]) == (
        "OK",
        "info",
        "/palate.v1.RecommendService/Recommend",
    )
    assert first["peer"].startswith(("ipv4:127.0.0.1:", "ipv6:"))
    assert first["duration_ms"] > 0


@pytest.mark.parametrize(
    ("error", "level", "status", "reason"),
    [
        (InvalidInput("taste", SECRET, "too long"), "warning", "INVALID_ARGUMENT", "INVALID_INPUT"),
        (Overloaded("answering", 9), "warning", "RESOURCE_EXHAUSTED", "OVERLOADED"),
        (StoreError(f"broken by {SECRET}"), "error", "INTERNAL", "STORE_ERROR"),
        (RuntimeError(SECRET), "error", "INTERNAL", "UNEXPECTED"),
    ],
)
async def test_a_call_that_did_not_go_well_is_one_line_that_says_why(
    error: Exception, level: str, status: str, reason: str
) -> None:
    with _log() as log:
        async with running(StandIn(error=error)) as server:
            _, trailing = await _recommend(server, "order-8")
    (line,) = _lines(log)
    assert (line["level"], line["status"], line["reason"]) == (level, status, reason)
    assert trailing[ID] == line["request_id"] == "order-8"
    assert SECRET not in log.getvalue()


async def test_the_reference_that_the_caller_is_told_is_in_the_line_with_the_place() -> None:
    with _log() as log:
        async with running(StandIn(error=RuntimeError("x"))) as server:
            call, _ = await _recommend(server)
            status = await rpc_status.aio.from_call(call)
    (line,) = _lines(log)
    assert line["reference"] in status.message
    assert line["error"][0] == "RuntimeError"
    assert any("standin.py" in place for place in line["error"])


async def test_the_answer_of_the_call_is_named_and_lines_of_its_work_are_about_it(
    tmp_path: Path,
) -> None:
    with _log() as log:
        async with running(Switching(world.filled(tmp_path))) as server:
            call, _ = await _recommend(server, "order-9")
            answer = await call
    line = _lines(log)[-1]
    assert line["message"] == "call answered"
    assert line["recommendation_id"] == answer.recommendation_id


def _planted(message: Message) -> Message:
    """Every text of it is the secret, in lists and maps as well."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _plant_in_map(message, field)
        elif field.message_type is not None and field.is_repeated:
            _planted(getattr(message, field.name).add())
        elif field.message_type is not None and "Timestamp" not in field.message_type.name:
            _planted(getattr(message, field.name))
        elif field.type == FieldDescriptor.TYPE_STRING:
            value = [SECRET] if field.is_repeated else SECRET
            if field.is_repeated:
                getattr(message, field.name).extend(value)
            else:
                setattr(message, field.name, value)
    return message


def _plant_in_map(message: Message, field: FieldDescriptor) -> None:
    value = field.message_type.fields_by_name["value"]
    entries = getattr(message, field.name)
    if value.message_type is not None:
        _planted(entries[SECRET])
    else:
        entries[SECRET] = SECRET if value.type == FieldDescriptor.TYPE_STRING else b"secret"


async def _sent(server: Running, method: MethodDescriptor, request: Message) -> None:
    """Whatever comes of it."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    answer = GetMessageClass(method.output_type)
    call = (server.channel.unary_stream if method.server_streaming else server.channel.unary_unary)(
        path,
        request_serializer=type(request).SerializeToString,
        response_deserializer=answer.FromString,
    )
    try:
        if method.server_streaming:
            async for _ in call(request):
                pass
        else:
            await call(request)
    except grpc.aio.AioRpcError:
        pass


def _requests(method: MethodDescriptor) -> list[Message]:
    """All fields at once, and each by itself: one that is refused would hide those after it."""
    kind = GetMessageClass(method.input_type)
    whole = _planted(kind())
    alone = []
    for field in kind.DESCRIPTOR.fields:
        one = kind()
        one.MergeFrom(whole)
        for other in kind.DESCRIPTOR.fields:
            if other.name != field.name and not other.name.endswith("_id"):
                one.ClearField(other.name)
        alone.append(one)
    return [whole, *alone]


@pytest.mark.parametrize("log_format", ["json", "text"])
async def test_nothing_that_a_caller_wrote_is_in_the_log(
    log_format: LogFormat, tmp_path: Path
) -> None:
    with _log(log_format) as log:
        async with running(Switching(world.filled(tmp_path))) as server:
            for method in METHODS:
                if method.name in ("TrainModel", "ChangeEncoders"):
                    continue  # of no user, and minutes long
                for request in _requests(method):
                    await _sent(server, method, request)
    text = log.getvalue()
    assert {method.name for method in METHODS if f"/{method.name}" in text} >= {
        "IndexItems",
        "RecordEvents",
        "Recommend",
        "SearchItems",
        "Explain",
        "DescribeTaste",
        "PutUser",
    }
    assert SECRET not in text
    assert "planted" not in text


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_nothing_of_an_error_of_ours_is_in_the_log_but_its_place(
    method: MethodDescriptor,
) -> None:
    with _log() as log:
        async with running(StandIn(error=RuntimeError(SECRET))) as server:
            await _sent(server, method, _planted(GetMessageClass(method.input_type)()))
    (line,) = [line for line in _lines(log) if line["message"] != "progress"]
    assert line["status"] != "OK"
    assert SECRET not in log.getvalue()
