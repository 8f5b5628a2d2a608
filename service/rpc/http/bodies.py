"""Bodies of requests: read whole, within limits.

Owns how large one body may be and how long a caller may pause. How many are read at the same time is
`service.rpc.intake`. Knows nothing of what is in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
from starlette.requests import ClientDisconnect, Request

from service.rpc.http.caller import CallerLeft
from service.rpc.http.problems import HttpRefusal

MAX_PAUSE_S = 30.0
"""Between two parts of a body."""
JSON = "application/json"


async def read_body(request: Request, max_bytes: int, media_type: str = JSON) -> bytes:
    """A body of `media_type`. HttpRefusal where it is too large, of another type, or does not come; CallerLeft
    where its caller has gone."""
    _check_type(request, media_type)
    _check_size(int(request.headers.get("content-length", 0)), max_bytes)
    parts: list[bytes] = []
    size = 0
    stream = request.stream()
    try:
        while (part := await _next(stream)) is not None:
            parts.append(part)
            size += len(part)
            _check_size(size, max_bytes)
    except ClientDisconnect:
        raise CallerLeft from None
    return b"".join(parts)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise HttpRefusal(
            413,
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "BODY_TOO_LARGE",
            f"the body has more than {max_bytes:,} bytes; send less in one call",
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


def media_type_of(request: Request) -> str:
    """Without parameters; empty where none is named."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_type(request: Request, media_type: str) -> None:
    """Browsers ask before they send JSON to another site, and do not for other types: so nobody's
    page makes changes here unasked."""
    given = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "identity")
    if media_type_of(request) != media_type or encoding != "identity":
        named = given if encoding == "identity" else f"{given} in {encoding}"
        raise HttpRefusal(
            415,
            grpc.StatusCode.INVALID_ARGUMENT,
            "UNSUPPORTED_MEDIA_TYPE",
            f"the body is {named or 'of no type that is named'}; send JSON, with the header content-type: {media_type}",
            {"accept-post": media_type},
        )
