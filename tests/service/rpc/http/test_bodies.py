"""Bodies are read within limits, whatever the caller does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from service.errors import Overloaded
from service.rpc.http import bodies
from service.rpc.http.bodies import Bodies
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
    async with Bodies(10, 10).read(
        _request(b"{}", b"  ", content_type="Application/JSON; charset=utf-8")
    ) as body:
        assert body == b"{}  "


@pytest.mark.parametrize(
    "given",
    [{"content_type": ""}, {"content_type": "text/plain"}, {"content_encoding": "gzip"},
     {"content_type": "application/x-www-form-urlencoded"}],
)  # fmt: skip
async def test_other_types_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(HttpRefusal, match="send JSON") as caught:
        async with Bodies(10, 10).read(_request(b"{}", **given)):
            pass
    assert caught.value.http_status == 415


async def test_what_is_too_much_together_is_refused_and_then_taken() -> None:
    both = Bodies(10, 12)
    async with both.read(_request(b"1234567890")):
        with pytest.raises(Overloaded, match="bytes in flight"):
            async with both.read(_request(b"123")):
                pass
        async with both.read(_request(b"12")) as body:
            assert body == b"12"
    async with both.read(_request(b"123")) as body:
        assert body == b"123"


async def test_one_that_is_alone_may_be_more_than_all_may_be_together() -> None:
    async with Bodies(10, 5).read(_request(b"1234567890")) as body:
        assert len(body) == 10


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_PAUSE_S", 0.0)

    async def never() -> Any:
        await asyncio.Event().wait()

    headers = [(b"content-type", b"application/json")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, never)
    with pytest.raises(HttpRefusal, match="nothing of the body came") as caught:
        async with Bodies(10, 10).read(request):
            pass
    assert caught.value.http_status == 408
