"""Streamed answers: the messages of one call, each sent as it comes.

Owns when an answer begins and ends, and that an error before its first part is an answer as to any
other call. How a message is written is the protocol's: `events`, `envelopes`. Knows no rpc.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any, ClassVar

import orjson
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc import status_pb2
from starlette.types import Send

from palate.errors import REQUEST_ID
from service.rpc.http.caller import Caller
from service.rpc.in_process import InProcessCall, answers
from service.rpc.interceptor import Aborted


class MessageStream(ABC):
    """The answer to one call."""

    headers: ClassVar[Sequence[tuple[bytes, bytes]]]

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
            async with aclosing(self._caller.each(self._messages, self.pause_s())) as messages:
                async for message in messages:
                    await self._part(send, self._written(message))
        except Aborted as error:
            if not self._has_started:
                raise
            await self._part(send, self.failed(error.status, self._call.request_id))
        else:
            await self._part(send, self.ended())
        await self._body(send, b"", more=False)

    @abstractmethod
    def pause_s(self) -> float:
        """Seconds after which `pause` is sent, where nothing else was."""

    @abstractmethod
    def pause(self) -> bytes:
        """What says nothing; empty where there is no such thing."""

    @abstractmethod
    def message(self, told: bytes) -> bytes:
        """Of the JSON of a message."""

    @abstractmethod
    def failed(self, status: status_pb2.Status, request_id: str) -> bytes:
        """The end of an answer that began, and could not go on."""

    @abstractmethod
    def ended(self) -> bytes:
        """The end of any other; empty where nothing tells it."""

    def _written(self, raw: bytes | None) -> bytes:
        if raw is None:
            return self.pause()
        return self.message(orjson.dumps(json_format.MessageToDict(self._kind.FromString(raw))))

    async def _part(self, send: Send, part: bytes) -> None:
        if part:
            await self._body(send, part, more=True)

    async def _body(self, send: Send, body: bytes, *, more: bool) -> None:
        if not self._has_started:
            self._has_started = True
            headers = [*self.headers, (REQUEST_ID.encode(), self._call.request_id.encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": more})
