"""Connect's protocol, as clients of protoc-gen-es speak it (connectrpc.com/docs/protocol)."""

from __future__ import annotations

from palate.v1 import recommend_pb2
from tests.service.rpc.http.conftest import asked
from tests.service.standin import StandIn

RECOMMEND = "/palate.v1.RecommendService/Recommend"
HEADERS = {"content-type": "application/json", "connect-protocol-version": "1"}


async def test_a_unary_call_is_answered_in_json() -> None:
    async with asked() as (http, server):
        response = await http.post(
            RECOMMEND, content=b'{"userId":"u","ofTomorrow":1}', headers=HEADERS
        )
        assert server.backend.asked[0][1].user_id == "u"
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json()["recommendationId"] == "rec-1"


async def test_an_error_is_one_of_connect() -> None:
    async with asked() as (http, _):
        response = await http.post(
            "/palate.v1.IndexService/GetItem", content=b'{"itemId":"f9"}', headers=HEADERS
        )
    told = response.json()
    assert (response.status_code, told["code"]) == (404, "not_found")
    assert response.headers["content-type"] == "application/json"
    assert told["details"][0]["type"] == "google.rpc.ErrorInfo"


async def test_a_deadline_is_kept() -> None:
    import threading

    backend = StandIn(gate=threading.Event())
    async with asked(backend) as (http, _):
        response = await http.post(
            RECOMMEND, content=b"{}", headers={**HEADERS, "connect-timeout-ms": "50"}
        )
    assert (response.status_code, response.json()["code"]) == (504, "deadline_exceeded")


async def test_what_is_not_there_is_said_in_connects_words() -> None:
    async with asked() as (http, _):
        unknown = await http.post(
            "/palate.v1.RecommendService/Guess", content=b"{}", headers=HEADERS
        )
        got = await http.get(RECOMMEND)
        proto = await http.post(
            RECOMMEND,
            content=recommend_pb2.RecommendRequest().SerializeToString(),
            headers={"content-type": "application/proto"},
        )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unimplemented")
    assert (got.status_code, got.headers["allow"]) == (405, "POST, OPTIONS")
    assert (proto.status_code, proto.headers["accept-post"]) == (415, "application/json")
