"""Every rpc over HTTP as over gRPC: answers, errors, streams, limits, deadlines, callers who leave."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import json_format

from palate.v1 import recommend_pb2, recommend_pb2_grpc
from service.errors import ItemNotFound, Overloaded, StoreUnavailable
from service.rpc.http.bindings import bindings_of
from service.rpc.server import SERVICES
from tests.service.rpc.http.conftest import asked
from tests.service.rpc.test_server import Endless
from tests.service.standin import StandIn

BINDINGS = bindings_of([service for service, _, _ in SERVICES])
BODIES: dict[str, Any] = {
    "SetConsent": {"personalization": "PERSONALIZATION_CONTEXTUAL"},
    "IndexItems": {"items": [{"itemId": "f1"}]},
    "DeleteItems": {"itemIds": ["f1"]},
    "RecordEvents": {"events": [{"userId": "u", "itemId": "f1", "eventType": "view"}]},
    "DeleteEvents": {"userId": "u", "all": True},
    "SimilarItems": {"itemId": "f1"},
    "SearchItems": {"text": "alien"},
    "Explain": {"itemId": "f1", "userId": "u"},
    "StreamExplain": {"itemId": "f1", "userId": "u"},
    "ActivateModel": {"version": "m1"},
    "MergeUsers": {"guestUserId": "g"},
    "StartTrial": {"version": "m1", "kind": "TRIAL_KIND_CANARY", "share": 0.1},
}


def _events(text: str) -> list[tuple[str, Any]]:
    """Type and data of each event."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines.get("event", "message"), json.loads(lines["data"])))
    return found


async def test_every_rpc_answers_as_it_does_over_grpc() -> None:
    """The same messages, whatever the way; those that are streamed one event each."""
    async with asked() as (http, server):
        for binding in BINDINGS:
            path = binding.template.format(item_id="f1", user_id="u")
            body = BODIES.get(binding.rpc.name, {})
            response = await http.request(
                binding.verb, path, **({"json": body} if binding.takes_body else {})
            )
            assert response.status_code == 200, response.text
            names = dict.fromkeys(binding.path_fields, "")
            given = {**body, **{name: path.split("/")[3] for name in names}}
            call = (
                server.channel.unary_stream
                if binding.rpc.server_streaming
                else server.channel.unary_unary
            )
            request = json_format.ParseDict(given, binding.rpc.input_type._concrete_class())
            over_grpc = call(
                binding.method,
                request_serializer=type(request).SerializeToString,
                response_deserializer=binding.rpc.output_type._concrete_class.FromString,
            )(request)
            if binding.rpc.server_streaming:
                expected = [json_format.MessageToDict(one) async for one in over_grpc]
                assert [data for _, data in _events(response.text)] == expected
            else:
                assert response.json() == json_format.MessageToDict(await over_grpc)


@pytest.mark.parametrize("error", [ItemNotFound("f9"), StoreUnavailable("log", "gone", "start it")])
async def test_an_error_is_a_problem_with_the_reason_and_details_of_grpc(error: Exception) -> None:
    async with asked(StandIn(error=error)) as (http, server):
        response = await http.post("/v1/recommend", json={})
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await recommend_pb2_grpc.RecommendServiceStub(server.channel).Recommend(
                recommend_pb2.RecommendRequest()
            )
    told = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (told["status"], told["detail"]) == (response.status_code, caught.value.details())
    assert told["code"] == caught.value.code().name
    assert told["details"][0]["reason"] == told["reason"] == error.reason  # type: ignore[attr-defined]
    assert response.headers["x-request-id"] == told["requestId"] != ""


async def test_what_is_too_much_says_when_to_come_again() -> None:
    async with asked(StandIn(error=Overloaded("answering", 9, retry_after_s=2.5))) as (http, _):
        response = await http.post("/v1/recommend", json={})
    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    assert response.json()["details"][1]["retryDelay"] == "2.500s"


async def test_an_error_of_ours_gives_a_reference_and_no_insides(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with asked(StandIn(error=RuntimeError("password=hunter2"))) as (http, _):
        response = await http.post("/v1/recommend", json={})
    assert (response.status_code, response.json()["reason"]) == (500, "UNEXPECTED")
    assert "hunter2" not in response.text
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["reference"] in response.json()["detail"]


async def test_the_callers_request_id_goes_round_and_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="service")
    async with asked() as (http, _):
        response = await http.post("/v1/recommend", json={}, headers={"x-request-id": "mine-1"})
        refused = await http.get("/nowhere", headers={"x-request-id": "mine-2"})
    assert response.headers["x-request-id"] == "mine-1"
    assert refused.headers["x-request-id"] == refused.json()["requestId"] == "mine-2"
    (record,) = [record for record in caplog.records if record.getMessage() == "call answered"]
    assert record.__dict__["request_id"] == "mine-1"
    assert record.__dict__["method"] == "/palate.v1.RecommendService/Recommend"
    assert record.__dict__["peer"].startswith("ipv4:127.0.0.1:")


@pytest.mark.parametrize(
    ("verb", "path", "status", "reason"),
    [
        ("GET", "/v1/nothing", 404, "NO_SUCH_PATH"),
        ("GET", "/v1/items/", 404, "NO_SUCH_PATH"),
        ("OPTIONS", "/v1/nothing", 404, "NO_SUCH_PATH"),
        ("DELETE", "/v1/items", 405, "NO_SUCH_VERB"),
        ("PATCH", "/v1/users/u", 405, "NO_SUCH_VERB"),
        ("GET", "/v1/recommend", 405, "NO_SUCH_VERB"),
        ("GET", "/v1/items/%ff", 400, "INVALID_INPUT"),
        ("POST", "/v1/recommend", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_what_is_not_there_is_said_as_a_problem(
    verb: str, path: str, status: int, reason: str
) -> None:
    async with asked() as (http, server):
        response = await http.request(verb, path)
        assert server.backend.asked == []
    assert (response.status_code, response.json()["reason"]) == (status, reason)
    assert response.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert verb not in response.headers["allow"].split(", ")


async def test_head_is_get_without_the_body_and_options_tell_the_verbs() -> None:
    async with asked() as (http, _):
        got, head = await http.get("/v1/items/f1"), await http.head("/v1/items/f1")
        options = await http.options("/v1/users/u")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert (options.status_code, options.headers["allow"]) == (
        204,
        "PUT, GET, DELETE, HEAD, OPTIONS",
    )


async def test_a_connection_serves_one_call_after_another() -> None:
    async with asked() as (_, server):
        host, _, port = server.http.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for _ in range(3):
            writer.write(b"GET /v1/items/f1 HTTP/1.1\r\nhost: a\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            assert json.loads(await reader.readexactly(length))["item"]["itemId"] == "f1"
        writer.close()
        await writer.wait_closed()


async def test_a_body_that_is_too_large_is_refused_before_and_while_it_comes() -> None:
    async def parts() -> Any:
        for _ in range(70):
            yield b" " * 1024

    async with asked(max_request_bytes=64 * 1024) as (http, server):
        told = await http.post("/v1/recommend", json={"taste": "x" * 70_000})
        chunked = await http.post(
            "/v1/recommend", content=parts(), headers={"content-type": "application/json"}
        )
        assert server.backend.asked == []
    for response in (told, chunked):
        assert (response.status_code, response.json()["reason"]) == (413, "BODY_TOO_LARGE")


class Left(logging.Handler):
    """Hears in the log that a caller has left."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "call left by the caller":
            self.heard.set()


async def test_a_caller_who_leaves_is_not_worked_for(caplog: pytest.LogCaptureFixture) -> None:
    """Work that waits for a thread is never started."""
    caplog.set_level(logging.INFO, logger="service")
    left = Left()
    logging.getLogger("service.rpc.interceptor").addHandler(left)
    backend = StandIn(gate=threading.Event())
    async with asked(backend, workers=1) as (http, _):
        first = asyncio.create_task(http.post("/v1/recommend", json={"userId": "stays"}))
        assert await asyncio.to_thread(backend.entered.acquire, timeout=20)
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/v1/recommend", json={"userId": "leaves"}, timeout=0.2)
        await asyncio.wait_for(left.heard.wait(), 20)
        logging.getLogger("service.rpc.interceptor").removeHandler(left)
        assert backend.gate is not None
        backend.gate.set()
        assert (await first).status_code == 200
        await http.post("/v1/recommend", json={"userId": "later"})
        assert [request.user_id for _, request in backend.asked] == ["stays", "later"]


async def test_a_deadline_that_passes_ends_the_call() -> None:
    backend = StandIn(gate=threading.Event())
    async with asked(backend) as (http, _):
        response = await http.post("/v1/recommend", json={}, headers={"connect-timeout-ms": "50"})
        assert (response.status_code, response.json()["reason"]) == (504, "DEADLINE_PASSED")


async def test_a_caller_who_leaves_within_the_body_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    head = b"POST /v1/recommend HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    async with asked() as (http, server):
        host, _, port = server.http.removeprefix("http://").rpartition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(head + b"content-length: 9\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await http.get("/healthz")
        server.stop.set()
        await server.done
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("given", ["soon", "-1", "1.5", "9" * 11, "٣"])
async def test_a_deadline_that_is_none_is_refused(given: str) -> None:
    async with asked() as (http, _):
        headers = [(b"connect-timeout-ms", given.encode())]
        response = await http.post("/v1/recommend", json={}, headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 400
    assert response.json()["details"][1]["fieldViolations"][0]["field"] == "connect-timeout-ms"


async def test_leaving_a_stream_ends_its_work() -> None:
    backend = Endless()
    async with asked(backend) as (http, _):
        async with http.stream("POST", "/v1/models:train", json={}) as response:
            async for line in response.aiter_lines():
                assert json.loads(line.removeprefix("data: "))["progress"]["stage"] == "fit"
                break
        assert await asyncio.to_thread(backend.ended.wait, 20)


async def test_an_error_before_the_first_event_is_an_answer_and_one_after_it_an_event() -> None:
    class Breaks(StandIn):
        def train(self, progress: Any, **_: Any) -> Any:
            from service.api.messages import TrainProgress

            if not self.asked:
                progress(TrainProgress("fit", 1, 2))
            raise StoreUnavailable("log", "gone", "start it")

    backend = Breaks()
    async with asked(backend) as (http, _):
        after = await http.post("/v1/models:train", json={})
        backend.asked.append("again")
        before = await http.post("/v1/models:train", json={})
    (first, _), (last, problem) = _events(after.text)
    assert (after.status_code, first, last) == (200, "message", "error")
    assert (problem["status"], problem["reason"]) == (503, "STORE_UNAVAILABLE")
    assert (before.status_code, before.json()["reason"]) == (503, "STORE_UNAVAILABLE")


async def test_while_it_loads_calls_are_unavailable() -> None:
    may_load = threading.Event()

    def load(_: Any) -> StandIn:
        may_load.wait()
        return StandIn()

    from tests.service.standin import running

    async with running(factory=load, http="127.0.0.1:0") as server, httpx.AsyncClient() as http:
        try:
            response = await http.post(f"{server.http}/v1/recommend", json={})
            health = await http.get(f"{server.http}/healthz")
        finally:
            may_load.set()
    assert (response.status_code, response.json()["reason"]) == (503, "NOT_SERVING")
    assert health.status_code == 503


async def test_a_call_in_flight_is_answered_before_the_server_stops() -> None:
    backend = StandIn(gate=threading.Event())
    async with asked(backend) as (http, server):
        call = asyncio.create_task(http.post("/v1/recommend", json={}))
        assert await asyncio.to_thread(backend.entered.acquire, timeout=20)
        server.stop.set()
        assert backend.gate is not None
        backend.gate.set()
        assert (await call).json()["recommendationId"] == "rec-1"
        await server.done


async def test_large_bodies_and_answers_are_read_and_written_whole() -> None:
    items = [{"itemId": f"i{n}", "title": "x" * 100} for n in range(900)]
    async with asked() as (http, server):
        response = await http.post("/v1/items", json={"items": items})
        assert response.status_code == 200
        assert len(server.backend.asked[0][1]) == 900
