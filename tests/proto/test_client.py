"""The client has a deadline on every call, repeats what is UNAVAILABLE and nothing else, and says
what went wrong."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from palate.client import Client, PalateRpcError, Tls
from palate.v1 import index_pb2, index_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.api.services import (
    ExplainService,
    IndexService,
    ModelService,
    RecommendService,
    UserService,
)
from service.errors import InvalidInput, ItemNotFound
from tests.service.rpc.certificates import Authority
from tests.service.standin import StandIn, served

FIRST_PAUSE_S = 0.01


class Flaky(recommend_pb2_grpc.RecommendServiceServicer, index_pb2_grpc.IndexServiceServicer):
    """Ends its first calls with the codes it is given, then answers."""

    def __init__(self, codes: list[grpc.StatusCode]) -> None:
        self.codes = list(codes)
        self.requests: list[Any] = []
        self.remaining_s: list[float] = []

    def _take(self, request: Any, context: grpc.ServicerContext) -> None:
        self.requests.append(request)
        self.remaining_s.append(context.time_remaining())
        if self.codes:
            context.abort(self.codes.pop(0), "planted")

    def Recommend(self, request: Any, context: Any) -> recommend_pb2.RecommendResponse:
        self._take(request, context)
        return recommend_pb2.RecommendResponse(recommendation_id="at last")

    def RecordEvents(self, request: Any, context: Any) -> index_pb2.RecordEventsResponse:
        self._take(request, context)
        return index_pb2.RecordEventsResponse(recorded=1)


@contextmanager
def _served(flaky: Flaky) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(2))
    recommend_pb2_grpc.add_RecommendServiceServicer_to_server(flaky, server)
    index_pb2_grpc.add_IndexServiceServicer_to_server(flaky, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_unavailable_is_tried_again_until_it_works() -> None:
    flaky = Flaky([grpc.StatusCode.UNAVAILABLE] * 3)
    with _served(flaky) as address, Client(address, first_pause_s=FIRST_PAUSE_S) as client:
        assert client.recommend("u").recommendation_id == "at last"
    assert len(flaky.requests) == 4


def test_trying_again_ends_after_the_last_attempt() -> None:
    flaky = Flaky([grpc.StatusCode.UNAVAILABLE] * 9)
    with (
        _served(flaky) as address,
        Client(address, max_attempts=3, first_pause_s=FIRST_PAUSE_S) as client,
        pytest.raises(PalateRpcError, match="planted") as caught,
    ):
        client.recommend("u")
    assert (caught.value.code, len(flaky.requests)) == (grpc.StatusCode.UNAVAILABLE, 3)


@pytest.mark.parametrize(
    "code",
    [
        code
        for code in grpc.StatusCode
        if code not in (grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE)
    ],
)
def test_nothing_else_is_tried_again(code: grpc.StatusCode) -> None:
    flaky = Flaky([code])
    with (
        _served(flaky) as address,
        Client(address, first_pause_s=FIRST_PAUSE_S) as client,
        pytest.raises(PalateRpcError, match="planted") as caught,
    ):
        client.recommend("u")
    assert (caught.value.code, caught.value.reason, len(flaky.requests)) == (code, "", 1)


def test_a_repeated_attempt_carries_the_same_event_with_the_same_time() -> None:
    flaky = Flaky([grpc.StatusCode.UNAVAILABLE])
    with _served(flaky) as address, Client(address, first_pause_s=FIRST_PAUSE_S) as client:
        client.record_events([{"user_id": "u", "item_id": "i", "event_type": "watch"}])
    first, second = flaky.requests
    assert first == second
    assert first.events[0].HasField("timestamp")


def test_a_call_has_the_deadline_of_the_client_or_its_own() -> None:
    flaky = Flaky([])
    with _served(flaky) as address, Client(address, timeout_s=1_000.0) as client:
        client.recommend("u")
        client.recommend("u", timeout_s=500.0)
    assert 510 < flaky.remaining_s[0] <= 1_010  # gRPC rounds a deadline up by at most 1 %
    assert 10 < flaky.remaining_s[1] <= 510


def test_every_call_takes_a_deadline() -> None:
    calls = {
        name: method
        for name, method in vars(Client).items()
        if callable(method) and not name.startswith("_")
    }
    del calls["close"]
    assert all("timeout_s" in inspect.signature(method).parameters for method in calls.values())


def test_nobody_listening_is_unavailable() -> None:
    flaky = Flaky([])
    with _served(flaky) as address:
        pass
    with (
        Client(address, max_attempts=2, first_pause_s=FIRST_PAUSE_S) as client,
        pytest.raises(PalateRpcError) as caught,
    ):
        client.recommend("u")
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE


@contextmanager
def _palate(backend: StandIn) -> Iterator[Client]:
    with served(backend) as address, Client(address, first_pause_s=FIRST_PAUSE_S) as client:
        yield client


def test_every_method_reaches_the_server_and_gives_back_what_it_said() -> None:
    backend = StandIn()
    with _palate(backend) as client:
        client.wait_until_serving(20)
        client.index_items([{"item_id": "f1", "title": "Alien"}], {"f1": b"jpeg"})
        assert client.delete_items(["gone"]).missing_item_ids == ["gone"]
        assert client.get_item("f1").title == "Alien"
        assert client.list_items(domain="films").next_page_token == "next"
        client.record_events(
            [{"user_id": "u", "item_id": "f1", "event_type": "watch", "timestamp": 1.0}]
        )
        assert client.delete_events("u", ["e1"]) == client.delete_events("u", all_of_user=True) == 3
        assert (
            client.recommend("u", k=5, personalization="non_profiled").recommendation_id == "rec-1"
        )
        assert client.similar_items("f1").results[0].item_id == "f1"
        assert client.search_items("ship").results == client.search_items(image=b"png").results
        assert client.report_online(since="2026-03-01T12:00:00Z", by="slice").answers == 3
        fairness = client.report_fairness(windows=3, groupings={"plan": {"u": "paid"}})
        assert fairness.users[0].kind == "plan"
        assert client.explain("f1", user_id="u").writer == "template"
        assert client.describe_taste("u", language="zh").user_id == "u"
        assert [part.WhichOneof("part") for part in client.stream_explain("f1", user_id="u")] == [
            "evidence",
            "text",
        ]
        assert [update.WhichOneof("update") for update in client.train_model()] == [
            "progress",
            "progress",
            "model",
        ]
        changed = list(client.change_encoders(text="st:new"))
        assert [update.WhichOneof("update") for update in changed] == [
            "progress",
            "progress",
            "encoders",
        ]
        assert client.list_models()[0] == client.activate_model("m1") == client.rollback_model()
        assert client.start_trial("m2", "canary", share=0.25).version == "m2"
        assert client.get_trial() == client.end_trial()
        client.put_user("u", attributes={"lang": "zh"}, taste="slow")
        client.set_consent("u", "contextual")
        assert client.export_user("u") == {"user_id": "u", "taste": "慢"}
        assert client.delete_user("u") == {"events": 2}
        assert client.erase_user("u", retrain=True).retraining
        assert client.merge_users("guest", "u") == {"events": 3}
    assert {asked[0] for asked in backend.asked} == {
        verb
        for service in (IndexService, RecommendService, ExplainService, ModelService, UserService)
        for verb in vars(service)
        if not verb.startswith("_")
    }


def test_an_error_has_code_reason_field_and_values() -> None:
    wrong = InvalidInput("filter", "price <", "a number is expected after <")
    with (
        _palate(StandIn(error=wrong)) as client,
        pytest.raises(PalateRpcError, match="price <") as caught,
    ):
        client.recommend("u")
    error = caught.value
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT")
    assert error.field_violations == {"filter": "a number is expected after <"}
    assert error.metadata["value"] == "'price <'"
    assert "INVALID_ARGUMENT" in repr(error)
    assert "INVALID_INPUT" in repr(error)


def test_an_error_in_a_stream_is_the_same_kind_of_error() -> None:
    with (
        _palate(StandIn(error=ItemNotFound("f9"))) as client,
        pytest.raises(PalateRpcError, match="'f9'") as caught,
    ):
        list(client.stream_explain("f9", user_id="u"))
    assert (caught.value.code, caught.value.reason) == (grpc.StatusCode.NOT_FOUND, "ITEM_NOT_FOUND")
    assert caught.value.field_violations == {}


def test_a_server_that_never_serves_is_said_after_the_deadline() -> None:
    flaky = Flaky([])
    with _served(flaky) as address:
        pass
    with Client(address) as client, pytest.raises(PalateRpcError) as caught:
        client.wait_until_serving(0.05)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_search_is_for_a_text_or_an_image() -> None:
    with Client("127.0.0.1:1") as client:
        for given in ({}, {"text": "a", "image": b"b"}):
            with pytest.raises(ValueError, match="exactly one"):
                client.search_items(**given)


class Asked(recommend_pb2_grpc.RecommendServiceServicer):
    """Remembers by which credential it was asked."""

    def __init__(self) -> None:
        self.credentials: list[Any] = []

    def Recommend(self, request: Any, context: Any) -> recommend_pb2.RecommendResponse:
        self.credentials.append(dict(context.invocation_metadata()).get("authorization"))
        return recommend_pb2.RecommendResponse(recommendation_id="r")


def test_the_key_goes_with_every_call_over_tls(tmp_path: Path) -> None:
    authority, asked = Authority.of(tmp_path), Asked()
    pair = authority.issue("localhost")
    credentials = grpc.ssl_server_credentials(
        [(pair.key.read_bytes(), pair.cert.read_bytes())], authority.file.read_bytes(), True
    )
    server = grpc.server(ThreadPoolExecutor(2))
    recommend_pb2_grpc.add_RecommendServiceServicer_to_server(asked, server)
    address = f"localhost:{server.add_secure_port('localhost:0', credentials)}"
    server.start()
    try:
        known = Tls(authority.file, pair.cert, pair.key)
        with Client(address, key="palate_k", tls=known) as client:
            assert client.recommend("u").recommendation_id == "r"
        for stranger in (Tls(authority.file), None):
            with (
                Client(address, key="palate_k", tls=stranger, max_attempts=2) as client,
                pytest.raises(PalateRpcError) as refused,
            ):
                client.recommend("u", timeout_s=1.0)
            assert refused.value.code.name in ("UNAVAILABLE", "DEADLINE_EXCEEDED")
    finally:
        server.stop(0).wait()
    assert asked.credentials == ["Bearer palate_k"]
