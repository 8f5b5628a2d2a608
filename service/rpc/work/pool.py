"""A work pool: threads that take blocking work off the event loop, and a bounded queue before them.

Owns which work is taken, in which order it starts, and that none starts in vain. What comes first
is what has the earliest deadline (Liu and Layland, JACM 1973). Under overload a queue of any length
fills up, and then every answer is late, so the queue is kept short in time: a call is refused at
once where those before it would take too much of the time that its caller gives it (as CoDel bounds
the time in a queue: Nichols and Jacobson, ACM Queue 2012; for calls: Maurer, "Fail at Scale", ACM
Queue 2015). Knows nothing of what the work is, nor of gRPC.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
import threading
import time
from bisect import insort
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from service.errors import DeadlinePassed, Overloaded
from service.rpc.work.service_times import ServiceTimes
from service.telemetry import metrics as m
from service.telemetry.metrics import Reading

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a call is made."""

    remaining_s: float | None = None
    """Until the caller's deadline; None where there is none."""
    kind: str = ""
    """Calls of one kind take about as long as one another."""
    bulk: bool = False
    """Starts after all that is not, whatever its deadline."""


@dataclass(slots=True, order=True)
class _Call:
    """One call in the order in which calls start."""

    bulk: bool
    deadline: float
    """On the clock of the pool; infinite where there is none."""
    number: int
    kind: str = field(compare=False)
    work: Callable[[], Any] = field(compare=False)
    future: Future[Any] = field(compare=False, default_factory=Future)
    started: float = field(compare=False, default=0.0)


class WorkPool:
    """`threads` workers; at most `max_waiting` calls wait for one of them.

    Every thread calls `prepare` once, before its first work. A call with a deadline is taken only
    where it is expected to wait at most `max_wait_share` of the time that is left, and to end in
    that time; with a share of 0, wherever there is room.
    """

    def __init__(
        self,
        name: str,
        threads: int,
        max_waiting: int,
        prepare: Callable[[], object] = lambda: None,
        *,
        max_wait_share: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._threads = threads
        self._limit = threads + max_waiting
        self._max_wait_share = max_wait_share
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[_Call] = []
        """In the order in which they start."""
        self._running: list[_Call] = []
        self._times = ServiceTimes()
        self._taken = self._shed = 0
        self._executor = ThreadPoolExecutor(threads, f"palate-{name}", initializer=prepare)

    @property
    def pending(self) -> int:
        """Calls that run or wait."""
        return len(self._running) + len(self._waiting)

    @property
    def shed(self) -> int:
        """Calls that were refused because too many waited, or could not have been answered in time."""
        return self._shed

    def readings(self) -> Iterator[Reading]:
        """As of now."""
        yield Reading(m.QUEUE_PENDING, self.pending, (self._name,))
        yield Reading(m.QUEUE_CAPACITY, self._limit, (self._name,))
        yield Reading(m.QUEUE_SHED, self._shed, (self._name,))

    async def run(self, work: Callable[[], T], terms: Terms = Terms()) -> T:
        """The result of `work`, run in a thread.

        Work that has started is finished. Work whose caller is cancelled while it waits is never
        started. The thread works in the caller's context, so that what it logs is about the call.
        Errors: Overloaded where too many wait already, or for too long, or where the call
        could not end in time any more when a thread is free; DeadlinePassed where its deadline has
        passed by then.
        """
        with self._lock:
            call = self._admitted(partial(contextvars.copy_context().run, work), terms)
            insort(self._waiting, call)
        call.future.add_done_callback(lambda _: self._forget(call))
        try:
            self._executor.submit(self._start_next)
        except BaseException:
            call.future.cancel()
            raise
        result: T = await asyncio.wrap_future(call.future)
        return result

    async def close(self) -> None:
        """Wait for what runs and what waits; nothing is taken any more."""
        await asyncio.to_thread(self._executor.shutdown)

    def _admitted(self, work: Callable[[], Any], terms: Terms) -> _Call:
        now = self._clock()
        remaining_s = math.inf if terms.remaining_s is None else terms.remaining_s
        self._taken += 1
        call = _Call(terms.bulk, now + remaining_s, self._taken, terms.kind, work)
        wait_s = self._wait_s(call, now)
        if self.pending >= self._limit or not self._is_in_time(call, wait_s, remaining_s):
            self._shed += 1
            raise Overloaded(self._name, self.pending, retry_after_s=wait_s)
        return call

    def _is_in_time(self, call: _Call, wait_s: float, remaining_s: float) -> bool:
        if not self._max_wait_share or not wait_s:
            return True  # also where it is expected to take too long: else nothing would ever tell otherwise
        end_s = wait_s + self._times.expected_s(call.kind)
        return wait_s <= self._max_wait_share * remaining_s and end_s <= remaining_s

    def _wait_s(self, call: _Call, now: float) -> float:
        """Seconds until a thread is expected to be free for it."""
        before = [one for one in self._waiting if one < call]
        if len(self._running) + len(before) < self._threads:
            return 0.0
        ahead_s = sum(self._times.expected_s(one.kind) for one in before)
        for one in self._running:
            ahead_s += max(0.0, self._times.expected_s(one.kind) - (now - one.started))
        return ahead_s / self._threads

    def _start_next(self) -> None:
        """In a thread: one call, if any still waits."""
        with self._lock:
            if not self._waiting:
                return
            call = self._waiting.pop(0)
            call.started = self._clock()
            self._running.append(call)
        if call.future.set_running_or_notify_cancel():
            self._finish(call)

    def _finish(self, call: _Call) -> None:
        try:
            self._check_in_time(call)
            result = call.work()
        except BaseException as error:
            self._forget(call)
            call.future.set_exception(error)
        else:
            self._forget(call, took_s=self._clock() - call.started)
            call.future.set_result(result)

    def _check_in_time(self, call: _Call) -> None:
        """Before the work: that it is not in vain."""
        if call.started >= call.deadline:
            raise DeadlinePassed()
        waited_for_others = self.pending > self._threads
        end = call.started + self._times.expected_s(call.kind)
        if self._max_wait_share and waited_for_others and end > call.deadline:
            with self._lock:
                self._shed += 1
            raise Overloaded(self._name, self.pending)

    def _forget(self, call: _Call, took_s: float | None = None) -> None:
        """It neither waits nor runs any more, and lets go of its work: its future keeps it, and would
        keep the request until garbage is collected. Called again, it does nothing."""
        call.work = _nothing
        with self._lock:
            for calls in (self._waiting, self._running):
                if call in calls:
                    calls.remove(call)
            if took_s is not None:
                self._times.took(call.kind, took_s)


def _nothing() -> None: ...
