"""A work pool: threads that take blocking work off the event loop, and a bounded queue before them.

Owns when work starts, and that it does not start in vain. Knows nothing of what the work is, nor
of gRPC.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from service.errors import DeadlinePassed, Overloaded
from service.telemetry import metrics as m
from service.telemetry.metrics import Reading

T = TypeVar("T")


class WorkPool:
    """`threads` workers; at most `max_waiting` calls wait for one of them, in order of arrival.

    Every thread calls `prepare` once, before its first work.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        max_waiting: int,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self._name = name
        self._limit = threads + max_waiting
        self._pending = 0
        self._shed = 0
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(threads, f"palate-{name}", initializer=prepare)

    @property
    def pending(self) -> int:
        """Calls that run or wait."""
        return self._pending

    @property
    def shed(self) -> int:
        """Calls that were refused because too many waited."""
        return self._shed

    def readings(self) -> Iterator[Reading]:
        """As of now."""
        yield Reading(m.QUEUE_PENDING, self._pending, (self._name,))
        yield Reading(m.QUEUE_CAPACITY, self._limit, (self._name,))
        yield Reading(m.QUEUE_SHED, self._shed, (self._name,))

    async def run(self, work: Callable[[], T], remaining_s: float | None = None) -> T:
        """The result of `work`, run in a thread.

        Work that has started is finished. Work whose caller is cancelled while it waits is never
        started. The thread works in the caller's context, so that what it logs is about the call.
        Errors: Overloaded where too many wait already; DeadlinePassed where `remaining_s` seconds
        have passed by the time a thread is free.
        """
        deadline = None if remaining_s is None else time.monotonic() + remaining_s

        def start() -> T:
            if deadline is not None and time.monotonic() >= deadline:
                raise DeadlinePassed()
            return work()

        with self._lock:
            if self._pending >= self._limit:
                self._shed += 1
                raise Overloaded(self._name, self._pending)
            self._pending += 1
        try:
            future = self._executor.submit(contextvars.copy_context().run, start)
        except BaseException:
            self._ended(None)
            raise
        future.add_done_callback(self._ended)
        return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Wait for what runs and what waits; nothing is taken any more."""
        await asyncio.to_thread(self._executor.shutdown)

    def _ended(self, _: Future[T] | None) -> None:
        with self._lock:
            self._pending -= 1
