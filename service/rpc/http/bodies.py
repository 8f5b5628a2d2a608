"""Bodies of requests: read whole, within limits.

Owns how large one body may be, how much all that are being read may take together, and how long a
caller may pause. Knows nothing of what is in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from starlette.requests import Request

from service.errors import Overloaded
from service.rpc.http.problems import HttpRefusal

MAX_PAUSE_S = 30.0
"""Between two parts of a body."""
_JSON = "application/json"


class Bodies:
    """Reads bodies of up to `max_bytes`, and up to `max_bytes_in_flight` at the same time."""

    def __init__(self, max_bytes: int, max_bytes_in_flight: int) -> None:
        self._max_bytes = max_bytes
        self._max_bytes_in_flight = max_bytes_in_flight
        self._bytes = 0
        self._bodies = 0

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """A body of JSON, which counts for as long as this lasts. HttpRefusal where it is too large,
        of another type, or does not come; Overloaded where there is too much at once."""
        _check_type(request)
        self._check_size(int(request.headers.get("content-length", 0)))
        parts: list[bytes] = []
        self._bodies += 1
        try:
            await self._collect(request, parts)
            yield b"".join(parts)
        finally:
            self._bodies -= 1
            self._bytes -= sum(map(len, parts))

    async def _collect(self, request: Request, parts: list[bytes]) -> None:
        size = 0
        stream = request.stream()
        while (part := await _next(stream)) is not None:
            parts.append(part)
            size += len(part)
            self._bytes += len(part)
            self._check_size(size)
            if self._bodies > 1 and self._bytes > self._max_bytes_in_flight:
                raise Overloaded("bytes in flight", self._bodies - 1)

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise HttpRefusal(
                413,
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "BODY_TOO_LARGE",
                f"the body has more than {self._max_bytes:,} bytes; send less in one call",
            )


async def _next(stream: AsyncIterator[bytes]) -> bytes | None:
    try:
        async with asyncio.timeout(MAX_PAUSE_S):
            return await anext(stream, None)
    except TimeoutError:
        raise HttpRefusal(
            408,
            grpc.StatusCode.DEADLINE_EXCEEDED,
            "BODY_INCOMPLETE",
            f"nothing of the body came for {MAX_PAUSE_S:g} seconds; send it without pauses",
            {"connection": "close"},
        ) from None


def _check_type(request: Request) -> None:
    """Browsers ask before they send JSON to another site, and do not for other types: so nobody's
    page makes changes here unasked."""
    given = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "identity")
    if given.partition(";")[0].strip().lower() != _JSON or encoding != "identity":
        named = given if encoding == "identity" else f"{given} in {encoding}"
        raise HttpRefusal(
            415,
            grpc.StatusCode.INVALID_ARGUMENT,
            "UNSUPPORTED_MEDIA_TYPE",
            f"the body is {named or 'of no type that is named'}; send JSON, with the header content-type: {_JSON}",
            {"accept-post": _JSON},
        )
