"""The gateway: every rpc over HTTP and JSON, as an ASGI application.

A request is found its rpc, given the handlers and interceptors that gRPC's calls have, read, called
and answered: one message as JSON, several as a stream. Owns this order, and what becomes
of an error at each step. Knows nothing of sockets, and no rpc by name.

    path -> Protocols -> InProcessCall -> interceptors -> body -> message -> handler -> JSON
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import orjson
from google.protobuf import json_format
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from palate.errors import REQUEST_ID
from service.access.roles import rpc_of
from service.config import ServerSettings
from service.errors import InvalidInput, PalateError
from service.priority import BULK, give_way
from service.rpc.http.bodies import read_body
from service.rpc.http.caller import Caller, CallerLeft
from service.rpc.http.problems import CLIENT_CLOSED_REQUEST, HttpRefusal, http_status_of
from service.rpc.http.protocols import Asked, Protocols
from service.rpc.in_process import Calls, InProcessCall, answer
from service.rpc.interceptor import Aborted, new_reference, to_status, unexpected_status
from service.telemetry.call import request_id_of

TIMEOUT_HEADER = "connect-timeout-ms"
"""How long the caller waits, in milliseconds: Connect's header, by either protocol."""
_MAX_TIMEOUT_DIGITS = 10
_LARGE_BYTES = 64 * 1024
"""From here on JSON is read and written in a thread, so that nobody else waits for it."""

A = TypeVar("A")
R = TypeVar("R")

logger = logging.getLogger(__name__)


class Gateway:
    """Answers what is under the paths of the services."""

    def __init__(
        self, services: Sequence[ServiceDescriptor], calls: Calls, limits: ServerSettings
    ) -> None:
        self._protocols = Protocols(services)
        self._calls = calls
        self._max_bytes = limits.max_message_bytes
        self._max_small_bytes = limits.max_request_bytes
        # One, which gives way: several would only wait for one another.
        self._large = ThreadPoolExecutor(1, "palate-json", initializer=give_way, initargs=(BULK,))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = _call_of(request)
        try:
            if request.method == "OPTIONS":
                response = self._options(request)
                await response(scope, receive, send)
            else:
                await self._answer(request, call, send)
        except CallerLeft:
            await Response(status_code=CLIENT_CLOSED_REQUEST)(scope, receive, send)
        except Exception as error:
            response = self._refusal(request, call, error)
            await response(scope, receive, send)

    def _options(self, request: Request) -> Response:
        verbs = self._protocols.verbs(request)
        if not verbs:
            self._protocols.asked(request)  # raises that nothing is there
        return Response(status_code=204, headers={"allow": ", ".join([*verbs, "OPTIONS"])})

    async def _answer(self, request: Request, call: InProcessCall, send: Send) -> None:
        asked = self._protocols.asked(request)
        call.method, call.timeout_s = asked.method, _timeout_s(request)
        has_read = asyncio.Event()
        call.read_request = partial(self._message, asked, request, has_read)
        handler = await self._calls.handler(call)
        async with Caller(request.receive, call, has_read) as caller:
            if asked.rpc.server_streaming:
                kind = GetMessageClass(asked.rpc.output_type)
                stream = asked.stream(handler, kind, call, caller)
                await stream.send(send)
                return
            raw = await caller.wait_for(answer(handler, call))
            body = await self._json(GetMessageClass(asked.rpc.output_type).FromString(raw))
        headers = {REQUEST_ID: call.request_id}
        response = Response(body, headers=headers, media_type="application/json")
        await response(request.scope, request.receive, send)

    def _refusal(self, request: Request, call: InProcessCall, error: Exception) -> Response:
        """The answer to a call that did not succeed, whatever went wrong."""
        request_id = call.request_id or request_id_of(request.headers.get(REQUEST_ID, ""))
        status = _status(error, request_id)
        refused = error if isinstance(error, HttpRefusal) else None
        http_status = http_status_of(status) if refused is None else refused.http_status
        response = self._protocols.error_writer(request)(status, http_status, request_id)
        response.headers[REQUEST_ID] = request_id
        response.headers.update({} if refused is None else refused.headers)
        return response

    async def _message(self, asked: Asked, request: Request, has_read: asyncio.Event) -> bytes:
        """The request as gRPC has it. Called once it is known that it may be read."""
        try:
            body = await self._body(asked, request)
        finally:
            has_read.set()
        if len(body) < _LARGE_BYTES:
            return asked.read(body).SerializeToString()
        message = await self._in_thread(asked.read, body)
        return message.SerializeToString()

    async def _body(self, asked: Asked, request: Request) -> bytes:
        if not asked.takes_body:
            return b""
        is_bulk = rpc_of(asked.method).bulk
        max_bytes = self._max_bytes if is_bulk else self._max_small_bytes
        return await read_body(request, max_bytes, asked.media_type)

    async def _json(self, message: Message) -> bytes:
        if message.ByteSize() < _LARGE_BYTES:
            return to_json(message)
        return await self._in_thread(to_json, message)

    async def _in_thread(self, work: Callable[[A], R], given: A) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._large, work, given)


def _call_of(request: Request) -> InProcessCall:
    """The call of a request, before it is known of what."""
    return InProcessCall(request.method, request.headers.items(), _peer(request))


def _peer(request: Request) -> str:
    if request.client is None:
        return "unknown"
    host, port = request.client
    return f"ipv6:[{host}]:{port}" if ":" in host else f"ipv4:{host}:{port}"


def _timeout_s(request: Request) -> float | None:
    given = request.headers.get(TIMEOUT_HEADER)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= _MAX_TIMEOUT_DIGITS):
        raise InvalidInput(TIMEOUT_HEADER, given, "it must be a whole number of milliseconds")
    return int(given) / 1000


def to_json(message: Message) -> bytes:
    """By the rules of proto3: a field that has its default is left out."""
    return orjson.dumps(json_format.MessageToDict(message))


def _status(error: Exception, request_id: str) -> status_pb2.Status:
    if isinstance(error, HttpRefusal | Aborted):
        return error.status
    if isinstance(error, PalateError):
        return to_status(error)
    reference = new_reference()
    subject: dict[str, Any] = {"request_id": request_id, "reference": reference}
    logger.error("call failed", exc_info=error, extra=subject)
    return unexpected_status(reference)
