"""What a caller sees of an error, read from what is on the wire."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from palate.errors import PalateRpcError

INVALID = grpc.StatusCode.INVALID_ARGUMENT


class Ended(grpc.RpcError):
    """A call that ended, as gRPC gives it."""

    def __init__(
        self, code: grpc.StatusCode, message: str, *details: Message, request_id: str = ""
    ) -> None:
        self._code, self._message, self._request_id = code, message, request_id
        status = status_pb2.Status(code=code.value[0], message=message)
        for detail in details:
            status.details.add().Pack(detail)
        self._status = status.SerializeToString() if details else b""

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._message

    def trailing_metadata(self) -> Any:
        status = (("grpc-status-details-bin", self._status),) if self._status else ()
        return (*status, *((("x-request-id", self._request_id),) if self._request_id else ()))


def test_code_reason_fields_and_values_are_read() -> None:
    violation = error_details_pb2.BadRequest.FieldViolation(field="k", description="too large")
    error = PalateRpcError.from_grpc(
        Ended(
            INVALID,
            "k is 501",
            error_details_pb2.ErrorInfo(reason="INVALID_INPUT", metadata={"value": "501"}),
            error_details_pb2.BadRequest(field_violations=[violation]),
        )
    )
    assert (str(error), error.code, error.reason) == ("k is 501", INVALID, "INVALID_INPUT")
    assert (error.field_violations, error.metadata) == ({"k": "too large"}, {"value": "501"})
    assert repr(error) == "PalateRpcError(INVALID_ARGUMENT, INVALID_INPUT: k is 501)"


def test_an_error_of_the_network_has_no_reason() -> None:
    error = PalateRpcError.from_grpc(Ended(grpc.StatusCode.UNAVAILABLE, "connection refused"))
    assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "")
    assert (error.field_violations, error.metadata) == ({}, {})
    assert repr(error) == "PalateRpcError(UNAVAILABLE, no reason: connection refused)"


def test_an_error_without_a_message_says_its_code() -> None:
    assert str(PalateRpcError.from_grpc(Ended(INVALID, ""))) == "INVALID_ARGUMENT"


def test_details_of_other_kinds_are_passed_over() -> None:
    info = error_details_pb2.ErrorInfo(reason="OVERLOADED")
    retry = error_details_pb2.RetryInfo()
    error = PalateRpcError.from_grpc(Ended(INVALID, "busy", retry, info))
    assert error.reason == "OVERLOADED"


def test_the_request_id_is_what_the_servers_log_calls_the_call() -> None:
    info = error_details_pb2.ErrorInfo(reason="OVERLOADED")
    error = PalateRpcError.from_grpc(Ended(INVALID, "busy", info, request_id="order-7"))
    assert error.request_id == "order-7"
    assert PalateRpcError.from_grpc(Ended(INVALID, "busy")).request_id == ""
