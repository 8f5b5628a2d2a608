"""Calls in this process: the rpcs that gRPC serves, by the same handlers and through the same
interceptors, without a socket between.

`InProcessCall` is what an interceptor and a servicer see of a call that did not come over gRPC: its
method, its metadata (of HTTP the headers), its peer and its deadline. Whoever checks keys or counts
calls finds there what gRPC gives. Knows neither JSON nor paths.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, TypeAlias

import grpc
from google.rpc import error_details_pb2, status_pb2

from palate.errors import REQUEST_ID
from service.rpc.interceptor import DETAILS_KEY, DOMAIN, Aborted

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Registered: TypeAlias = "grpc.GenericRpcHandler[Any, Any]"
ReadRequest: TypeAlias = Callable[[], Awaitable[bytes]]
Metadata: TypeAlias = Sequence[tuple[str, str | bytes]]


class Details(NamedTuple):
    """What an interceptor sees of a call before its request is read."""

    method: str
    invocation_metadata: Metadata


@dataclass(slots=True)
class InProcessCall:
    """One call: the part of `grpc.aio.ServicerContext` that is used here."""

    method: str
    metadata: Metadata
    peer_name: str
    """As gRPC has it: `ipv4:127.0.0.1:4242`."""
    timeout_s: float | None = None
    read_request: ReadRequest | None = None
    """Gives the message as bytes, once it is known that it may be read."""
    began: float = field(default_factory=time.monotonic)
    trailing: dict[str, str | bytes] = field(default_factory=dict)
    """What came with the answer beside it."""

    def invocation_metadata(self) -> Metadata:
        """The headers, by their names in lower case."""
        return self.metadata

    def peer(self) -> str:
        """Who calls."""
        return self.peer_name

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""
        if self.timeout_s is None:
            return None
        return max(0.0, self.timeout_s - (time.monotonic() - self.began))

    def auth_context(self) -> Mapping[str, Sequence[bytes]]:
        """No certificates: TLS ends before."""
        return {}

    async def read(self) -> bytes:
        """The request."""
        assert self.read_request is not None, "a call that is answered has a request"
        return await self.read_request()

    def set_trailing_metadata(self, metadata: Metadata) -> None:
        """What the answer tells beside its message."""
        self.trailing.update(metadata)

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Metadata = ()
    ) -> NoReturn:
        """End the call with an error."""
        self.trailing.update(trailing_metadata)
        packed = self.trailing.pop(DETAILS_KEY, b"")
        status = status_of(code, "", details)
        if isinstance(packed, bytes) and packed:
            status = status_pb2.Status.FromString(packed)
        raise Aborted(status)

    @property
    def request_id(self) -> str:
        """What the log calls this call; empty before an interceptor has named it."""
        return str(self.trailing.get(REQUEST_ID, ""))


class Calls:
    """The rpcs of the servicers that are registered here as at a `grpc.aio.Server`."""

    def __init__(self, interceptors: Sequence[grpc.aio.ServerInterceptor]) -> None:  # type: ignore[type-arg]
        self._interceptors = interceptors
        self._services: list[Registered] = []

    def add_generic_rpc_handlers(self, handlers: Sequence[Registered]) -> None:
        """What the generated code calls for a servicer."""
        self._services += handlers

    async def handler(self, call: InProcessCall) -> Handler:
        """What answers a call, as the interceptors have it; whose is the rule that nothing is read of a
        request before it is known who asks."""
        return await self._through(0, Details(call.method, call.metadata))

    async def _through(self, number: int, details: Any) -> Handler:
        if number == len(self._interceptors):
            return self._registered(details)

        async def go_on(details: Any) -> Handler:
            return await self._through(number + 1, details)

        interceptor = self._interceptors[number]
        handler: Handler = await interceptor.intercept_service(go_on, details)
        return handler

    def _registered(self, details: Any) -> Handler:
        for service in self._services:
            if (handler := service.service(details)) is not None:
                return handler
        status = status_of(
            grpc.StatusCode.UNIMPLEMENTED, "NO_SUCH_METHOD", f"there is no {details.method}"
        )
        raise Aborted(status)


async def answer(handler: Any, call: InProcessCall) -> bytes:
    """The one message of an answer. Aborted where the call ended with an error."""
    raw: bytes = await handler.stream_unary(None, call)
    return raw


def answers(handler: Any, call: InProcessCall) -> AsyncGenerator[bytes, None]:
    """The messages of an answer that is streamed."""
    messages: AsyncGenerator[bytes, None] = handler.stream_stream(None, call)
    return messages


def status_of(code: grpc.StatusCode, reason: str, message: str) -> status_pb2.Status:
    """A status with its reason."""
    status = status_pb2.Status(code=code.value[0], message=message)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN))
    return status


def deadline_passed() -> Aborted:
    """How a call ends whose caller waits no longer."""
    return Aborted(
        status_of(
            grpc.StatusCode.DEADLINE_EXCEEDED,
            "DEADLINE_PASSED",
            "the deadline passed before the answer was there; try again with a longer one",
        )
    )
