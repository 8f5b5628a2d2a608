"""Model work off the event loop: a few threads and a bounded queue before them.

Owns when a call starts, and that it does not start in vain. Knows nothing of what the work is, nor
of gRPC.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from service.errors import DeadlinePassed, Overloaded

T = TypeVar("T")


class WorkPool:
    """`threads` workers; at most `max_waiting` calls wait for one of them, in order of arrival.

    Every worker calls `prepare` once, before its first work.
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
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(threads, f"palate-{name}", initializer=prepare)

    @property
    def pending(self) -> int:
        """Calls that run or wait."""
        return self._pending

    async def run(self, work: Callable[[], T], remaining_s: float | None = None) -> T:
        """The result of `work`, run in a thread.

        Overloaded when too many wait already. Work whose caller has gone, or whose `remaining_s`
        has run out by the time a thread is free, is not started; work that has started is finished.
        """
        deadline = None if remaining_s is None else time.monotonic() + remaining_s

        def start() -> T:
            if deadline is not None and time.monotonic() >= deadline:
                raise DeadlinePassed()
            return work()

        with self._lock:
            if self._pending >= self._limit:
                raise Overloaded(self._name, self._pending)
            self._pending += 1
        try:
            future = self._executor.submit(start)
        except BaseException:
            self._finished(None)
            raise
        future.add_done_callback(self._finished)
        return await asyncio.wrap_future(future)

    async def close(self) -> None:
        """Waits for what is running and waiting; nothing is taken any more."""
        await asyncio.to_thread(self._executor.shutdown)

    def _finished(self, _: Future[T] | None) -> None:
        with self._lock:
            self._pending -= 1
