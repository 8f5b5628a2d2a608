"""Circuit breaker: what keeps failing is not called for a while, so that nobody waits for it.

closed -- `threshold` failures in a row --> open -- after `reset_s` --> one call is let through
that call succeeds --> closed; it fails --> open again
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class CircuitOpen(Exception):
    """Not called: it failed too often just now."""


class CircuitBreaker:
    """Shared by all threads that call the same thing."""

    def __init__(
        self,
        threshold: int,
        reset_s: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        failure: type[BaseException] = BaseException,
    ) -> None:
        """What is raised counts where it is a `failure`; what is not says neither that a call
        succeeds nor that it fails."""
        self._threshold, self._reset_s, self._clock = threshold, reset_s, clock
        self._failure = failure
        self._lock = threading.Lock()
        self._failures = 0
        self._next_try_at = 0.0

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Around a call. CircuitOpen in its place while the circuit is open."""
        self._let_through()
        try:
            yield
        except self._failure:
            with self._lock:
                self._failures += 1
                self._next_try_at = self._clock() + self._reset_s
            raise
        with self._lock:
            self._failures = 0

    def call(self, work: Callable[[], T]) -> T:
        """The result of `work`, `guarded`."""
        with self.guarded():
            return work()

    def _let_through(self) -> None:
        with self._lock:
            if self._failures < self._threshold:
                return
            now = self._clock()
            if now < self._next_try_at:
                raise CircuitOpen()
            self._next_try_at = now + self._reset_s  # others wait while this one tries
