"""Limited: calls of what may be slow or fail, and may not make an answer slow or fail.

Each call is given so long; after FAILURES in a row there is none for REST_S, then one again. Knows
nothing of what is called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import TypeVar

from encoders.breaker import CircuitBreaker, CircuitOpen

FAILURES = 5
REST_S = 30
AT_ONCE = 8
"""Calls under way; those that are given up go on, and no thread can be stopped."""

T = TypeVar("T")


class GivenUp(Exception):
    """No answer: why not."""


class Limited:
    """Called from several threads at once."""

    def __init__(self, name: str, longest_s: float) -> None:
        self._name, self._longest_s = name, longest_s
        self._breaker = CircuitBreaker(FAILURES, REST_S, failure=Exception)
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def call(self, ask: Callable[[], T]) -> T:
        """What it returns or raises. GivenUp where it takes too long, too many calls are under way,
        or the last ones all failed."""
        try:
            return self._breaker.call(lambda: self._within(ask))
        except CircuitOpen:
            why = f"not asked for {REST_S} s after {FAILURES} failures in a row"
            raise GivenUp(why) from None

    def _within(self, ask: Callable[[], T]) -> T:
        """Its answer, if it comes in time."""
        if not self._free.acquire(blocking=False):
            raise GivenUp(f"{AT_ONCE} calls of it are under way and do not end")
        answer: Future[T] = Future()
        threading.Thread(
            target=copy_context().run,
            args=(self._answer, ask, answer),
            name=self._name,
            daemon=True,
        ).start()
        try:
            return answer.result(self._longest_s)
        except TimeoutError:
            if answer.done():
                raise  # its own
            raise GivenUp(f"took longer than {self._longest_s:g} s") from None

    def _answer(self, ask: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)
        finally:
            self._free.release()
