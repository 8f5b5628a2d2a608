"""Threads that work give way to the event loop, and bulk work to answers."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from service.priority import ANSWERS, BULK, TRAINING, give_way


def _niceness_in_a_thread() -> int:
    """Of a thread that a thread which gives way has started; the rest of the process is as before."""
    found: list[int] = []

    def child() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def parent() -> None:
        give_way(7)
        started = threading.Thread(target=child)
        started.start()
        started.join()

    thread = threading.Thread(target=parent)
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority")
def test_a_thread_and_those_that_it_starts_give_way_and_no_other() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert _niceness_in_a_thread() == max(7, before)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("there it would be another process")

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "setpriority", forbidden)
    give_way(7)


def test_answers_come_before_bulk_work_and_that_before_training() -> None:
    assert 0 < ANSWERS < BULK < TRAINING < 20
