"""What goes wrong reaches the caller as a code, a reason and a field, and nothing of our insides
does."""

import asyncio
import logging
import threading
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from palate.v1 import index_pb2, index_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.errors import (
    STATUS,
    EncoderMismatch,
    FilterSyntaxError,
    InvalidInput,
    ItemNotFound,
    ModalityUnsupported,
    NoTrainedModel,
    Overloaded,
    PalateError,
    RateLimited,
    RecommendationNotFound,
    StoreError,
    StoreUnavailable,
)
from service.rpc.interceptor import to_status
from tests.service.standin import StandIn, running


async def _refusal(error: Exception) -> grpc.aio.AioRpcError:
    async with running(StandIn(error=error)) as server:
        stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Recommend(recommend_pb2.RecommendRequest(user_id="secret-user"))
    return caught.value


def _details(error: grpc.aio.AioRpcError) -> tuple[status_pb2.Status, dict[str, Any]]:
    status = rpc_status.from_call(error)
    found: dict[str, Any] = {}
    for detail in status.details:
        for known in (error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()):
            if detail.Unpack(known):
                found[type(known).__name__] = known
    return status, found


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ItemNotFound("f9"), grpc.StatusCode.NOT_FOUND),
        (RecommendationNotFound("r9"), grpc.StatusCode.NOT_FOUND),
        (NoTrainedModel(), grpc.StatusCode.FAILED_PRECONDITION),
        (ModalityUnsupported("m", "text", "use another"), grpc.StatusCode.FAILED_PRECONDITION),
        (
            EncoderMismatch("store", {"text": "a"}, {"text": "b"}),
            grpc.StatusCode.FAILED_PRECONDITION,
        ),
        (StoreUnavailable("store", "gone", "start it"), grpc.StatusCode.UNAVAILABLE),
        (StoreError("the store is broken"), grpc.StatusCode.INTERNAL),
    ],
)
async def test_an_error_arrives_with_code_message_reason_and_metadata(
    error: PalateError, code: grpc.StatusCode
) -> None:
    refusal = await _refusal(error)
    status, details = _details(refusal)
    assert refusal.code() is code
    assert refusal.details() == str(error) == status.message
    info = details["ErrorInfo"]
    assert (info.reason, info.domain, dict(info.metadata)) == (
        error.reason,
        "palate",
        error.metadata,
    )
    assert "BadRequest" not in details


@pytest.mark.parametrize("kind", [InvalidInput, FilterSyntaxError])
async def test_what_the_caller_got_wrong_names_the_field(kind: type[InvalidInput]) -> None:
    refusal = await _refusal(kind("filter", "price <", "a number is expected after <"))
    _, details = _details(refusal)
    assert refusal.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert details["ErrorInfo"].reason == kind.reason
    (violation,) = details["BadRequest"].field_violations
    assert (violation.field, violation.description) == ("filter", "a number is expected after <")


async def test_an_unexpected_error_gives_a_reference_and_no_insides(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refusal = await _refusal(RuntimeError("password=hunter2"))
    status, details = _details(refusal)
    reference = details["ErrorInfo"].metadata["reference"]
    assert refusal.code() is grpc.StatusCode.INTERNAL
    assert details["ErrorInfo"].reason == "UNEXPECTED"
    assert reference in status.message
    assert "hunter2" not in str(status)
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["reference"] == reference
    assert record.__dict__["method"] == "/palate.v1.RecommendService/Recommend"
    assert record.exc_info is not None
    assert "hunter2" in str(record.exc_info[1])


async def test_the_log_names_the_reason_but_not_what_the_caller_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="service")
    await _refusal(InvalidInput("taste", "my secret taste", "it is too long"))
    (record,) = [record for record in caplog.records if record.name == "service.rpc.interceptor"]
    assert record.__dict__["reason"] == "INVALID_INPUT"
    assert "secret" not in record.getMessage() + str(record.__dict__)


async def test_a_huge_message_in_any_script_still_arrives_with_its_reason() -> None:
    refusal = await _refusal(StoreUnavailable("慢" * 50_000, "慢" * 50_000, "慢" * 50_000))
    status, details = _details(refusal)
    assert refusal.code() is grpc.StatusCode.UNAVAILABLE
    assert details["ErrorInfo"].reason == "STORE_UNAVAILABLE"
    assert status.message.endswith("…")


async def test_an_error_in_a_batch_is_not_taken_for_a_row() -> None:
    async with running(StandIn(error=StoreUnavailable("log", "disk full", "make room"))) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        request = index_pb2.IndexItemsRequest()
        request.items.add(item_id="a")
        with pytest.raises(grpc.aio.AioRpcError, match="disk full") as caught:
            await stub.IndexItems(request)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("kind", STATUS)
def test_every_error_can_be_sent(kind: type[PalateError]) -> None:
    error = kind.__new__(kind)
    PalateError.__init__(error, "what, which, and what to do", metadata={"value": "x"})
    if isinstance(error, InvalidInput):
        error.field, error.why = "k", "it must be 0 to 500"
    if isinstance(error, Overloaded | RateLimited):
        error.retry_after_s = 0.5
    status = to_status(error)
    assert status.code == grpc.StatusCode[STATUS[kind]].value[0]
    assert len(status.details) == (
        2 if isinstance(error, InvalidInput | Overloaded | RateLimited) else 1
    )


async def test_what_is_too_much_says_when_to_come_again() -> None:
    refusal = await _refusal(Overloaded("answering", 9, retry_after_s=0.25))
    assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    (retry,) = [
        retry
        for detail in rpc_status.from_call(refusal).details
        if detail.Unpack(retry := error_details_pb2.RetryInfo())
    ]
    assert retry.retry_delay.ToTimedelta().total_seconds() == 0.25
    assert _details(refusal)[1]["ErrorInfo"].reason == "OVERLOADED"


async def test_more_bytes_than_may_be_in_flight_are_refused_unless_they_are_alone() -> None:
    taste = "x" * 9_000
    async with running(
        StandIn(gate=threading.Event()), workers=2, max_bytes_in_flight=64 * 1024
    ) as server:
        stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
        large = recommend_pb2.RecommendRequest(exclude_item_ids=["x" * 500] * 140)
        assert large.ByteSize() > 64 * 1024
        held = stub.Recommend(large)
        assert await asyncio.to_thread(server.backend.entered.acquire, timeout=20)
        with pytest.raises(grpc.aio.AioRpcError, match="bytes in flight") as caught:
            await stub.Recommend(recommend_pb2.RecommendRequest(taste=taste))
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert server.backend.gate is not None
        server.backend.gate.set()
        await held
        await stub.Recommend(recommend_pb2.RecommendRequest(taste=taste))
        assert len(server.backend.asked) == 2
