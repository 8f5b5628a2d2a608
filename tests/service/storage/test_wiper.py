"""Wiper: woken, it works until nothing is left; closed, it has tried once more."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from indexer.errors import NoRoom
from indexer.log.event_log import EventLog
from service.storage import wiper as module
from service.storage.wiper import Wiper


class Log:
    """Tells what is left to do after each try; an error is raised."""

    def __init__(self, *left: bool | Exception, to_wipe: bool = False) -> None:
        self.left = list(left)
        self.begun = to_wipe
        self.done = threading.Event()

    def to_wipe(self) -> bool:
        return self.begun

    def wipe(self) -> bool:
        outcome = self.left.pop(0) if self.left else False
        if not self.left:
            self.done.set()
        if isinstance(outcome, Exception):
            raise outcome
        return not outcome


def wiper(log: Log) -> Wiper:
    return Wiper(cast(EventLog, log))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.0)
    monkeypatch.setattr(module, "FAILED_S", 0.0)


def test_it_has_no_thread_until_something_is_deleted() -> None:
    before = threading.active_count()
    one = wiper(Log())
    one.take_up()
    assert threading.active_count() == before
    one.close()


def test_woken_it_tries_until_nothing_is_left(caplog: pytest.LogCaptureFixture) -> None:
    log = Log(True, NoRoom("log", "no room", "make some"), True, False)
    one = wiper(log)
    one.wake()
    assert log.done.wait(10)
    one.close()
    assert "what was deleted may be left in files of the log" in caplog.text


def test_what_a_killed_process_left_is_done_at_the_start() -> None:
    log = Log(False, to_wipe=True)
    one = wiper(log)
    one.take_up()
    assert log.done.wait(10)
    one.close()


def test_closing_does_what_is_left_and_nothing_wakes_it_after_that() -> None:
    tries: list[Any] = []
    log = Log(False)
    log.wipe = lambda: bool(tries.append(1)) or True  # type: ignore[method-assign, func-returns-value]
    one = wiper(log)
    one.wake()
    one.close()
    n_tries = len(tries)
    assert n_tries >= 1
    one.wake()
    one.close()
    assert len(tries) <= n_tries + 1
