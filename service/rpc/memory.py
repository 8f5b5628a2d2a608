"""How much memory the server may take. Where it takes more, caches are dropped; while that is not
enough, what moves much at once is refused, and answers go on.

Measured is what the process has for itself. Pages of files that are mapped are not counted: the
system takes them back by itself. Knows no caches.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from collections.abc import Callable
from contextlib import suppress

import psutil

from service.errors import MemoryFull

LOOK_EVERY_S = 1.0
MB = 1_000_000
logger = logging.getLogger(__name__)


def own_mb() -> float:
    """Memory of this process that no file stands behind, in millions of bytes; elsewhere than on
    Linux all that is resident."""
    memory = psutil.Process().memory_info()
    return float(memory.rss - getattr(memory, "shared", 0)) / MB


class MemoryBound:
    """At most `most_mb`; 0 is any amount."""

    def __init__(
        self,
        most_mb: int,
        drop_caches: Callable[[], object],
        used_mb: Callable[[], float] = own_mb,
    ) -> None:
        self._most_mb, self._drop_caches, self._used_mb = most_mb, drop_caches, used_mb
        self._exceeds_mb = 0.0
        """What is used where dropping caches was not enough; else 0."""

    def check(self) -> None:
        """MemoryFull while more is used than may be."""
        if self._exceeds_mb:
            raise MemoryFull(round(self._exceeds_mb), self._most_mb)

    def look(self) -> None:
        """How much is used now; drops caches where that is too much."""
        used = self._used_mb()
        if not self._most_mb or used <= self._most_mb:
            self._exceeds_mb = 0.0
            return
        self._drop_caches()
        gc.collect()
        _give_back()
        left = self._used_mb()
        self._exceeds_mb = left if left > self._most_mb else 0.0
        logger.warning(
            "%.0f MB were in use, %.0f MB are without caches; server.max_memory_mb is %d",
            used,
            left,
            self._most_mb,
        )

    async def watch(self) -> None:
        """Looks again and again, until it is cancelled."""
        while self._most_mb:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_EVERY_S)


def _give_back() -> None:
    """What was freed, to the system, where the C library keeps it else (glibc)."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
