"""Which calls wait for one another, and what is refused before loading and while stopping.

That a slow call holds up no other over the wire is asked in `tests/service/rpc/test_server.py`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from service.config import ServerSettings, Settings
from service.errors import (
    DeadlinePassed,
    NotServing,
    Overloaded,
    QuotaExceeded,
    TenantRefused,
    TrainingUnderway,
)
from service.rpc.work.queues import WorkQueues
from tests.service.standin import Several, StandIn

Call = Callable[[WorkQueues], Callable[..., Awaitable[object]]]
QUEUES: dict[str, Call] = {
    "answering": lambda queues: queues.answer,
    "explaining": lambda queues: queues.explain,
    "indexing": lambda queues: queues.index,
    "training": lambda queues: queues.train,
}


@dataclass
class Caller:
    remaining_s: float | None = None
    method: str = "/palate.v1.RecommendService/Recommend"
    tenant: str = ""

    def time_remaining(self) -> float | None:
        return self.remaining_s


@pytest.fixture
async def queues() -> AsyncIterator[WorkQueues]:
    """Loaded; one call of a kind at a time, and none waits."""
    limits = ServerSettings(workers=1, max_waiting=0)
    queues = WorkQueues(Settings(server=limits))
    queues.backend = StandIn()
    yield queues
    await queues.close()


@pytest.mark.parametrize("call", QUEUES.values(), ids=QUEUES)
async def test_work_gets_the_backend_in_a_thread_of_its_kind(
    queues: WorkQueues, call: Call
) -> None:
    backend, thread = await call(queues)(
        Caller(), lambda backend: (backend, threading.current_thread().name)
    )
    assert backend is queues.backend
    assert thread.startswith("palate-")


@pytest.mark.parametrize("busy", QUEUES)
async def test_a_kind_that_is_busy_holds_up_no_other(queues: WorkQueues, busy: str) -> None:
    gate, entered = threading.Event(), threading.Event()

    def wait(_: object) -> bool:
        entered.set()
        return gate.wait(20)

    held = asyncio.ensure_future(QUEUES[busy](queues)(Caller(), wait))
    assert await asyncio.to_thread(entered.wait, 20)
    for name, call in QUEUES.items():
        if name != busy:
            assert await call(queues)(Caller(), lambda _: "done") == "done"
    gate.set()
    assert await held


async def test_a_second_training_is_refused_as_such_and_other_work_as_too_much(
    queues: WorkQueues,
) -> None:
    gate = threading.Event()
    held = [
        asyncio.ensure_future(call(queues)(Caller(), lambda _: gate.wait(20)))
        for call in QUEUES.values()
    ]
    await asyncio.sleep(0)  # lets every call take its place
    with pytest.raises(TrainingUnderway):
        await queues.train(Caller(), lambda _: None)
    with pytest.raises(Overloaded, match=r"\(indexing\)"):
        await queues.index(Caller(), lambda _: None)
    with pytest.raises(Overloaded, match=r"\(answering\)"):
        await queues.answer(Caller(), lambda _: None)
    gate.set()
    await asyncio.gather(*held)


async def test_a_caller_whose_deadline_has_passed_is_not_worked_for(queues: WorkQueues) -> None:
    done: list[object] = []
    with pytest.raises(DeadlinePassed):
        await queues.answer(Caller(remaining_s=0.0), done.append)
    assert done == []


async def test_nothing_is_done_before_loading_or_after_closing() -> None:
    queues = WorkQueues(Settings())
    with pytest.raises(NotServing, match="the server is loading"):
        await queues.answer(Caller(), lambda _: None)
    queues.backend = StandIn()
    await queues.close()
    with pytest.raises(NotServing, match="the server is stopping"):
        await queues.answer(Caller(), lambda _: None)


async def test_what_comes_on_a_call_that_is_under_way_is_done_while_stopping(
    queues: WorkQueues,
) -> None:
    queues.stopping = True
    assert await queues.answer(Caller(), lambda _: "done") == "done"


async def test_bulk_work_starts_after_what_somebody_waits_for() -> None:
    queues = WorkQueues(Settings(server=ServerSettings(workers=1)))
    queues.backend = StandIn()
    gate, entered = threading.Event(), threading.Event()
    done: list[str] = []

    def wait(_: object) -> None:
        entered.set()
        gate.wait(20)

    held = [asyncio.ensure_future(queues.answer(Caller(), wait))]
    assert await asyncio.to_thread(entered.wait, 20)
    bulk = queues.answer(Caller(), lambda _: done.append("bulk"), bulk=True)
    view = queues.answer(Caller(), lambda _: done.append("view"))
    for call in (bulk, view):
        held.append(asyncio.ensure_future(call))
        await asyncio.sleep(0)  # lets it take its place
    gate.set()
    await asyncio.gather(*held)
    await queues.close()
    assert done == ["view", "bulk"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority")
async def test_answers_come_before_indexing_and_that_before_training(queues: WorkQueues) -> None:
    def niceness(_: object) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    found = [await call(queues)(Caller(), niceness) for call in QUEUES.values()]
    answering, explaining, indexing, training = found
    assert 0 < answering == explaining < indexing < training


async def test_the_backend_is_closed_after_the_last_work() -> None:
    backend, gate = StandIn(), threading.Event()
    queues = WorkQueues(Settings())
    queues.backend = backend

    def work(_: object) -> bool:
        gate.wait(20)
        return backend.closed

    held = asyncio.ensure_future(queues.answer(Caller(), work))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(queues.close())
    await asyncio.sleep(0)
    gate.set()
    assert await held is False
    await closing
    assert backend.closed


@pytest.fixture
async def tenants() -> AsyncIterator[WorkQueues]:
    given = {"server": {"workers": 1}, "tenants": {"enabled": True, "max_calls": 2}}
    queues = WorkQueues(Settings.model_validate(given))
    queues.backend = Several()
    yield queues
    await queues.close()


def several(queues: WorkQueues) -> Several:
    assert isinstance(queues.backend, Several)
    return queues.backend


@pytest.mark.parametrize("call", QUEUES.values(), ids=QUEUES)
async def test_work_gets_the_backend_of_its_tenant_leased_for_as_long_as_it_takes(
    tenants: WorkQueues, call: Call
) -> None:
    here = several(tenants)
    for name in "ab":
        backend, leased = await call(tenants)(
            Caller(tenant=name), lambda backend: (backend, here.leased)
        )
        assert backend is here.backends[name]
        assert leased == 1
    assert here.leased == 0


async def test_a_tenant_is_opened_where_nobody_waits_who_is_open(tenants: WorkQueues) -> None:
    await tenants.answer(Caller(tenant="a"), lambda _: None)
    await tenants.answer(Caller(tenant="a"), lambda _: None)
    (thread,) = several(tenants).opened_by
    assert thread.startswith("palate-opening")


async def test_who_is_no_tenant_is_refused_and_nothing_is_done(tenants: WorkQueues) -> None:
    done: list[object] = []
    for name in ("", "c"):
        with pytest.raises(TenantRefused):
            await tenants.answer(Caller(tenant=name), done.append)
    assert done == []


async def test_a_tenant_has_so_many_calls_and_takes_none_of_others(tenants: WorkQueues) -> None:
    await tenants.answer(Caller(tenant="a"), lambda _: None)
    gate = threading.Event()
    held = [
        asyncio.ensure_future(tenants.explain(Caller(tenant="a"), lambda _: gate.wait(20)))
        for _ in range(2)
    ]
    await asyncio.sleep(0)  # lets every call take its place
    with pytest.raises(QuotaExceeded, match="calls at the same time would be 3, and at most 2"):
        await tenants.answer(Caller(tenant="a"), lambda _: None)
    assert await tenants.answer(Caller(tenant="b"), lambda _: "done") == "done"
    gate.set()
    await asyncio.gather(*held)
    assert await tenants.answer(Caller(tenant="a"), lambda _: "done") == "done"


async def test_a_training_waits_for_that_of_another_tenant_and_not_for_its_own(
    tenants: WorkQueues,
) -> None:
    for name in "ab":
        await tenants.answer(Caller(tenant=name), lambda _: None)
    gate, entered = threading.Event(), threading.Event()

    def wait(_: object) -> str:
        entered.set()
        gate.wait(20)
        return "a"

    first = asyncio.ensure_future(tenants.train(Caller(tenant="a"), wait))
    assert await asyncio.to_thread(entered.wait, 20)
    second = asyncio.ensure_future(tenants.train(Caller(tenant="b"), lambda _: "b"))
    await asyncio.sleep(0)
    with pytest.raises(TrainingUnderway):
        await tenants.train(Caller(tenant="a"), lambda _: None)
    assert not second.done()
    gate.set()
    assert await asyncio.gather(first, second) == ["a", "b"]
