"""Bodies are read within limits, whatever the caller does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from service.rpc.http import bodies
from service.rpc.http.bodies import read_body
from service.rpc.http.caller import CallerLeft
from service.rpc.http.problems import HttpRefusal


def _request(*parts: bytes, content_type: str = "application/json", **headers: str) -> Request:
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Any:
        return messages.pop(0)

    sent = {"content-type": content_type, **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, receive)


async def test_parts_come_together() -> None:
    assert (
        await read_body(_request(b"{}", b"  ", content_type="Application/JSON; charset=utf-8"), 10)
        == b"{}  "
    )


@pytest.mark.parametrize(
    "given",
    [{"content_type": ""}, {"content_type": "text/plain"}, {"content_encoding": "gzip"},
     {"content_type": "application/x-www-form-urlencoded"}],
)  # fmt: skip
async def test_other_types_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(HttpRefusal, match="send JSON") as caught:
        await read_body(_request(b"{}", **given), 10)
    assert caught.value.http_status == 415


async def test_a_body_that_grows_too_large_is_refused_while_it_comes() -> None:
    assert await read_body(_request(b"1234567890"), 10) == b"1234567890"
    for request in (_request(b"12345", b"678901"), _request(b"{}", content_length="11")):
        with pytest.raises(HttpRefusal, match="more than 10 bytes") as caught:
            await read_body(request, 10)
        assert caught.value.http_status == 413


async def test_a_caller_who_leaves_within_it_has_left() -> None:
    async def gone() -> Any:
        return {"type": "http.disconnect"}

    headers = [(b"content-type", b"application/json")]
    with pytest.raises(CallerLeft):
        await read_body(Request({"type": "http", "method": "POST", "headers": headers}, gone), 10)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_PAUSE_S", 0.0)

    async def never() -> Any:
        await asyncio.Event().wait()

    headers = [(b"content-type", b"application/json")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, never)
    with pytest.raises(HttpRefusal, match="nothing of the body came") as caught:
        await read_body(request, 10)
    assert caught.value.http_status == 408
