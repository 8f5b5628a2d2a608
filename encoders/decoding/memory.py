"""Memory that work shares: each takes a part before it begins, and waits where too little is left.

Knows nothing of the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock


class MemoryBudget:
    """So many bytes, for all threads together."""

    def __init__(self, n_bytes: int) -> None:
        self.n_bytes = n_bytes
        self._left = n_bytes
        self._changed = Condition()
        self._next = Lock()

    @contextmanager
    def reserved(self, n_bytes: int) -> Iterator[int]:
        """What may be taken: so much, or all there is where that is less. Who waits for much is
        not overtaken by who wants little."""
        part = min(n_bytes, self.n_bytes)
        with self._next, self._changed:
            self._changed.wait_for(lambda: self._left >= part)
            self._left -= part
        try:
            yield part
        finally:
            with self._changed:
                self._left += part
                self._changed.notify()
