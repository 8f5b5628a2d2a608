"""Server-sent events: the messages of a streamed answer, one event each.

An error before the first message is an answer as to any other call; after it, it is an event of
type `error` with the problem, and the last. A comment goes out where nothing else does, so that
nothing between takes the connection for dead. Knows no rpc.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.message import Message
from starlette.types import Send

from palate.errors import REQUEST_ID
from service.rpc.http.caller import Caller
from service.rpc.http.problems import http_status_of, problem
from service.rpc.in_process import InProcessCall, answers
from service.rpc.interceptor import Aborted

KEEP_ALIVE_S = 15.0
_COMMENT = b": still there\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events back
]


class EventStream:
    """The answer to one call."""

    def __init__(
        self, handler: Any, kind: type[Message], call: InProcessCall, caller: Caller
    ) -> None:
        self._messages = answers(handler, call)
        self._kind = kind
        self._call = call
        self._caller = caller
        self._has_started = False

    async def send(self, send: Send) -> None:
        """All of it."""
        try:
            async with aclosing(self._caller.each(self._messages, KEEP_ALIVE_S)) as messages:
                async for message in messages:
                    await self._part(send, _COMMENT if message is None else self._event(message))
        except Aborted as error:
            if not self._has_started:
                raise
            http_status = http_status_of(error.status)
            told = problem(error.status, http_status, self._call.request_id)
            await self._part(send, b"event: error\ndata: " + told + b"\n\n")
        await self._part(send, b"", more=False)

    async def _part(self, send: Send, body: bytes, more: bool = True) -> None:
        if not self._has_started:
            self._has_started = True
            request_id = (REQUEST_ID.encode(), self._call.request_id.encode())
            await send(
                {"type": "http.response.start", "status": 200, "headers": [*_HEADERS, request_id]}
            )
        await send({"type": "http.response.body", "body": body, "more_body": more})

    def _event(self, raw: bytes) -> bytes:
        told = json_format.MessageToDict(self._kind.FromString(raw))
        return b"data: " + orjson.dumps(told) + b"\n\n"
