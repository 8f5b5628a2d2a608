"""Work waits its turn, in a bounded queue, and is not started in vain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from service.errors import DeadlinePassed, Overloaded
from service.rpc.work.pool import WorkPool


@pytest.fixture
async def pool() -> AsyncIterator[WorkPool]:
    pool = WorkPool("test", threads=1, max_waiting=2)
    yield pool
    await pool.close()


@pytest.fixture
def done() -> list[str]:
    return []


def _noting(done: list[str], name: str) -> Callable[[], str]:
    def work() -> str:
        done.append(name)
        return name

    return work


async def _start(pool: WorkPool, work: Callable[[], object]) -> asyncio.Task[object]:
    """Running or waiting when this returns."""
    before = pool.pending
    task = asyncio.create_task(pool.run(work))
    await asyncio.sleep(0)  # lets the task run up to where it waits
    assert pool.pending == before + 1
    return task


async def test_work_runs_off_the_event_loop_in_order_of_arrival(
    pool: WorkPool, done: list[str]
) -> None:
    assert await pool.run(threading.get_ident) != threading.get_ident()
    gate = threading.Event()
    first = await _start(pool, gate.wait)
    tasks = [await _start(pool, _noting(done, name)) for name in "ab"]
    assert (pool.pending, done) == (3, [])
    readings = {reading.metric.name: reading.value for reading in pool.readings()}
    assert readings == {
        "palate_queue_pending": 3,
        "palate_queue_capacity": 3,
        "palate_queue_shed_total": 0,
    }
    gate.set()
    assert await asyncio.gather(first, *tasks) == [True, "a", "b"]
    assert (pool.pending, done) == (0, ["a", "b"])


async def test_one_more_than_may_wait_is_refused_and_the_others_are_not(
    pool: WorkPool, done: list[str]
) -> None:
    gate = threading.Event()
    tasks = [await _start(pool, gate.wait) for _ in range(3)]
    with pytest.raises(Overloaded, match="3 calls"):
        await pool.run(_noting(done, "refused"))
    gate.set()
    await asyncio.gather(*tasks)
    await pool.run(_noting(done, "later"))
    assert done == ["later"]


async def test_cancelled_while_waiting_means_never_started_and_makes_room(
    pool: WorkPool, done: list[str]
) -> None:
    gate = threading.Event()
    first = await _start(pool, gate.wait)
    second = await _start(pool, _noting(done, "cancelled"))
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert pool.pending == 1
    third = await _start(pool, _noting(done, "third"))
    gate.set()
    await asyncio.gather(first, third)
    assert done == ["third"]


async def test_work_that_has_started_is_finished_though_nobody_waits(
    pool: WorkPool, done: list[str]
) -> None:
    started, gate = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        gate.wait()
        done.append("finished")

    task = await _start(pool, work)
    assert await asyncio.to_thread(started.wait, 20)
    task.cancel()
    gate.set()
    await pool.close()
    assert (pool.pending, done) == (0, ["finished"])


async def test_a_deadline_that_has_passed_means_never_started(
    pool: WorkPool, done: list[str]
) -> None:
    with pytest.raises(DeadlinePassed):
        await pool.run(_noting(done, "late"), remaining_s=0.0)
    assert await pool.run(_noting(done, "in time"), remaining_s=60.0) == "in time"
    assert done == ["in time"]


async def test_an_error_comes_out_and_leaves_the_pool_sound(pool: WorkPool) -> None:
    def fail() -> None:
        raise ZeroDivisionError("planted")

    for _ in range(5):
        with pytest.raises(ZeroDivisionError, match="planted"):
            await pool.run(fail)
    assert pool.pending == 0


async def test_every_worker_is_prepared_once_before_its_first_work(done: list[str]) -> None:
    pool = WorkPool("test", threads=1, max_waiting=2, prepare=_noting(done, "prepared"))
    await pool.run(_noting(done, "first"))
    await pool.run(_noting(done, "second"))
    await pool.close()
    assert done == ["prepared", "first", "second"]
