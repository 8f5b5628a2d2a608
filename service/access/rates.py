"""How many calls a caller may make: a token bucket for each. Knows no clock but a monotonic one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

from service.access.caller import Caller
from service.errors import RateLimited

_MAX_CALLERS = 10_000
"""Whose buckets are remembered; one that is forgotten is full again."""


@dataclass(slots=True)
class _Bucket:
    calls: float
    """That may be made at once."""
    at: float


class Rates:
    """`rate_per_s` holds for callers that have none of their own; 0 is no limit. Up to `burst_s`
    seconds' worth may come at once."""

    def __init__(
        self, rate_per_s: float, burst_s: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate_per_s, self._burst_s, self._now = rate_per_s, burst_s, now
        self._buckets: LRUCache[str, _Bucket] = LRUCache(_MAX_CALLERS)
        self._lock = threading.Lock()

    def take(self, caller: Caller) -> None:
        """One call; RateLimited where it is one too many."""
        rate = self._rate_per_s if caller.rate_per_s is None else caller.rate_per_s
        if not rate:
            return
        most = max(1.0, rate * self._burst_s)
        with self._lock:
            now = self._now()
            bucket = self._buckets.get(caller.name)
            if bucket is None:
                bucket = self._buckets[caller.name] = _Bucket(most, now)
            bucket.calls = min(most, bucket.calls + rate * (now - bucket.at))
            bucket.at = now
            if bucket.calls < 1.0:
                raise RateLimited(rate, (1.0 - bucket.calls) / rate)
            bucket.calls -= 1.0
