"""A backend is loaded beside the event loop, and let go of where nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading

import pytest

from service.config import Settings
from service.errors import StoreLocked
from service.rpc.loading import Loading
from tests.service.standin import StandIn


async def test_what_is_loaded_is_handed_over() -> None:
    backend = StandIn()
    assert await Loading(lambda _: backend, Settings()).until(asyncio.Event()) is backend
    assert not backend.closed


async def test_what_cannot_be_loaded_is_raised() -> None:
    def load(_: Settings) -> StandIn:
        raise StoreLocked("folder", 7)

    with pytest.raises(StoreLocked):
        await Loading(load, Settings()).until(asyncio.Event())


@pytest.mark.parametrize("fails", [False, True])
async def test_a_stop_while_it_loads_is_heard_at_once_and_what_comes_of_it_is_closed(
    fails: bool,
) -> None:
    may_load, backend = threading.Event(), StandIn()
    closed = threading.Event()

    def load(_: Settings) -> StandIn:
        may_load.wait()
        if fails:
            raise StoreLocked("folder", 7)
        return backend

    backend.close = closed.set  # type: ignore[method-assign]
    stopping = asyncio.Event()
    loading = Loading(load, Settings())
    waiting = asyncio.create_task(loading.until(stopping))
    await asyncio.sleep(0)
    stopping.set()
    assert await waiting is None
    may_load.set()
    assert fails or await asyncio.to_thread(closed.wait, 20)
