"""Work ends with the caller's patience, and messages come as they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from service.rpc.http.caller import Caller, CallerLeft
from service.rpc.in_process import InProcessCall
from service.rpc.interceptor import Aborted

CALL = "/palate.v1.RecommendService/Recommend"


class Line:
    """What comes from the caller: nothing, until they leave."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.has_read = asyncio.Event()
        self.has_read.set()

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}


def _call(timeout_s: float | None = None) -> InProcessCall:
    return InProcessCall(CALL, (), "ipv4:127.0.0.1:1", timeout_s)


def _caller(line: Line, call: InProcessCall) -> Caller:
    return Caller(line.receive, call, line.has_read)


async def _never(ended: asyncio.Event) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.set()


async def test_work_that_ends_gives_its_result_or_error() -> None:
    async def fails() -> None:
        raise ValueError("no")

    async with _caller(Line(), _call()) as caller:
        assert await caller.wait_for(asyncio.sleep(0, "done")) == "done"
        with pytest.raises(ValueError, match="no"):
            await caller.wait_for(fails())


async def test_a_caller_who_leaves_ends_the_work() -> None:
    line, ended = Line(), asyncio.Event()
    asyncio.get_running_loop().call_soon(line.left.set)
    with pytest.raises(CallerLeft):
        async with _caller(line, _call()) as caller:
            await caller.wait_for(_never(ended))
    assert ended.is_set()


async def test_nothing_is_received_while_a_body_is_read() -> None:
    line, received = Line(), asyncio.Event()
    line.has_read.clear()

    async def receive() -> Any:
        received.set()
        return await line.receive()

    async with Caller(receive, _call(), line.has_read) as caller:
        await caller.wait_for(asyncio.sleep(0))
        assert not received.is_set()
        line.has_read.set()
        await caller.wait_for(received.wait())


async def test_a_deadline_ends_the_work() -> None:
    ended = asyncio.Event()
    with pytest.raises(Aborted, match="the deadline passed"):
        async with _caller(Line(), _call(timeout_s=0.01)) as caller:
            await caller.wait_for(_never(ended))
    assert ended.is_set()


async def _some(*values: int, error: Exception | None = None) -> AsyncGenerator[int, None]:
    for value in values:
        yield value
    if error is not None:
        raise error


async def test_messages_come_in_order_and_then_the_error() -> None:
    async with _caller(Line(), _call()) as caller:
        assert [one async for one in caller.each(_some(1, 2, 3), 60.0)] == [1, 2, 3]
        breaks = caller.each(_some(4, error=ValueError("no")), 60.0)
        assert await anext(breaks) == 4
        with pytest.raises(ValueError, match="no"):
            await anext(breaks)


async def test_a_pause_is_told_and_the_next_message_comes_all_the_same() -> None:
    may_go_on = asyncio.Event()

    async def slow() -> AsyncGenerator[int, None]:
        yield 1
        await may_go_on.wait()
        yield 2

    seen: list[int | None] = []
    async with _caller(Line(), _call()) as caller:
        async for one in caller.each(slow(), 0.001):
            seen.append(one)
            if one is None:
                may_go_on.set()
    assert seen[:2] == [1, None]
    assert [one for one in seen if one is not None] == [1, 2]


async def _followed(line: Line, call: InProcessCall, ended: asyncio.Event, leaves: bool) -> None:
    async def endless() -> AsyncGenerator[int, None]:
        yield 1
        await _never(ended)

    async with _caller(line, call) as caller:
        async for _ in caller.each(endless(), 60.0):
            if leaves:
                line.left.set()


async def test_a_deadline_and_a_caller_who_leaves_end_a_stream() -> None:
    ended = asyncio.Event()
    with pytest.raises(Aborted, match="the deadline passed"):
        await _followed(Line(), _call(timeout_s=0.01), ended, leaves=False)
    assert ended.is_set()
    ended = asyncio.Event()
    with pytest.raises(CallerLeft):
        await _followed(Line(), _call(), ended, leaves=True)
    assert ended.is_set()
