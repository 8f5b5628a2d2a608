"""Every call of `palate.v1` goes through here: who calls is asked before anything is read, it gets a
request id and a line in the log, and errors become statuses with details.

Owns the shape of an error on the wire: `google.rpc.Status` with `ErrorInfo`, `BadRequest` for what
the caller got wrong, and `RetryInfo` for what is too much at the moment. What an error means is
decided by `service.errors.STATUS`, who may call by `service.access`, how much is read by
`service.rpc.intake`. Knows nothing of what the calls do.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from palate.errors import REQUEST_ID
from service.access.caller import Peer
from service.access.control import AccessControl
from service.access.roles import rpc_of
from service.config import Settings
from service.errors import (
    AnswerTooLarge,
    Busy,
    InvalidInput,
    Overloaded,
    PalateError,
    RateLimited,
    status_of,
)
from service.rpc.call_record import CallRecord
from service.rpc.intake import Context, Intake, understood
from service.telemetry import metrics as m
from service.telemetry.call import CURRENT_CALL, Call, request_id_of
from service.telemetry.metrics import Reading
from service.telemetry.telemetry import SILENT, Telemetry

DOMAIN = "palate"
METHODS = "/palate.v1."
DETAILS_KEY = "grpc-status-details-bin"
CODES = {code.value[0]: code for code in grpc.StatusCode}
"""By the number that is on the wire."""
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


@dataclass(frozen=True, slots=True)
class Asking:
    """What a servicer knows of a call beside its request."""

    method: str
    tenant: str
    """Whose catalogue is called, by their credential; empty where there are no tenants."""
    _context: Context

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""
        remaining_s: float | None = self._context.time_remaining()
        return remaining_s


class CallInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Asks who calls before anything is read, translates errors, logs every call, and knows when the
    last one has ended."""

    def __init__(
        self, settings: Settings, access: AccessControl, telemetry: Telemetry = SILENT
    ) -> None:
        self._access = access
        self._names_of = _certificate_names if settings.tls.client_ca is not None else _no_names
        self._max_answer_bytes = settings.server.max_message_bytes
        self._intake = Intake(settings.server)
        self._has_tenants = settings.tenants.enabled
        self._telemetry = telemetry
        self._handlers: dict[str, Handler] = {}
        """By method, made once: making them took a tenth of the time of a refusal."""
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
            if handler is None or rpc_of(method).role is None:
                return handler  # type: ignore[no-any-return]
            self._handlers[method] = self._wrapped(method, handler)
        return self._handlers[method]

    def _wrapped(self, method: str, handler: Any) -> Handler:
        """Takes and gives bytes, so that nothing is read or taken apart before it may be. On the wire
        a stream of one request is what a single one is."""
        if not method.startswith(METHODS):
            return self._guarded(method, handler)
        if handler.unary_stream is not None:
            assert inspect.isasyncgenfunction(handler.unary_stream)
            return grpc.stream_stream_rpc_method_handler(self._streaming(method, handler))
        return grpc.stream_unary_rpc_method_handler(self._single(method, handler))

    def _single(self, method: str, handler: Any) -> Callable[..., Any]:
        async def call(_: object, context: Context) -> bytes:
            with self._recorded(method, context) as record:
                try:
                    request = await self._request(record, handler, context)
                    asking = Asking(method, record.caller.tenant, context)
                    answering = handler.unary_unary(request, asking)
                    del request
                    raw = self._answer(record, handler, await answering)
                except Exception as error:
                    await _abort(context, record, self._told(error))
                record.answered()
                return raw

        return call

    def _streaming(self, method: str, handler: Any) -> Callable[..., Any]:
        async def call(_: object, context: Context) -> AsyncGenerator[bytes, None]:
            with self._recorded(method, context) as record:
                try:
                    request = await self._request(record, handler, context)
                    asking = Asking(method, record.caller.tenant, context)
                    answering = handler.unary_stream(request, asking)
                    del request
                    async with aclosing(answering) as messages:
                        async for message in messages:
                            yield self._answer(record, handler, message)
                except Exception as error:
                    await _abort(context, record, self._told(error))
                record.answered()

        return call

    def _told(self, error: Exception) -> Exception:
        """What the caller is told. Tenants are not told how much others do."""
        return Busy() if self._has_tenants and isinstance(error, Overloaded) else error

    def _guarded(self, method: str, handler: Any) -> Handler:
        """Of gRPC's own services, such as reflection: asked who calls, and left alone."""

        async def call(requests: Any, context: Context) -> AsyncGenerator[Any, None]:
            record = CallRecord(_call_of(method, context))
            try:
                self._access.check(
                    method, _metadata(context), self._peer(context), record.call.request_id
                )
            except PalateError as error:
                await _abort(context, record, error)
            async for answer in handler.stream_stream(requests, context):
                yield answer

        assert handler.stream_stream is not None
        return grpc.stream_stream_rpc_method_handler(
            call, handler.request_deserializer, handler.response_serializer
        )

    async def _request(self, record: CallRecord, handler: Any, context: Context) -> Any:
        """What is asked, once it is known who asks and that they may."""
        call = record.call
        record.caller = self._access.check(
            call.method, _metadata(context), self._peer(context), call.request_id
        )
        call.caller, call.tenant = record.caller.name, record.caller.tenant
        raw = await self._intake.read(call.method, context, self._in_flight - 1)
        record.held_bytes = len(raw)
        request = understood(raw, handler.request_deserializer)
        record.about(request)
        if self._access.is_recorded(call.method):
            await asyncio.to_thread(self._access.began, record.caller, call)
            record.is_audited = True
        return request

    def _answer(self, record: CallRecord, handler: Any, answer: Any) -> bytes:
        record.about(answer)
        raw: bytes = handler.response_serializer(answer)
        if len(raw) > self._max_answer_bytes:
            raise AnswerTooLarge(len(raw), self._max_answer_bytes)
        return raw

    def _peer(self, context: Context) -> Peer:
        return Peer(context.peer(), self._names_of(context))

    @contextmanager
    def _recorded(self, method: str, context: Context) -> Iterator[CallRecord]:
        """The call is in flight for as long as this lasts; then it is logged."""
        call = _call_of(method, context)
        record = CallRecord(call)
        context.set_trailing_metadata(((REQUEST_ID, call.request_id),))
        self._telemetry.began(call, _metadata(context))
        CURRENT_CALL.set(call)  # gRPC gives each call a task, and so a context, of its own
        self._in_flight += 1
        self._idle.clear()
        try:
            yield record
        finally:
            self._telemetry.ended(
                call, record.status, record.reason, record.duration_s, record.recommendation_id
            )
            record.log(logger)
            if record.is_audited:
                self._access.ended(record.caller, call, record.status, record.reason)
            self._intake.done(record.held_bytes)
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()


def _metadata(context: Context) -> Mapping[str, str | bytes]:
    return dict(context.invocation_metadata() or ())


def _call_of(method: str, context: Context) -> Call:
    given = str(_metadata(context).get(REQUEST_ID, ""))
    return Call(method, context.peer(), request_id_of(given))


def _certificate_names(context: Context) -> Sequence[str]:
    """Of the client certificate that TLS has verified."""
    known = context.auth_context()
    kinds = ("x509_subject_alternative_name", "x509_common_name")
    return [name.decode("utf-8", "replace") for kind in kinds for name in known.get(kind, ())]


def _no_names(_: Context) -> Sequence[str]:
    return ()


def to_status(error: PalateError) -> status_pb2.Status:
    """The error as it goes over the wire."""
    message = _cut(str(error), _MAX_MESSAGE_BYTES)
    metadata = {
        name: _cut(value, _MAX_VALUE_BYTES)
        for name, value in list(error.metadata.items())[:_MAX_VALUES]
    }
    status = status_pb2.Status(code=grpc.StatusCode[status_of(error)].value[0], message=message)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata)
    )
    if isinstance(error, InvalidInput):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(error.field, _MAX_VALUE_BYTES),
            description=_cut(error.why, _MAX_MESSAGE_BYTES),
        )
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(error, Overloaded | RateLimited):
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(1000 * error.retry_after_s))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return status


class Aborted(grpc.aio.AbortError):
    """A call that was ended with a status, as gRPC's own contexts raise it."""

    def __init__(self, status: status_pb2.Status, reason: str = "") -> None:
        super().__init__(status.message)
        self.status, self.reason = status, reason


async def _abort(context: Context, record: CallRecord, error: Exception) -> NoReturn:
    if isinstance(error, Aborted):
        record.refused(CODES[error.status.code].name, error.reason)
    if isinstance(error, grpc.aio.AbortError):
        raise error
    status = to_status(error) if isinstance(error, PalateError) else _unexpected(record)
    code = CODES[status.code]
    if isinstance(error, PalateError):
        record.refused(code.name, error.reason)
    if code is grpc.StatusCode.INTERNAL:
        record.error = error
    # gRPC keeps an aborted call, and what its frames hold, until garbage is collected: the request.
    traceback.clear_frames(error.__traceback__)
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
    reference = new_reference()
    record.refused("INTERNAL", UNEXPECTED, reference)
    return unexpected_status(reference)


def new_reference() -> str:
    """By which what the caller is told is found in the log."""
    return uuid.uuid4().hex[:12]


def unexpected_status(reference: str) -> status_pb2.Status:
    """What a caller is told of an error that is our bug."""
    status = status_pb2.Status(
        code=grpc.StatusCode.INTERNAL.value[0],
        message=f"unexpected error; the server's log has the cause under reference {reference}",
    )
    info = error_details_pb2.ErrorInfo(
        reason=UNEXPECTED, domain=DOMAIN, metadata={"reference": reference}
    )
    status.details.add().Pack(info)
    return status


def _cut(text: str, max_bytes: int) -> str:
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= max_bytes else raw[: max_bytes - 3].decode("utf-8", "ignore") + "…"
