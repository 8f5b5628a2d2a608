"""Every call of `palate.v1` goes through here: it gets a request id and a line in the log, errors
become statuses with details, and calls in flight are counted, with their bytes.

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

from palate.errors import REQUEST_ID
from service.errors import InvalidInput, Overloaded, PalateError, status_of
from service.rpc.call_record import CallRecord
from service.telemetry import metrics as m
from service.telemetry.call import CURRENT_CALL, Call, request_id_of
from service.telemetry.metrics import Reading
from service.telemetry.telemetry import SILENT, Telemetry

DOMAIN = "palate"
METHODS = "/palate.v1."
DETAILS_KEY = "grpc-status-details-bin"
UNEXPECTED = "UNEXPECTED"
"""The reason of an error that is our bug."""

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
class Asking:
    """What a servicer knows of a call beside its request."""

    method: str
    _context: Context

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""
        remaining_s: float | None = self._context.time_remaining()
        return remaining_s


class CallInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Translates errors, logs every call, knows when the last one has ended, and refuses what would
    be more than `max_bytes` of requests at once."""

    def __init__(self, max_bytes: int, telemetry: Telemetry = SILENT) -> None:
        self._max_bytes = max_bytes
        self._telemetry = telemetry
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

    def readings(self) -> Iterator[Reading]:
        """As of now."""
        yield Reading(m.CALLS_IN_FLIGHT, self._in_flight)

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
        self, method: str, behaviour: Callable[[Any, Asking], Awaitable[Any]]
    ) -> Callable[..., Any]:
        async def call(request: Any, context: Context) -> Any:
            with self._recorded(method, request, context) as record:
                try:
                    self._check_bytes()
                    answer = await behaviour(request, Asking(method, context))
                except Exception as error:
                    await _abort(context, record, error)
                record.about(answer)
                record.answered()
                return answer

        return call

    def _streaming(
        self, method: str, behaviour: Callable[[Any, Asking], AsyncGenerator[Any, None]]
    ) -> Callable[..., Any]:
        async def call(request: Any, context: Context) -> AsyncGenerator[Any, None]:
            with self._recorded(method, request, context) as record:
                try:
                    self._check_bytes()
                    async with aclosing(behaviour(request, Asking(method, context))) as messages:
                        async for message in messages:
                            yield message
                except Exception as error:
                    await _abort(context, record, error)
                record.answered()

        return call

    @contextmanager
    def _recorded(self, method: str, request: Any, context: Context) -> Iterator[CallRecord]:
        """The call is in flight for as long as this lasts; then it is logged."""
        given = dict(context.invocation_metadata() or ())
        call = Call(method, context.peer(), request_id_of(str(given.get(REQUEST_ID, ""))))
        record = CallRecord(call)
        record.about(request)
        context.set_trailing_metadata(((REQUEST_ID, call.request_id),))
        self._telemetry.began(call, given)
        CURRENT_CALL.set(call)  # gRPC gives each call a task, and so a context, of its own
        size = request.ByteSize()
        self._in_flight += 1
        self._bytes += size
        self._idle.clear()
        try:
            yield record
        finally:
            self._telemetry.ended(
                call, record.status, record.reason, record.duration_s, record.recommendation_id
            )
            record.log(logger)
            self._in_flight -= 1
            self._bytes -= size
            if not self._in_flight:
                self._idle.set()

    def _check_bytes(self) -> None:
        """Overloaded where the call that has just come is too much beside the others."""
        others = self._in_flight - 1
        if others and self._bytes > self._max_bytes:
            raise Overloaded("bytes in flight", others)


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


async def _abort(context: Context, record: CallRecord, error: Exception) -> NoReturn:
    if isinstance(error, grpc.aio.AbortError):
        raise error
    status = to_status(error) if isinstance(error, PalateError) else _unexpected(record)
    code = _code_of(status.code)
    if isinstance(error, PalateError):
        record.refused(code.name, error.reason)
    if code is grpc.StatusCode.INTERNAL:
        record.error = error
    await context.abort(
        code,
        status.message,
        trailing_metadata=(
            (DETAILS_KEY, status.SerializeToString()),
            (REQUEST_ID, record.call.request_id),
        ),
    )
    raise AssertionError("abort does not return")


def _unexpected(record: CallRecord) -> status_pb2.Status:
    """Our bug: the caller gets a reference, the log gets the rest."""
    reference = uuid.uuid4().hex[:12]
    record.refused("INTERNAL", UNEXPECTED, reference)
    status = status_pb2.Status(
        code=grpc.StatusCode.INTERNAL.value[0],
        message=f"unexpected error; the server's log has the cause under reference {reference}",
    )
    info = error_details_pb2.ErrorInfo(
        reason=UNEXPECTED, domain=DOMAIN, metadata={"reference": reference}
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
