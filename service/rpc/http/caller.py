"""The caller at the other end: work goes on for as long as they wait, and not past their deadline.

Knows nothing of what the work is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from types import TracebackType
from typing import Any, TypeVar

import grpc
from starlette.types import Receive

from service.rpc.in_process import InProcessCall, deadline_passed

T = TypeVar("T")


class CallerLeft(grpc.aio.AbortError):
    """Nobody waits for the answer any more."""


class Caller:
    """Open for as long as the call lasts. What is under way then, is cancelled. `has_read` is set once
    nobody else receives: of what comes then, only that they leave matters."""

    def __init__(self, receive: Receive, call: InProcessCall, has_read: asyncio.Event) -> None:
        self._call = call
        self._left = asyncio.create_task(_left(receive, has_read))
        self._tasks: list[asyncio.Task[Any]] = [self._left]

    async def __aenter__(self) -> Caller:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work comes to. CallerLeft, or Aborted where their deadline passes before that."""
        task = self._task(work)
        await self._wait(self._call.time_remaining(), task)
        if not task.done():
            raise deadline_passed()
        return task.result()

    async def each(
        self, messages: AsyncGenerator[T, None], pause_s: float
    ) -> AsyncGenerator[T | None, None]:
        """The messages as they come; None after each pause of `pause_s`. Ends as `wait_for` does."""
        unread: asyncio.Queue[T] = asyncio.Queue(maxsize=1)
        work = self._task(_all_into(unread, messages))
        while not (work.done() and unread.empty()):
            coming = self._task(unread.get())
            remaining_s = self._call.time_remaining()
            is_last_pause = remaining_s is not None and remaining_s <= pause_s
            await self._wait(remaining_s if is_last_pause else pause_s, coming, work)
            if coming.done():
                yield coming.result()
            elif not work.done():
                if is_last_pause:
                    raise deadline_passed()
                yield None
            self._tasks.remove(coming)
            coming.cancel()
        work.result()  # raises what it ended with

    async def _wait(self, seconds: float | None, *tasks: asyncio.Task[Any]) -> None:
        """Until one of the tasks has ended, or the time is over; CallerLeft where they leave before."""
        await asyncio.wait(
            (*tasks, self._left), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if self._left.done() and not any(task.done() for task in tasks):
            raise CallerLeft

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task


async def _left(receive: Receive, has_read: asyncio.Event) -> None:
    await has_read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _all_into(unread: asyncio.Queue[T], messages: AsyncGenerator[T, None]) -> None:
    async with aclosing(messages):
        async for message in messages:
            await unread.put(message)
