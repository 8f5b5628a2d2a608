"""The work queues of the server: which calls wait for one another, and which do not.

Answering, explaining, indexing and training each have a queue and threads of their own, so that a
long one holds up none of the others. Owns the backend from when it is loaded until it is closed,
and refuses work before and after. Knows nothing of messages or sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from service.api.services import Backend
from service.config import Settings
from service.errors import NotServing, Overloaded, TrainingUnderway
from service.rpc.work.cores import half_the_cores, one_core
from service.rpc.work.pool import WorkPool
from service.telemetry import metrics as m
from service.telemetry.metrics import Reading

T = TypeVar("T")


class Context(Protocol):
    """What of a gRPC context matters here."""

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""


class WorkQueues:
    """The backend, and the threads that call it.

    `backend` is set once it is loaded, and `stopping` once no new work is to be taken; work before
    and after that ends with NotServing.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.backend: Backend | None = None
        self.stopping = False
        answering = settings.server.workers
        explaining = settings.explain.workers
        waiting = settings.server.max_waiting
        self._answering = WorkPool("answering", answering, waiting, one_core)
        self._explaining = WorkPool("explaining", explaining, waiting, one_core)
        self._indexing = WorkPool("indexing", 1, waiting, half_the_cores)
        self._training = WorkPool("training", 1, 0, half_the_cores)
        self._pools = (self._answering, self._explaining, self._indexing, self._training)

    async def answer(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that take milliseconds."""
        return await self._run(self._answering, context, work)

    async def explain(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that may wait for a language model."""
        return await self._run(self._explaining, context, work)

    async def index(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that encode items or load a model: one at a time, so that cores are left for
        the answers."""
        return await self._run(self._indexing, context, work)

    async def train(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that train: one at a time, and none waits. TrainingUnderway is what a second
        one ends with."""
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
        self.stopping = True
        for pool in self._pools:
            await pool.close()
        if self.backend is not None:
            await asyncio.to_thread(self.backend.close)

    async def _run(self, pool: WorkPool, context: Context, work: Callable[[Backend], T]) -> T:
        backend = self.backend
        if self.stopping:
            raise NotServing("stopping")
        if backend is None:
            raise NotServing("loading")
        return await pool.run(lambda: work(backend), context.time_remaining())
