"""The work queues of the server: which calls wait for one another, and which do not.

Answering, explaining, indexing and training each have a queue and threads of their own, so that a
long one holds up none of the others. Owns the backend from when it is loaded until it is closed,
and refuses work before and after. Knows nothing of messages or sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol, TypeVar

from service.api.services import Backend
from service.config import Settings
from service.errors import NotServing, Overloaded, TrainingUnderway
from service.priority import ANSWERS, BULK, TRAINING, give_way
from service.rpc.memory import MemoryBound
from service.rpc.work.cores import half_the_cores, one_core
from service.rpc.work.pool import Terms, WorkPool
from service.telemetry import metrics as m
from service.telemetry.metrics import Reading

T = TypeVar("T")


class Context(Protocol):
    """What of a call matters here."""

    @property
    def method(self) -> str:
        """What is called: calls of one method take about as long as one another."""

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""


class WorkQueues:
    """The backend, and the threads that call it.

    `backend` is set once it is loaded; work before that, and from `close` on, ends with NotServing.
    `stopping` is set once long work is to end; what comes on calls that are under way is still done.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.backend: Backend | None = None
        self.stopping = False
        self.closing = False
        self.memory = MemoryBound(settings.server.max_memory_mb, self._drop_caches)
        answering = settings.server.workers
        explaining = settings.explain.workers
        waiting = settings.server.max_waiting
        pool = partial(WorkPool, max_wait_share=settings.server.max_wait_share)
        self._answering = pool("answering", answering, waiting, _answers)
        self._explaining = pool("explaining", explaining, waiting, _answers)
        self._indexing = pool("indexing", 1, waiting, _indexes)
        self._training = pool("training", 1, 0, _trains)
        self._pools = (self._answering, self._explaining, self._indexing, self._training)

    async def answer(
        self, context: Context, work: Callable[[Backend], T], *, bulk: bool = False
    ) -> T:
        """For calls that take milliseconds. Those that move much at once are `bulk`, and start after
        those that somebody waits for."""
        if bulk:
            self.memory.check()
        return await self._run(self._answering, context, work, bulk=bulk)

    async def explain(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that may wait for a language model."""
        return await self._run(self._explaining, context, work)

    async def index(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that encode items or load a model: one at a time, so that cores are left for
        the answers."""
        self.memory.check()
        return await self._run(self._indexing, context, work)

    async def train(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that train: one at a time, and none waits. TrainingUnderway is what a second
        one ends with."""
        self.memory.check()
        try:
            return await self._run(self._training, context, work)
        except Overloaded:
            raise TrainingUnderway() from None

    def readings(self) -> Iterator[Reading]:
        """Of all queues, and whether calls are taken."""
        is_serving = self.backend is not None and not self.stopping
        yield Reading(m.SERVING, int(is_serving))
        for pool in self._pools:
            yield from pool.readings()

    async def close(self) -> None:
        """Wait for what is under way, then close the backend."""
        self.stopping = self.closing = True
        for pool in self._pools:
            await pool.close()
        if self.backend is not None:
            await asyncio.to_thread(self.backend.close)

    def _drop_caches(self) -> None:
        if self.backend is not None and not self.stopping:
            self.backend.drop_caches()

    async def _run(
        self,
        pool: WorkPool,
        context: Context,
        work: Callable[[Backend], T],
        *,
        bulk: bool = False,
    ) -> T:
        backend = self.backend
        if self.closing:
            raise NotServing("stopping")
        if backend is None:
            raise NotServing("loading")
        kind = f"bulk {context.method}" if bulk else context.method
        terms = Terms(context.time_remaining(), kind, bulk)
        return await pool.run(lambda: work(backend), terms)


def _answers() -> None:
    one_core()
    give_way(ANSWERS)


def _indexes() -> None:
    half_the_cores()
    give_way(BULK)


def _trains() -> None:
    half_the_cores()
    give_way(TRAINING)
