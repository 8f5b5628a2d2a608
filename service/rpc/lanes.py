"""Who waits for whom: answering, explaining, indexing and training have threads of their own.

Owns the backend once it is loaded, and refuses work before and after. Knows nothing of messages or
sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from service.api.services import Backend
from service.config import Settings
from service.errors import NotServing, Overloaded, TrainingUnderway
from service.rpc.cores import half_the_cores, one_core
from service.rpc.workers import WorkPool

T = TypeVar("T")


class Context(Protocol):
    """The part of a gRPC context that matters here."""

    def time_remaining(self) -> float | None: ...


class Lanes:
    """The backend, once it is loaded, and the threads that call it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.backend: Backend | None = None
        self.stopping = False
        limits = settings.server
        self._answering = WorkPool("answering", limits.workers, limits.max_waiting, one_core)
        self._explaining = WorkPool(
            "explaining", settings.explain.workers, limits.max_waiting, one_core
        )
        self._indexing = WorkPool("indexing", 1, limits.max_waiting, half_the_cores)
        self._training = WorkPool("training", 1, 0, half_the_cores)

    async def answer(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that take milliseconds."""
        return await self._run(self._answering, context, work)

    async def explain(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that may wait for a language model."""
        return await self._run(self._explaining, context, work)

    async def index(self, context: Context, work: Callable[[Backend], T]) -> T:
        """For calls that encode or load: one at a time, so that they leave the other threads to the
        answers."""
        return await self._run(self._indexing, context, work)

    async def train(self, context: Context, work: Callable[[Backend], T]) -> T:
        """One at a time, and none waits."""
        try:
            return await self._run(self._training, context, work)
        except Overloaded:
            raise TrainingUnderway() from None

    async def close(self) -> None:
        """Waits for what is under way, then closes the backend."""
        self.stopping = True
        for pool in (self._answering, self._explaining, self._indexing, self._training):
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
