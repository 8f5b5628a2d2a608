"""Work waits its turn, in a queue that is bounded in number and in time, and is not started in vain.

Time is a number here that tests set: none of them waits for it.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator, Callable

import pytest

from service.errors import DeadlinePassed, Overloaded
from service.rpc.work.pool import Terms, WorkPool

NO_TERMS = Terms()


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


async def _start(
    pool: WorkPool, work: Callable[[], object], terms: Terms = NO_TERMS
) -> asyncio.Task[object]:
    """Running or waiting when this returns."""
    before = pool.pending
    task = asyncio.create_task(pool.run(work, terms))
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
        await pool.run(_noting(done, "late"), Terms(remaining_s=0.0))
    assert await pool.run(_noting(done, "in time"), Terms(remaining_s=60.0)) == "in time"
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


class Timed:
    """A pool of one thread whose clock is `now`. Calls of a kind take the seconds that they are
    told to, once they are let go."""

    def __init__(self, max_wait_share: float = 0.2, max_waiting: int = 100) -> None:
        self.now = 0.0
        self.pool = WorkPool(
            "timed", 1, max_waiting, max_wait_share=max_wait_share, clock=lambda: self.now
        )

    async def learn(self, kind: str, seconds: float) -> None:
        """A call of this kind takes so long."""

        def work() -> None:
            self.now += seconds

        await self.pool.run(work, Terms(kind=kind))

    async def busy(self, kind: str) -> Callable[[], None]:
        """A call of this kind runs until what is returned is called."""
        entered, gate = threading.Event(), threading.Event()

        def work() -> None:
            entered.set()
            gate.wait(20)

        self.running = await _start(self.pool, work, Terms(kind=kind))
        assert await asyncio.to_thread(entered.wait, 20)
        return gate.set


@pytest.fixture
async def timed() -> AsyncIterator[Timed]:
    made = Timed()
    yield made
    await made.pool.close()


async def test_a_call_is_refused_where_its_wait_is_too_large_a_share_of_its_time(
    timed: Timed, done: list[str]
) -> None:
    await timed.learn("view", 1.0)
    release = await timed.busy("view")
    with pytest.raises(Overloaded) as caught:  # it would wait 1 s, and a fifth of 4.9 is less
        await timed.pool.run(_noting(done, "hurried"), Terms(4.9, "view"))
    assert caught.value.retry_after_s == 1.0
    patient = await _start(timed.pool, _noting(done, "patient"), Terms(5.0, "view"))
    release()
    await patient
    assert done == ["patient"]


async def test_what_has_run_already_is_not_waited_for_any_more(
    timed: Timed, done: list[str]
) -> None:
    await timed.learn("view", 1.0)
    release = await timed.busy("view")
    timed.now += 0.75
    with pytest.raises(Overloaded) as caught:  # 0.25 s are left of it
        await timed.pool.run(_noting(done, "refused"), Terms(1.2, "view"))
    assert caught.value.retry_after_s == 0.25
    task = await _start(timed.pool, _noting(done, "taken"), Terms(1.25, "view"))
    release()
    await task


async def test_waits_add_up_over_those_that_start_before(done: list[str]) -> None:
    timed = Timed(max_wait_share=0.01)
    await timed.learn("view", 1.0)
    await timed.learn("glance", 0.1)
    release = await timed.busy("view")
    tasks = [
        await _start(timed.pool, _noting(done, "a"), Terms(110.0, "view")),
        await _start(timed.pool, _noting(done, "b"), Terms(220.0, "glance")),
    ]
    for remaining_s, wait_s in ((99.0, 1.0), (120.0, 2.0), (221.0, 2.1)):
        if wait_s <= 0.01 * remaining_s:
            tasks.append(await _start(timed.pool, _noting(done, "c"), Terms(remaining_s, "view")))
            continue
        with pytest.raises(Overloaded) as caught:
            await timed.pool.run(_noting(done, "refused"), Terms(remaining_s, "view"))
        assert caught.value.retry_after_s == pytest.approx(wait_s)
    release()
    await asyncio.gather(*tasks)
    await timed.pool.close()
    assert done == ["a", "b", "c"]


async def test_a_call_that_could_not_end_in_time_is_refused(timed: Timed, done: list[str]) -> None:
    await timed.learn("glance", 0.1)
    await timed.learn("long", 10.0)
    release = await timed.busy("glance")
    with pytest.raises(Overloaded):  # 0.1 s of waiting is little, but 10.1 s are too much
        await timed.pool.run(_noting(done, "refused"), Terms(10.05, "long"))
    task = await _start(timed.pool, _noting(done, "taken"), Terms(10.2, "long"))
    release()
    await task
    assert done == ["taken"]


async def test_a_pool_that_is_idle_takes_every_call_so_that_it_can_learn_better(
    timed: Timed, done: list[str]
) -> None:
    await timed.learn("view", 60.0)  # such as the first one, which loads something
    await timed.pool.run(_noting(done, "taken"), Terms(0.5, "view"))
    assert done == ["taken"]


async def test_without_a_share_every_call_is_taken_that_finds_room(done: list[str]) -> None:
    timed = Timed(max_wait_share=0.0)
    await timed.learn("view", 1.0)
    release = await timed.busy("view")
    task = await _start(timed.pool, _noting(done, "taken"), Terms(0.1, "view"))
    release()
    await task
    await timed.pool.close()
    assert done == ["taken"]


async def test_a_call_without_a_deadline_waits_as_long_as_there_is_room(
    timed: Timed, done: list[str]
) -> None:
    await timed.learn("view", 1000.0)
    release = await timed.busy("view")
    task = await _start(timed.pool, _noting(done, "taken"), Terms(None, "view"))
    release()
    await task
    assert done == ["taken"]


async def test_the_earliest_deadline_comes_first_then_none_and_bulk_last(
    timed: Timed, done: list[str]
) -> None:
    release = await timed.busy("")
    given = {
        "bulk": Terms(1.0, bulk=True),
        "no deadline": Terms(),
        "later": Terms(9.0),
        "sooner": Terms(3.0),
        "as soon": Terms(3.0),
    }
    tasks = [await _start(timed.pool, _noting(done, name), terms) for name, terms in given.items()]
    release()
    await asyncio.gather(*tasks)
    assert done == ["sooner", "as soon", "later", "no deadline", "bulk"]


async def test_bulk_work_that_waits_does_not_get_a_page_view_refused(
    timed: Timed, done: list[str]
) -> None:
    await timed.learn("load", 100.0)
    await timed.learn("view", 0.01)
    release = await timed.busy("view")
    tasks = [await _start(timed.pool, _noting(done, "load"), Terms(None, "load", bulk=True))]
    tasks.append(await _start(timed.pool, _noting(done, "view"), Terms(0.5, "view")))
    with pytest.raises(Overloaded):
        await timed.pool.run(_noting(done, "other load"), Terms(60.0, "load", bulk=True))
    release()
    await asyncio.gather(*tasks)
    assert done == ["view", "load"]


async def test_what_cannot_end_in_time_any_more_when_a_thread_is_free_is_not_started(
    timed: Timed, done: list[str]
) -> None:
    await timed.learn("view", 1.0)
    release = await timed.busy("view")
    tasks = [
        await _start(timed.pool, _noting(done, name), Terms(remaining_s, "view"))
        for name, remaining_s in (("a", 11.0), ("b", 12.0), ("c", 90.0))
    ]
    timed.now += 11.5  # what runs takes longer than was expected
    release()
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(first, DeadlinePassed)
    assert isinstance(second, Overloaded)
    assert (third, done) == ("c", ["c"])


async def test_a_refusal_never_says_to_come_back_at_once() -> None:
    assert Overloaded("answering", 1).retry_after_s == 0.05
    assert Overloaded("answering", 1, retry_after_s=2.0).retry_after_s == 2.0


async def test_work_that_has_ended_is_let_go_of_without_waiting_for_garbage_to_be_collected() -> (
    None
):
    class Request:
        """Large, maybe."""

    def held() -> tuple[weakref.ref[Request], Callable[[], bool]]:
        request = Request()
        return weakref.ref(request), lambda: request is not None

    gc.disable()
    try:
        pool = WorkPool("answering", 1, 1)
        request, work = held()
        assert await pool.run(work)
        del work
        await pool.close()
        assert request() is None
    finally:
        gc.enable()
