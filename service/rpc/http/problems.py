"""Problems: errors as an HTTP client sees them, by RFC 9457 or by Connect's protocol.

Owns the table from gRPC codes to HTTP status codes. What an error says comes from the
`google.rpc.Status` that gRPC sends, reason and details included, so that both tell the same. Knows
no requests.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import grpc
import orjson
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from service.rpc.in_process import status_of
from service.rpc.interceptor import CODES, Aborted

Headers: TypeAlias = dict[str, str]

CLIENT_CLOSED_REQUEST = 499
"""Not in the standard; what proxies log for a caller who has left."""

HTTP_STATUS: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.CANCELLED: CLIENT_CLOSED_REQUEST,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
"""As google.rpc.Code has it. Connect's protocol has the same numbers."""

_TYPE_PREFIX = "type.googleapis.com/"
_NOT_OURS = {CLIENT_CLOSED_REQUEST: "Client Closed Request"}


class HttpRefusal(Aborted):
    """A request that is refused for a reason that gRPC does not know: its path, verb or body."""

    def __init__(
        self,
        http_status: int,
        code: grpc.StatusCode,
        reason: str,
        detail: str,
        headers: Headers | None = None,
    ) -> None:
        super().__init__(status_of(code, reason, detail), reason)
        self.http_status = http_status
        self.headers = headers or {}


def problem(status: status_pb2.Status, http_status: int, request_id: str) -> bytes:
    """The body of `application/problem+json`."""
    details = json_format.MessageToDict(status).get("details", [])
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": _title(http_status),
            "status": http_status,
            "detail": status.message,
            "code": CODES[status.code].name,
            "reason": _info(status).reason,
            "requestId": request_id,
            "details": details,
        }
    )


def connect_error(status: status_pb2.Status) -> bytes:
    """The body of an error by Connect's protocol."""
    code = "canceled" if status.code == 1 else CODES[status.code].name.lower()
    details = [
        {
            "type": detail.type_url.removeprefix(_TYPE_PREFIX),
            "value": base64.b64encode(detail.value).decode().rstrip("="),
        }
        for detail in status.details
    ]
    return orjson.dumps({"code": code, "message": status.message, "details": details})


def http_status_of(status: status_pb2.Status) -> int:
    """By the table."""
    return HTTP_STATUS[CODES[status.code]]


def error_headers(status: status_pb2.Status) -> Headers:
    """When to come again, in whole seconds, where the error says so, and how to say who one is."""
    if CODES[status.code] is grpc.StatusCode.UNAUTHENTICATED:
        return {"www-authenticate": "Bearer"}
    delay = _detail(status, error_details_pb2.RetryInfo()).retry_delay
    return {"retry-after": str(math.ceil(_seconds(delay)))} if _seconds(delay) else {}


def _seconds(delay: Duration) -> float:
    return delay.seconds + delay.nanos / 1e9


def _title(http_status: int) -> str:
    return _NOT_OURS.get(http_status) or HTTPStatus(http_status).phrase


def _info(status: status_pb2.Status) -> error_details_pb2.ErrorInfo:
    found: error_details_pb2.ErrorInfo = _detail(status, error_details_pb2.ErrorInfo())
    return found


def _detail(status: status_pb2.Status, kind: Any) -> Any:
    """The detail of that kind; an empty one where there is none."""
    for detail in status.details:
        if detail.Unpack(kind):
            break
    return kind
