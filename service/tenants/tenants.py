"""Tenants: the backends of many catalogues, each opened when it is called and closed when it is idle.

    a call's tenant -> open? -> leased, for as long as the call lasts
                    -> not?  -> room made: the idle one that was called longest ago is closed -> opened

What is leased is not closed. A tenant that is suspended answers nobody from the next look on, and is
closed when its last call has ended. Knows nothing of credentials: whose call it is has been settled
before.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import Token
from dataclasses import dataclass, field

from service.api.services import Backends
from service.config import Settings
from service.errors import NotServing, PalateError, TenantRefused, TenantUnavailable
from service.language_model.account import Account
from service.operations.switching import Switching
from service.telemetry import metrics as m
from service.telemetry.call import CURRENT_CALL, Call
from service.telemetry.metrics import Reading
from service.telemetry.telemetry import SILENT, Telemetry
from service.tenants.encoders import SharedEncoders
from service.tenants.folders import TenantFolders, TenantRecord
from service.tenants.limited import TenantLimits
from service.tenants.opening import open_tenant
from service.tenants.rounds import Rounds

LOOK_EVERY_S = 1.0
"""Between two looks at who is idle, suspended or gone."""
_BESIDE_CALLS = 4
"""Threads that have tenants open beside those that answer and explain: one each indexes, trains, opens,
and goes the rounds."""

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Tenant:
    """One that is open, or being opened or closed."""

    limits: TenantLimits
    backend: Switching | None = None
    """None while it is being opened."""
    calls: int = 0
    used_at: float = field(default_factory=time.monotonic)
    is_suspended: bool = False
    is_closing: bool = False

    @property
    def is_idle(self) -> bool:
        return self.backend is not None and not self.calls and not self.is_closing


class Tenants(Backends):
    """Of one server. Close it."""

    def __init__(
        self,
        settings: Settings,
        telemetry: Telemetry = SILENT,
        open_one: Callable[..., Switching] = open_tenant,
    ) -> None:
        """Loads the encoders of the settings. `open_one` opens a tenant, with the arguments of
        `open_tenant`."""
        self._settings, self._telemetry, self._open_one = settings, telemetry, open_one
        self.folders = TenantFolders(settings)
        self.folders.sweep()
        threads = settings.server.workers + settings.explain.workers + _BESIDE_CALLS
        self._most = max(settings.tenants.max_open, threads)
        """No fewer than threads, so that each finds room while all others work."""
        self._encoders = SharedEncoders(settings.encoder_backend)
        self._encoders.warm_up(settings.encoder_names)
        self._accounts: dict[str, Account] = {}
        self._tenants: dict[str, _Tenant] = {}
        """By name, the one that was called longest ago first."""
        self._turn = threading.Condition()
        """Held to read or change which are open, and the count of their calls."""
        self._n_opened = 0
        self._closing = threading.Event()
        self._looking = threading.Thread(target=self._keep_looking, name="tenants", daemon=True)
        self._looking.start()
        self._rounds = Rounds(self, settings)
        telemetry.watch("tenants", self.readings)

    def names(self) -> Sequence[str]:
        """All there are, open or not."""
        return self.folders.names()

    def open_names(self) -> Sequence[str]:
        """Those that can be called without being opened."""
        with self._turn:
            return [name for name in self._tenants if self._is_ready(name)]

    def is_open(self, tenant: str) -> bool:
        """See `Backends.is_open`."""
        with self._turn:
            return self._is_ready(tenant)

    @contextmanager
    def lease(self, tenant: str, *, is_call: bool = True) -> Iterator[Switching]:
        """See `Backends.lease`. What is not a call of the tenant's does not keep it open for longer."""
        one = self._taken(tenant)
        assert one.backend is not None, "what was taken is open"
        try:
            yield one.backend
        finally:
            with self._turn:
                one.calls -= 1
                if is_call:
                    one.used_at = time.monotonic()
                    self._tenants[tenant] = self._tenants.pop(tenant)
                self._turn.notify_all()

    def loaded(self) -> dict[str, str]:
        """See `Backends.loaded`."""
        return {
            "data": str(self._settings.data),
            "tenants": f"{len(self.names()):,}, of which {self._most:,} can be open at the same time",
            **{f"{name} encoder": line for name, line in self._settings.encoder_names.items()},
            "writer": self._settings.explain.writer,
        }

    def drop_caches(self) -> None:
        """Close whoever is idle, and drop the caches of the others."""
        self._close_all_that(lambda one: one.is_idle)
        for name in self.open_names():
            self._drop_caches_of(name)

    def _drop_caches_of(self, name: str) -> None:
        """Nothing, where it has been closed and cannot be opened since."""
        told, refused = self._told_of(name), suppress(PalateError)
        with told, refused, self.lease(name, is_call=False) as backend:
            backend.drop_caches()

    def readings(self) -> Iterator[Reading]:
        """As of now."""
        with self._turn:
            is_open, opened = len(self._tenants), self._n_opened
        yield Reading(m.TENANTS_OPEN, is_open)
        yield Reading(m.TENANTS_OPENED, opened)

    def look(self) -> None:
        """Follow what was changed of those that are open, and close whoever is to be closed."""
        with self._turn:
            names = list(self._tenants)
        for name in names:
            record = self._record(name)
            with self._turn:
                if (one := self._tenants.get(name)) is not None:
                    # Until it is closed: what tended it has ended.
                    one.is_suspended |= record is None or record.is_suspended
                    one.limits = self._limits(record)
                    if one.is_suspended and one.backend is not None:
                        one.backend.end_tending()
        longest_ago = time.monotonic() - self._settings.tenants.idle_s
        self._close_all_that(
            lambda one: one.is_idle and (one.is_suspended or one.used_at <= longest_ago)
        )

    def close(self) -> None:
        """See `Backends.close`. What is done in the rounds ends at its next step."""
        self._telemetry.unwatch("tenants")
        self._closing.set()
        with self._turn:
            backends = [one.backend for one in self._tenants.values()]
            self._turn.notify_all()
        for backend in backends:
            if backend is not None:
                backend.end_tending()
        self._rounds.close()
        self._looking.join()
        self._close_all_that(lambda one: one.is_idle)

    def _is_ready(self, name: str) -> bool:
        one = self._tenants.get(name)
        return (
            one is not None and one.backend is not None and not (one.is_closing or one.is_suspended)
        )

    def _taken(self, name: str) -> _Tenant:
        """One more call of it."""
        with self._turn:
            while True:
                if self._closing.is_set():
                    raise NotServing("stopping")
                one = self._tenants.get(name)
                if one is None and len(self._tenants) < self._most:
                    break
                if one is None:
                    oldest = next((key for key, it in self._tenants.items() if it.is_idle), None)
                    if oldest is not None:
                        self._close(oldest)
                        continue
                elif one.is_suspended:
                    raise TenantRefused
                elif one.backend is not None and not one.is_closing:
                    one.calls += 1
                    return one
                self._turn.wait()  # until it is open, closed, or another one has room
            record = self._record(name)
            if record is None or record.is_suspended:
                raise TenantRefused
            one = self._tenants[name] = _Tenant(self._limits(record), calls=1)
        return self._opened(name, one)

    def _opened(self, name: str, one: _Tenant) -> _Tenant:
        began = time.monotonic()
        with self._told_of(name):
            try:
                account = self._accounts.setdefault(
                    name, Account(self._settings.language_model.budget_tokens)
                )
                backend = self._open_one(
                    self.folders.settings_of(name),
                    self._encoders,
                    account,
                    self._telemetry.of_one_of_many(),
                    lambda: one.limits,
                )
            except BaseException as error:
                with self._turn:
                    del self._tenants[name]
                    self._turn.notify_all()
                if isinstance(error, PalateError):
                    logger.error("a tenant cannot be opened: %s", error)
                    raise TenantUnavailable from None
                raise
            with self._turn:
                one.backend = backend
                self._n_opened += 1
                self._turn.notify_all()
            logger.info("tenant opened in %.0f ms", 1000 * (time.monotonic() - began))
        return one

    def _close_all_that(self, is_due: Callable[[_Tenant], bool]) -> None:
        with self._turn:
            for name in [name for name, one in self._tenants.items() if is_due(one)]:
                if (one := self._tenants.get(name)) is not None and is_due(one):
                    self._close(name)

    def _close(self, name: str) -> None:
        """One that is idle; the turn is held, and given up meanwhile."""
        one = self._tenants[name]
        assert one.is_idle
        assert one.backend is not None
        one.is_closing = True
        self._turn.release()
        try:
            with self._told_of(name):
                one.backend.close()
                logger.info("tenant closed")
        except Exception:
            logger.exception("tenant %s was not closed as it should", name)
        finally:
            self._turn.acquire()
            del self._tenants[name]
            self._turn.notify_all()

    def _record(self, name: str) -> TenantRecord | None:
        """None where there is none, or it cannot be read; the log says why."""
        try:
            return self.folders.record(name)
        except PalateError as error:
            logger.error("%s", error)
            return None

    def _limits(self, record: TenantRecord | None) -> TenantLimits:
        usual = self._settings.tenants
        if record is None:
            return TenantLimits()
        items, events = record.max_items, record.max_events_per_day
        return TenantLimits(
            usual.max_items if items is None else items,
            usual.max_events_per_day if events is None else events,
        )

    def _keep_looking(self) -> None:
        while not self._closing.wait(LOOK_EVERY_S):
            self.look()

    @contextmanager
    def _told_of(self, name: str) -> Iterator[None]:
        """Lines of the log are about this tenant meanwhile, and about its call where that is why."""
        now = CURRENT_CALL.get()
        call = now if now is not None and now.tenant == name else Call("", "", "", tenant=name)
        before: Token[Call | None] = CURRENT_CALL.set(call)
        try:
            yield
        finally:
            CURRENT_CALL.reset(before)
