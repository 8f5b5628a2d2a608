"""Wiper: a thread that sees to it that nothing is left in the log's files of what was deleted.

It works when it is woken, and takes up what a process before was killed with.
Knows nothing of what is deleted, nor how files are wiped.
"""

from __future__ import annotations

import logging
import threading

from indexer.errors import StoreError
from indexer.log.event_log import EventLog

logger = logging.getLogger(__name__)
AGAIN_S = 1.0
"""After a try that readers of the log were in the way of."""
FAILED_S = 60.0


class Wiper:
    """Of one log. `close` tries once more what is to be done."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()

    def take_up(self) -> None:
        """Do what a process before was killed with."""
        if self._log.to_wipe():
            self.wake()

    def wake(self) -> None:
        """Something was deleted."""
        with self._turn:
            self._wake.set()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="wiper", daemon=True)
                self._thread.start()

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._try()

    def _run(self) -> None:
        pause: float | None = None
        while not self._closed:
            self._wake.wait(pause)
            self._wake.clear()
            pause = self._try()

    def _try(self) -> float | None:
        """Seconds until the next try; None where nothing is left to do."""
        try:
            return None if self._log.wipe() else AGAIN_S
        except StoreError as error:
            logger.error("what was deleted may be left in files of the log: %s", error)
            return FAILED_S
