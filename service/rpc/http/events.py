"""Server-sent events: the messages of a streamed answer, one event each.

An error after the first message is an event of type `error` with the problem, and the last. A
comment goes out where nothing else does, so that nothing between takes the connection for dead.
"""

from __future__ import annotations

from google.rpc import status_pb2

from service.rpc.http.problems import http_status_of, problem
from service.rpc.http.streams import MessageStream

KEEP_ALIVE_S = 15.0


class EventStream(MessageStream):
    """The answer to one call."""

    headers = (
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx would keep events back
    )

    def pause_s(self) -> float:
        return KEEP_ALIVE_S

    def pause(self) -> bytes:
        return b": still there\n\n"

    def message(self, told: bytes) -> bytes:
        return b"data: " + told + b"\n\n"

    def failed(self, status: status_pb2.Status, request_id: str) -> bytes:
        told = problem(status, http_status_of(status), request_id)
        return b"event: error\ndata: " + told + b"\n\n"

    def ended(self) -> bytes:
        return b""
