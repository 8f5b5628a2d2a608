"""The bytes of requests: how many are read, held and understood at once.

gRPC would read a request of up to `server.max_message_bytes` into memory, and make a message of it,
before anything is asked. So handlers get bytes that nobody has read yet: who calls is known by then, so
many are read at the same time and no more, and what is too large is refused before it is taken
apart. Knows nothing of who calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError

from service.access.roles import rpc_of
from service.config import ServerSettings
from service.errors import InvalidInput, Overloaded, RequestTooLarge, RequestTooSlow

BULK_READ_S, READ_S = 60.0, 5.0
"""Longest time from when a request may be read until all of it is there: of those that may be large,
and of the others, few of which could keep everybody waiting else."""
BULK_READS, READS = 2, 4
"""Requests that are read at the same time: those that may be large, and the others, which do not wait
for them."""

# Generic in the type stubs only.
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class Intake:
    """For one server, on its event loop."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._bulk, self._others = asyncio.Semaphore(BULK_READS), asyncio.Semaphore(READS)
        self._bytes = 0

    async def read(self, method: str, context: Context, others: int) -> bytes:
        """The request of a call, beside which `others` are in flight; to be given back to `done`.

        RequestTooLarge for what no request of the method may be, RequestTooSlow for what does not
        come, Overloaded where it is too much beside the others.
        """
        is_bulk = rpc_of(method).bulk
        async with self._bulk if is_bulk else self._others:
            if self._bytes >= self._settings.max_bytes_in_flight:
                raise Overloaded("bytes in flight", others)
            longest_s = BULK_READ_S if is_bulk else READ_S
            try:
                async with asyncio.timeout(longest_s):
                    raw: Any = await context.read()
            except TimeoutError:
                raise RequestTooSlow(method, longest_s) from None
        if not isinstance(raw, bytes):  # grpc.aio.EOF
            raise InvalidInput("request", "", "the call ended without one; send one message")
        name = "max_message_bytes" if is_bulk else "max_request_bytes"
        limit = getattr(self._settings, name)
        n_bytes = len(raw)
        if n_bytes > limit:
            del raw  # an error keeps what its frames hold for as long as it is on its way
            raise RequestTooLarge(method, n_bytes, limit, f"server.{name}")
        if self._bytes and self._bytes + n_bytes > self._settings.max_bytes_in_flight:
            del raw
            raise Overloaded("bytes in flight", others)
        self._bytes += n_bytes
        return raw

    def done(self, n_bytes: int) -> None:
        """A request that was read is not held any more."""
        self._bytes -= n_bytes


def understood(raw: bytes, parse: Callable[[bytes], Any]) -> Any:
    """The message; InvalidInput where the bytes are none of that kind."""
    try:
        return parse(raw)
    except DecodeError:
        raise InvalidInput(
            "request", f"{len(raw):,} bytes", "it is no message of this method; see proto/palate/v1"
        ) from None
