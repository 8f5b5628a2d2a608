"""Connect's streams as they are on the wire (connectrpc.com/docs/protocol#streaming-rpcs)."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from palate.v1 import model_pb2
from service.access.keys import KeyFile
from service.access.roles import Role
from service.config import Settings
from service.errors import InvalidInput
from service.rpc.http import envelopes
from service.rpc.http.caller import Caller
from service.rpc.http.envelopes import EnvelopeStream, end, opened
from service.rpc.in_process import InProcessCall, status_of
from service.rpc.interceptor import Aborted
from tests.service.rpc.http.conftest import asked

EXPLAIN = "/palate.v1.ExplainService/StreamExplain"
TRAIN = "/palate.v1.ModelService/TrainModel"
HEADERS = {"content-type": "application/connect+json", "connect-protocol-version": "1"}
STEP = model_pb2.TrainModelResponse(progress=model_pb2.TrainProgress(stage="fit"))


def _sealed(told: bytes, flags: int = 0) -> bytes:
    return bytes([flags]) + len(told).to_bytes(4, "big") + told


def _envelopes(body: bytes) -> Iterator[tuple[int, Any]]:
    while body:
        flags, size = struct.unpack_from(">BI", body)
        yield flags, json.loads(body[5 : 5 + size])
        body = body[5 + size :]


def test_an_envelope_is_flags_length_and_message() -> None:
    assert opened(b'\x00\x00\x00\x00\x0d{"itemId":"i"') == b'{"itemId":"i"'
    assert end() == b"\x02\x00\x00\x00\x02{}"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{}", "one envelope"),
        (b"", "one envelope"),
        (_sealed(b"{}", 1), "compressed"),
        (_sealed(b"{}", 2), "must be 0"),
        (_sealed(b"{}")[:-1], "tells of 2 bytes, and 1 came"),
        (_sealed(b"{}") * 2, "tells of 2 bytes, and 9 came; send one message"),
    ],
)
def test_what_is_not_one_envelope_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        opened(body)


async def test_a_stream_is_its_messages_and_its_end() -> None:
    async with asked() as (http, server):
        given = _sealed(b'{"itemId":"f1","userId":"u","ofTomorrow":1}')
        response = await http.post(EXPLAIN, content=given, headers=HEADERS)
        assert server.backend.asked[0][1].item_id == "f1"
    assert (response.status_code, response.headers["content-type"]) == (200, HEADERS["content-type"])  # fmt: skip
    assert response.headers["x-request-id"]
    (first, evidence), (second, text), (last, told) = _envelopes(response.content)
    assert (first, second, last) == (0, 0, 2)
    assert (list(evidence), list(text), told) == (["evidence"], ["text"], {})


async def _error(response: httpx.Response) -> Any:
    assert (response.status_code, response.headers["content-type"]) == (200, HEADERS["content-type"])  # fmt: skip
    ((flags, told),) = _envelopes(response.content)
    assert (flags, list(told)) == (2, ["error"])
    return told["error"]


async def test_an_error_before_the_first_message_is_in_the_end() -> None:
    async with asked() as (http, _):
        wrong = await http.post(EXPLAIN, content=_sealed(b'{"itemId":"f1"}'), headers=HEADERS)
        bare = await http.post(EXPLAIN, content=b'{"itemId":"f1"}', headers=HEADERS)
        late = await http.post(
            TRAIN, content=_sealed(b"{}"), headers={**HEADERS, "connect-timeout-ms": "0"}
        )
    error = await _error(wrong)
    assert (error["code"], error["details"][0]["type"]) == ("invalid_argument", "google.rpc.ErrorInfo")  # fmt: skip
    assert "it is required unless user_id is set" in error["message"]
    assert (await _error(bare))["code"] == "invalid_argument"
    assert (await _error(late))["code"] == "deadline_exceeded"


async def test_without_a_key_a_stream_ends_unauthenticated(tmp_path: Path) -> None:
    KeyFile(Settings(data=tmp_path).keys_file).make("somebody", Role.READ)
    async with asked(sections={"data": tmp_path}) as (http, _):
        response = await http.post(TRAIN, content=_sealed(b"{}"), headers=HEADERS)
    assert (await _error(response))["code"] == "unauthenticated"


async def test_other_types_are_refused_by_http() -> None:
    async with asked() as (http, _):
        unary = await http.post(TRAIN, content=b"{}", headers={"content-type": "application/json"})
        proto = await http.post(TRAIN, content=b"", headers={"content-type": "application/connect+proto"})  # fmt: skip
        got = await http.get(TRAIN)
    assert (unary.status_code, unary.headers["accept-post"]) == (415, HEADERS["content-type"])
    assert proto.status_code == 415
    assert (got.status_code, got.headers["allow"]) == (405, "POST, OPTIONS")


async def test_an_error_after_the_first_message_is_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(envelopes, "_LONGEST_PAUSE_S", 0.001)
    sent: list[Any] = []

    async def breaks(_: Any, __: Any) -> Any:
        yield STEP.SerializeToString()
        await asyncio.sleep(0.01)  # pauses are not told
        raise Aborted(status_of(grpc.StatusCode.UNAVAILABLE, "NOT_SERVING", "stopping"))

    async def send(message: Any) -> None:
        sent.append(message)

    async def nobody() -> Any:
        await asyncio.Event().wait()

    call = InProcessCall(TRAIN, (), "p")
    handler = grpc.stream_stream_rpc_method_handler(breaks)
    async with Caller(nobody, call, asyncio.Event()) as caller:
        await EnvelopeStream(handler, model_pb2.TrainModelResponse, call, caller).send(send)
    start, first, last, over = sent
    assert start["status"] == 200
    assert list(_envelopes(first["body"])) == [(0, {"progress": {"stage": "fit"}})]
    ((flags, told),) = _envelopes(last["body"])
    assert (flags, told["error"]["code"], told["error"]["message"]) == (2, "unavailable", "stopping")  # fmt: skip
    assert (over["body"], over["more_body"]) == (b"", False)
