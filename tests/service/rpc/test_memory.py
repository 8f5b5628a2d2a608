"""A bound on memory: caches go first, then what moves much at once waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import numpy as np
import pytest

from service.config import ServerSettings, Settings
from service.errors import MemoryFull
from service.rpc.memory import MemoryBound, own_mb
from service.rpc.work.queues import WorkQueues
from tests.service.rpc.work.test_queues import Caller
from tests.service.standin import StandIn


class Process:
    """What is in use: in the catalogue, and in caches until they are dropped."""

    def __init__(self, catalogue_mb: float, caches_mb: float) -> None:
        self.catalogue_mb, self.caches_mb = catalogue_mb, caches_mb
        self.dropped = 0

    def used_mb(self) -> float:
        return self.catalogue_mb + self.caches_mb

    def drop_caches(self) -> None:
        self.dropped += 1
        self.caches_mb = 0.0

    def bound(self, most_mb: int) -> MemoryBound:
        return MemoryBound(most_mb, self.drop_caches, self.used_mb)


@pytest.mark.parametrize("most_mb", [0, 100])
def test_nothing_is_dropped_where_nothing_is_too_much(most_mb: int) -> None:
    process = Process(60, 40)
    bound = process.bound(most_mb)
    bound.look()
    bound.check()
    assert process.dropped == 0


def test_caches_are_dropped_and_it_is_said(caplog: pytest.LogCaptureFixture) -> None:
    process = Process(60, 41)
    bound = process.bound(100)
    with caplog.at_level(logging.WARNING):
        bound.look()
    bound.check()
    assert process.dropped == 1
    assert (
        "101 MB were in use, 60 MB are without caches; server.max_memory_mb is 100" in caplog.text
    )


def test_where_that_is_not_enough_there_is_no_room_until_there_is() -> None:
    process = Process(120, 30)
    bound = process.bound(100)
    bound.look()
    with pytest.raises(MemoryFull, match=r"holds 120 MB of memory, more than .* \(100\)"):
        bound.check()
    process.catalogue_mb = 90
    bound.look()
    bound.check()


def test_what_is_measured_is_what_the_process_has_for_itself() -> None:
    before = own_mb()
    block = np.ones(8_000_000)  # 64 MB
    assert 60 < own_mb() - before < 80
    assert block.sum() == 8_000_000


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkQueues]:
    """Of a server that holds too much."""
    queues = WorkQueues(Settings(server=ServerSettings(max_memory_mb=1)))
    queues.backend = StandIn()
    queues.memory.look()
    yield queues
    asyncio.run(queues.close())


async def test_answers_go_on_and_what_moves_much_at_once_is_refused(queues: WorkQueues) -> None:
    assert isinstance(queues.backend, StandIn)
    assert queues.backend.asked == [("drop_caches",)]
    assert await queues.answer(Caller(), lambda _: 1) == 1
    assert await queues.explain(Caller(), lambda _: 2) == 2
    for refused in (
        queues.answer(Caller(), lambda _: 3, bulk=True),
        queues.index(Caller(), lambda _: 4),
        queues.train(Caller(), lambda _: 5),
    ):
        with pytest.raises(MemoryFull):
            await refused
