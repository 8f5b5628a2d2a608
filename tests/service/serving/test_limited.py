"""Calls that may be slow or fail: given so long, and left alone for a while after failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from service.serving.limited import AT_ONCE, FAILURES, REST_S, GivenUp, Limited

LONG_S = 60.0
CALLER: ContextVar[str] = ContextVar("caller", default="nobody")


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What a call waits for that does not end before the test does."""
    event = threading.Event()
    yield event
    event.set()


def failing() -> int:
    raise RuntimeError("its service is down")


def test_what_is_called_answers_in_the_context_of_its_caller() -> None:
    CALLER.set("somebody")
    assert Limited("source", LONG_S).call(CALLER.get) == "somebody"


def test_what_it_raises_is_raised_a_timeout_of_its_own_too() -> None:
    def timing_out() -> int:
        raise TimeoutError("of its own")

    limited = Limited("source", LONG_S)
    with pytest.raises(RuntimeError, match="its service is down"):
        limited.call(failing)
    with pytest.raises(TimeoutError, match="of its own"):
        limited.call(timing_out)


def test_what_takes_too_long_is_given_up(never: threading.Event) -> None:
    with pytest.raises(GivenUp, match=r"took longer than 0\.01 s"):
        Limited("source", 0.01).call(never.wait)


def test_after_failures_in_a_row_it_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    limited, asked = Limited("source", LONG_S), []
    monkeypatch.setattr(limited._breaker, "_clock", lambda: now[0])
    for _ in range(FAILURES):
        with pytest.raises(RuntimeError):
            limited.call(failing)
    with pytest.raises(GivenUp, match="not asked"):
        limited.call(lambda: asked.append(1))
    now[0] += REST_S + 1
    limited.call(lambda: asked.append(2))
    limited.call(lambda: asked.append(3))
    assert asked == [2, 3]


def test_one_success_is_the_end_of_a_row() -> None:
    limited = Limited("source", LONG_S)
    for _ in range(2):
        for _ in range(FAILURES - 1):
            with pytest.raises(RuntimeError):
                limited.call(failing)
        assert limited.call(lambda: 1) == 1


def test_calls_that_do_not_end_are_no_more_than_so_many(never: threading.Event) -> None:
    limited = Limited("source", LONG_S)
    begun = threading.Semaphore(0)

    def hanging() -> bool:
        begun.release()
        return never.wait()

    callers = [threading.Thread(target=limited.call, args=(hanging,)) for _ in range(AT_ONCE)]
    for caller in callers:
        caller.start()
    for _ in callers:
        begun.acquire()
    with pytest.raises(GivenUp, match=f"{AT_ONCE} calls of it are under way"):
        limited.call(lambda: 1)
    never.set()
    for caller in callers:
        caller.join()
    assert limited.call(lambda: 1) == 1
