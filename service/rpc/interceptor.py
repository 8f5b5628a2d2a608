"""Every call of `palate.v1` goes through here: errors become statuses with details, and calls in
flight are counted, with their bytes.

Owns the shape of an error on the wire: `google.rpc.Status` with `ErrorInfo`, `BadRequest` for what
the caller got wrong, and `RetryInfo` for what is too much at the moment. What an error means is
decided by `service.errors.STATUS`. Knows nothing of what the calls do.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from service.errors import InvalidInput, Overloaded, PalateError, status_of

DOMAIN = "palate"
METHODS = "/palate.v1."
DETAILS_KEY = "grpc-status-details-bin"

# A status travels in HTTP/2 headers, of which clients take 8 KiB by default; the message is in
# there three times.
_MAX_MESSAGE_BYTES = 700
_MAX_VALUE_BYTES = 150
_MAX_VALUES = 6

logger = logging.getLogger(__name__)

# Generic in the type stubs only.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


@dataclass(frozen=True, slots=True)
class Call:
    """What a servicer knows of a call beside its request."""

    method: str
    _context: Context

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""
        remaining_s: float | None = self._context.time_remaining()
        return remaining_s


class CallInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Translates errors, knows when the last call has ended, and refuses what would be more than
    `max_bytes` of requests at once."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._handlers: dict[str, Handler] = {}
        """By method, made once: making them took a tenth of the time of a refusal."""
        self._bytes = 0
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def in_flight(self) -> int:
        """Calls that are being answered."""
        return self._in_flight

    async def wait_until_idle(self) -> None:
        await self._idle.wait()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        method = handler_call_details.method
        if method not in self._handlers:
            handler: Any = await continuation(handler_call_details)
            if handler is None or not method.startswith(METHODS):
                return handler  # type: ignore[no-any-return]
            self._handlers[method] = self._wrapped(method, handler)
        return self._handlers[method]

    def _wrapped(self, method: str, handler: Any) -> Handler:
        if handler.unary_stream is not None:
            assert inspect.isasyncgenfunction(handler.unary_stream)
            return grpc.unary_stream_rpc_method_handler(
                self._streaming(method, handler.unary_stream),
                handler.request_deserializer,
                handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._single(method, handler.unary_unary),
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _single(
        self, method: str, behaviour: Callable[[Any, Call], Awaitable[Any]]
    ) -> Callable[..., Any]:
        async def call(request: Any, context: Context) -> Any:
            try:
                with self._counted(request):
                    return await behaviour(request, Call(method, context))
            except Exception as error:
                await _abort(context, method, error)

        return call

    def _streaming(
        self, method: str, behaviour: Callable[[Any, Call], AsyncGenerator[Any, None]]
    ) -> Callable[..., Any]:
        async def call(request: Any, context: Context) -> AsyncGenerator[Any, None]:
            try:
                with self._counted(request):
                    async with aclosing(behaviour(request, Call(method, context))) as messages:
                        async for message in messages:
                            yield message
            except Exception as error:
                await _abort(context, method, error)

        return call

    @contextmanager
    def _counted(self, request: Any) -> Iterator[None]:
        """While it is answered. Overloaded where it would be too much beside the others."""
        size = request.ByteSize()
        if self._in_flight and self._bytes + size > self._max_bytes:
            raise Overloaded("bytes in flight", self._in_flight)
        self._in_flight += 1
        self._bytes += size
        self._idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            self._bytes -= size
            if not self._in_flight:
                self._idle.set()


def to_status(error: PalateError) -> status_pb2.Status:
    """The error as it goes over the wire."""
    message = _cut(str(error), _MAX_MESSAGE_BYTES)
    metadata = {
        name: _cut(value, _MAX_VALUE_BYTES)
        for name, value in list(error.metadata.items())[:_MAX_VALUES]
    }
    status = status_pb2.Status(code=_code(status_of(error)).value[0], message=message)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata)
    )
    if isinstance(error, InvalidInput):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(error.field, _MAX_VALUE_BYTES),
            description=_cut(error.why, _MAX_MESSAGE_BYTES),
        )
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(error, Overloaded):
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(1000 * error.retry_after_s))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return status


async def _abort(context: Context, method: str, error: Exception) -> NoReturn:
    if isinstance(error, grpc.aio.AbortError):
        raise error
    if isinstance(error, PalateError):
        status = to_status(error)
        level = logging.ERROR if status.code == grpc.StatusCode.INTERNAL.value[0] else logging.INFO
        logger.log(level, "call refused", extra={"method": method, "reason": error.reason})
    else:
        status = _unexpected(method, error)
    await context.abort(
        _code_of(status.code),
        status.message,
        trailing_metadata=((DETAILS_KEY, status.SerializeToString()),),
    )
    raise AssertionError("abort does not return")


def _unexpected(method: str, error: Exception) -> status_pb2.Status:
    """Our bug: the caller gets a reference, the log gets the rest."""
    reference = uuid.uuid4().hex[:12]
    logger.error("call failed", extra={"method": method, "reference": reference}, exc_info=error)
    status = status_pb2.Status(
        code=grpc.StatusCode.INTERNAL.value[0],
        message=f"unexpected error; the server's log has the cause under reference {reference}",
    )
    info = error_details_pb2.ErrorInfo(
        reason="UNEXPECTED", domain=DOMAIN, metadata={"reference": reference}
    )
    status.details.add().Pack(info)
    return status


def _code(name: str) -> grpc.StatusCode:
    return grpc.StatusCode[name]


def _code_of(number: int) -> grpc.StatusCode:
    return next(code for code in grpc.StatusCode if code.value[0] == number)


def _cut(text: str, max_bytes: int) -> str:
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= max_bytes else raw[: max_bytes - 3].decode("utf-8", "ignore") + "…"
