"""The rounds: what falls due by itself, of one tenant after the other, in one thread.

    every few seconds   those that are open
    every hour          those that were open since, and all where something falls due without a call:
                        events that are older than they are kept, scheduled trainings

A tenant that trains holds up the others' turn, so that no two train in the rounds at the same time.
Knows nothing of what falls due: that is `Switching.tend`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from service.config import Settings
from service.errors import NotServing, TenantRefused
from service.operations.housekeeping import EVERY_S, tell_trouble
from service.operations.switching import Switching
from service.telemetry.call import CURRENT_CALL, Call

ALL_EVERY_S = 3_600.0


class Leasing(Protocol):
    """Whose tenants are looked after."""

    def names(self) -> Sequence[str]:
        """All of them."""

    def open_names(self) -> Sequence[str]:
        """Those that are open."""

    def lease(self, tenant: str, /, *, is_call: bool = True) -> AbstractContextManager[Switching]:
        """One of them, open."""


class Rounds:
    """A thread of its own; `close` ends it at its next step."""

    def __init__(self, tenants: Leasing, settings: Settings, every_s: float = EVERY_S) -> None:
        self._tenants, self._every_s = tenants, every_s
        training = settings.training
        self._concerns_all = bool(
            settings.privacy.retention_days or training.every_s or training.incremental_every_s
        )
        self._were_open: set[str] = set()
        self._all_at = time.monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def go(self, *, everywhere: bool) -> None:
        """One round: where tenants are open, or everywhere that something may be due."""
        names = set(self._tenants.open_names())
        self._were_open |= names
        if everywhere:
            names = set(self._tenants.names()) if self._concerns_all else self._were_open
            self._were_open = set()
        for name in sorted(names):
            if self._closing.is_set():
                return
            self._tend(name)

    def _tend(self, name: str) -> None:
        CURRENT_CALL.set(Call("", "", "", tenant=name))  # for the lines of the log
        try:
            with self._tenants.lease(name, is_call=False) as backend:
                backend.tend()
        except (NotServing, TenantRefused):
            return  # it is gone or suspended, or all of it stops
        except Exception as error:
            tell_trouble(error)

    def _run(self) -> None:
        while not self._closing.wait(self._every_s):
            everywhere = time.monotonic() - self._all_at >= ALL_EVERY_S
            if everywhere:
                self._all_at = time.monotonic()
            self.go(everywhere=everywhere)
