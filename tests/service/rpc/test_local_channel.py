"""A client calls servicers in its own process as it calls a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from palate.client import Client, PalateRpcError
from service.access.settings import AccessSettings
from service.config import Settings
from service.errors import InvalidInput, StoreUnavailable
from service.rpc.local_channel import LocalChannel
from tests.proto.make_034e339 import call_everything
from tests.service.rpc.test_server import Endless
from tests.service.standin import StandIn


@pytest.fixture
def backend() -> StandIn:
    return StandIn()


@pytest.fixture
def client(backend: StandIn) -> Iterator[Client]:
    settings = Settings(access=AccessSettings(encoders=("fake",)))
    with Client("here", channel=LocalChannel(settings, backend)) as client:
        yield client


def test_every_call_is_answered(client: Client, backend: StandIn) -> None:
    call_everything(client)
    assert len(backend.asked) == 20


def test_an_answer_and_a_stream_are_those_of_a_server(client: Client) -> None:
    assert client.recommend("u").results[0].item.title == "Alien"
    updates = list(client.train_model())
    assert [update.WhichOneof("update") for update in updates] == ["progress", "progress", "model"]


def test_an_error_has_code_reason_field_and_request_id(client: Client, backend: StandIn) -> None:
    with pytest.raises(PalateRpcError, match="k is 501") as caught:
        client.recommend("u", k=501)
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.reason == InvalidInput.reason
    assert list(caught.value.field_violations) == ["k"]
    assert caught.value.request_id
    assert backend.asked == []


def test_a_stream_ends_with_its_error(client: Client, backend: StandIn) -> None:
    backend.error = StoreUnavailable("log", "gone", "start it")
    updates = client.train_model()
    assert next(updates).HasField("progress")
    with pytest.raises(PalateRpcError, match="gone") as caught:
        list(updates)
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE


def test_a_deadline_ends_a_call(client: Client, backend: StandIn) -> None:
    backend.gate = threading.Event()
    with pytest.raises(PalateRpcError) as caught:
        client.recommend("u", timeout_s=0.05)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    backend.gate.set()


def test_leaving_a_stream_ends_its_work() -> None:
    endless = Endless()
    with Client("here", channel=LocalChannel(Settings(), endless)) as client:
        for update in client.train_model():
            assert update.progress.stage == "fit"
            break
        assert endless.ended.wait(20)


def test_closing_waits_for_what_is_under_way_and_closes_the_backend(backend: StandIn) -> None:
    channel = LocalChannel(Settings(), backend)
    answers: list[Any] = []
    backend.gate = threading.Event()
    with Client("here", channel=channel) as client:
        asking = threading.Thread(target=lambda: answers.append(client.recommend("u")))
        asking.start()
        assert backend.entered.acquire(timeout=20)
        backend.gate.set()
        asking.join()
    channel.close()  # again, and nothing happens
    assert backend.closed
    assert answers[0].recommendation_id == "rec-1"


def test_what_is_no_rpc_of_ours_is_said_to_be_none(client: Client) -> None:
    with pytest.raises(PalateRpcError) as caught:
        client.wait_until_serving(1.0)
    assert caught.value.code is grpc.StatusCode.UNIMPLEMENTED
