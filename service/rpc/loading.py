"""Loading: a backend that is loaded in a thread, until that is done or nobody wants it any more.

Knows nothing of what is loaded.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from service.api.services import Backend, Backends
from service.config import Settings


class Loading:
    """Begins at once, in a thread that keeps no process from ending."""

    def __init__(self, load: Callable[[Settings], Backend | Backends], settings: Settings) -> None:
        self._load, self._settings = load, settings
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[Backend | Backends] = self._loop.create_future()
        self._turn = threading.Lock()
        self._abandoned = self._ended = False
        threading.Thread(target=self._run, name="loading", daemon=True).start()

    async def until(self, stopping: asyncio.Event) -> Backend | Backends | None:
        """What was loaded, or raises what loading raised; None where `stopping` was set before."""
        asked = asyncio.create_task(stopping.wait())
        either: set[asyncio.Future[Any]] = {self._done, asked}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            with self._turn:
                self._abandoned = not self._ended
        return None if self._abandoned else await self._done

    def _run(self) -> None:
        try:
            backend = self._load(self._settings)
        except BaseException as error:
            self._hand_over(self._done.set_exception, error)
        else:
            if not self._hand_over(self._done.set_result, backend):
                backend.close()

    def _hand_over(self, settle: Callable[..., None], value: object) -> bool:
        """Whether somebody waits for it."""
        with self._turn:
            if self._abandoned:
                return False
            self._ended = True
            self._loop.call_soon_threadsafe(settle, value)
            return True
