"""The work queues of the server: which calls wait for one another, and which do not.

Answering, explaining, indexing and training each have a queue and threads of their own, so that a
long one holds up none of the others; with tenants, so has opening one. Owns the backend, or those of
all tenants, from when it is loaded until it is closed, and refuses work before and after. Knows nothing
of messages or sockets.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from service.api.services import Backend, Backends
from service.config import Settings
from service.errors import NotServing, Overloaded, QuotaExceeded, TrainingUnderway
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

    @property
    def tenant(self) -> str:
        """Whose backend is called, where there are several."""

    def time_remaining(self) -> float | None:
        """Seconds until the caller's deadline; None where there is none."""


class WorkQueues:
    """The backend, and the threads that call it.

    `backend` is set once it is loaded; work before that, and from `close` on, ends with NotServing.
    `stopping` is set once long work is to end; what comes on calls that are under way is still done.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.backend: Backend | Backends | None = None
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
        # Tenants wait for one another's trainings: to be refused would tell of them.
        has_tenants = settings.tenants.enabled
        self._training = pool("training", 1, waiting if has_tenants else 0, _trains)
        self._pools = [self._answering, self._explaining, self._indexing, self._training]
        if has_tenants:
            self._opening = pool("opening", 1, waiting, _answers)
            self._pools.append(self._opening)
        self._calls: Counter[str] = Counter()
        """Under way or waiting, by tenant."""
        self._trained: set[str] = set()
        """Tenants whose training is under way or waits."""

    @property
    def is_serving(self) -> bool:
        """Whether calls are taken, and go on being taken."""
        return self.backend is not None and not self.stopping

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
        """For calls that train: one at a time, and none waits for another of the same tenant.
        TrainingUnderway is what a second one ends with."""
        self.memory.check()
        if context.tenant in self._trained:
            raise TrainingUnderway()
        self._trained.add(context.tenant)
        try:
            return await self._run(self._training, context, work)
        except Overloaded:
            if self.settings.tenants.enabled:
                raise
            raise TrainingUnderway() from None
        finally:
            self._trained.discard(context.tenant)

    def readings(self) -> Iterator[Reading]:
        """Of all queues, and whether calls are taken."""
        yield Reading(m.SERVING, int(self.is_serving))
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
        if isinstance(backend, Backends):
            return await self._run_leased(pool, backend, context.tenant, work, terms)
        return await pool.run(lambda: work(backend), terms)

    async def _run_leased(
        self,
        pool: WorkPool,
        backends: Backends,
        tenant: str,
        work: Callable[[Backend], T],
        terms: Terms,
    ) -> T:
        """The same with a tenant's backend, which is opened before in a queue of its own, so that
        nobody who is open waits for that."""
        under_way, most = self._calls[tenant] + 1, self.settings.tenants.max_calls
        if under_way > most:
            raise QuotaExceeded("calls at the same time", under_way, most, "send fewer at a time")
        self._calls[tenant] += 1
        try:
            if not backends.is_open(tenant):
                await self._opening.run(lambda: _open(backends, tenant), replace(terms, kind=""))

            def leased() -> T:
                with backends.lease(tenant) as backend:
                    return work(backend)

            return await pool.run(leased, terms)
        finally:
            self._calls[tenant] -= 1
            if not self._calls[tenant]:
                del self._calls[tenant]


def _open(backends: Backends, tenant: str) -> None:
    with backends.lease(tenant):
        """It is open now, and the one that was called last."""


def _answers() -> None:
    one_core()
    give_way(ANSWERS)


def _indexes() -> None:
    half_the_cores()
    give_way(BULK)


def _trains() -> None:
    half_the_cores()
    give_way(TRAINING)
