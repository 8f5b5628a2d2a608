"""Tenants are opened when they are called, closed when they are idle, and never under a call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service.config import Settings
from service.errors import Damaged, NotServing, TenantRefused, TenantUnavailable
from service.tenants import tenants as tenants_module
from service.tenants.folders import TenantFolders
from service.tenants.limited import TenantLimits
from service.tenants.tenants import Tenants


class Backend:
    """Open until it is closed, which it must not be under a call."""

    def __init__(self, name: str, limits: Callable[[], TenantLimits]) -> None:
        self.name, self.limits = name, limits
        self.is_open, self.calls, self.drops = True, 0, 0
        self.tending_ended = False

    def call(self) -> str:
        self.calls += 1
        assert self.is_open
        for _ in range(100):
            assert self.is_open, "closed under a call"
        self.calls -= 1
        return self.name

    def tend(self) -> None:
        assert self.is_open

    def end_tending(self) -> None:
        self.tending_ended = True

    def drop_caches(self) -> None:
        self.drops += 1

    def close(self) -> None:
        assert self.calls == 0
        assert self.is_open
        self.is_open = False


class World:
    """A server's tenants, whose backends are stand-ins; it looks when a test says so."""

    def __init__(self, folder: Path, n: int, **tenants: Any) -> None:
        self.opened: list[str] = []
        self.backends: list[Backend] = []
        self.error: Exception | None = None
        self.settings = Settings.model_validate(
            {
                "data": folder,
                "encoders": {"text": "fake", "image": "fake"},
                "tenants": {"enabled": True, **tenants},
                "server": {"workers": 1},
                "explain": {"workers": 1},
            }
        )
        self.folders = TenantFolders(self.settings)
        for number in range(n):
            self.folders.create(f"t{number}")
        self.tenants = Tenants(self.settings, open_one=self._open)

    def _open(self, settings: Settings, *_: Any) -> Any:
        if self.error is not None:
            raise self.error
        self.opened.append(settings.data.name)
        self.backends.append(Backend(settings.data.name, _[-1]))
        return self.backends[-1]

    def call(self, name: str) -> str:
        with self.tenants.lease(name) as backend:
            return backend.call()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    monkeypatch.setattr(tenants_module, "LOOK_EVERY_S", 3_600.0)
    made: list[World] = []

    def one(n: int = 3, **tenants: Any) -> World:
        made.append(World(tmp_path, n, **tenants))
        return made[-1]

    yield one
    for each in made:
        each.tenants.close()
        assert not any(backend.is_open for backend in each.backends)


def test_one_is_opened_at_its_first_call_and_stays_open(make: Callable[..., World]) -> None:
    here = make()
    assert not here.tenants.is_open("t1")
    assert [here.call("t1"), here.call("t1")] == ["t1", "t1"]
    assert here.opened == ["t1"]
    assert (here.tenants.is_open("t1"), here.tenants.is_open("t0")) == (True, False)


@pytest.mark.parametrize("name", ["nobody", "", "..", "../t0", "T0", "t0/../t1"])
def test_who_is_no_tenant_is_refused_as_one_that_is_suspended(
    make: Callable[..., World], name: str
) -> None:
    here = make()
    here.folders.suspend("t2")
    told = []
    for asked in (name, "t2"):
        with pytest.raises(TenantRefused) as refused:
            here.call(asked)
        told.append((str(refused.value), refused.value.metadata))
    assert told[0] == told[1]
    assert here.opened == []


def test_why_one_cannot_be_opened_is_for_the_log_and_the_next_call_tries_again(
    make: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    here = make()
    here.error = Damaged("log.db", "it is gone", "restore it")
    with pytest.raises(TenantUnavailable) as refused:
        here.call("t0")
    assert "log.db" not in str(refused.value)
    assert "log.db" in caplog.text
    here.error = None
    assert here.call("t0") == "t0"


def test_for_another_the_one_is_closed_that_was_called_longest_ago(
    make: Callable[..., World],
) -> None:
    here = make(8, max_open=1)  # and so as many as threads: 6
    for number in (0, 1, 2, 3, 4, 5, 0, 6):
        here.call(f"t{number}")
    assert [one.name for one in here.backends if not one.is_open] == ["t1"]
    assert here.call("t1") == "t1"
    assert [one.name for one in here.backends if not one.is_open] == ["t1", "t2"]


def test_one_that_is_called_is_not_closed_and_who_finds_no_room_waits(
    make: Callable[..., World],
) -> None:
    here = make(7, max_open=1)
    leases = [here.tenants.lease(f"t{number}") for number in range(6)]
    for lease in leases:
        lease.__enter__()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(here.call, "t6")
        assert not waiting.done()
        leases[3].__exit__(None, None, None)
        assert waiting.result(10) == "t6"
    assert [one.name for one in here.backends if not one.is_open] == ["t3"]
    for lease in (*leases[:3], *leases[4:]):
        lease.__exit__(None, None, None)


def test_many_threads_over_many_tenants_never_meet_one_that_is_closed(
    make: Callable[..., World],
) -> None:
    """Six may be open, of nine: each call opens or closes somebody, while others are called."""
    here = make(9, max_open=1)
    names = [f"t{(7 * n) % 9}" for n in range(600)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(here.call, names)) == names
    assert len(here.opened) > 9
    assert sum(one.is_open for one in here.backends) <= 6


def test_at_the_same_time_one_is_opened_once(make: Callable[..., World]) -> None:
    here = make()
    start = threading.Barrier(6)

    def call(_: int) -> str:
        start.wait()
        return here.call("t0")

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(call, range(6))) == {"t0"}
    assert here.opened == ["t0"]


def test_who_is_idle_is_closed_and_a_lease_that_is_no_call_keeps_nobody_open(
    make: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = make(idle_s=60)
    now = [1_000.0]
    monkeypatch.setattr(tenants_module.time, "monotonic", lambda: now[0])
    here.call("t0")
    here.call("t1")
    now[0] += 59
    here.tenants.look()
    here.call("t1")
    with here.tenants.lease("t0", is_call=False):
        now[0] += 2
        here.tenants.look()
        assert here.tenants.is_open("t0")  # whoever looks after it has it
    here.tenants.look()
    assert (here.tenants.is_open("t0"), here.tenants.is_open("t1")) == (False, True)


def test_one_that_is_suspended_ends_its_calls_and_is_closed_then(
    make: Callable[..., World],
) -> None:
    here = make()
    with here.tenants.lease("t0"):
        here.folders.suspend("t0")
        here.tenants.look()
        assert here.backends[0].is_open
        assert here.backends[0].tending_ended
        with pytest.raises(TenantRefused):
            here.call("t0")
    here.tenants.look()
    assert not here.backends[0].is_open
    here.folders.suspend("t0", suspended=False)
    assert here.call("t0") == "t0"


def test_one_is_deleted_beside_the_server_that_has_it_open(make: Callable[..., World]) -> None:
    here = make()
    here.call("t0")
    looking = threading.Timer(0.05, here.tenants.look)
    looking.start()
    here.folders.delete("t0")
    looking.join()
    here.tenants.look()
    with pytest.raises(TenantRefused):
        here.call("t0")
    assert not here.tenants.is_open("t0")


def test_limits_are_followed_while_it_is_open(make: Callable[..., World]) -> None:
    here = make(max_items=100)
    here.call("t0")
    limits = here.backends[0].limits
    assert limits() == TenantLimits(items=100)
    here.folders.limit("t0", 7, 9)
    here.tenants.look()
    assert limits() == TenantLimits(7, 9)
    here.folders.limit("t0", 0, None)
    here.tenants.look()
    assert limits() == TenantLimits()


def test_where_memory_is_wanted_the_idle_are_closed_and_others_drop_their_caches(
    make: Callable[..., World],
) -> None:
    here = make()
    here.call("t0")
    with here.tenants.lease("t1"):
        here.tenants.drop_caches()
    assert [(one.name, one.is_open, one.drops) for one in here.backends] == [
        ("t0", False, 0),
        ("t1", True, 1),
    ]


def test_one_that_fails_to_close_makes_room_all_the_same(
    make: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    here = make(idle_s=1)
    here.call("t0")
    first = here.backends[0]
    close, first.close = first.close, lambda: 1 // 0  # type: ignore[method-assign]
    here.folders.suspend("t0")
    here.tenants.look()
    assert "tenant t0 was not closed as it should" in caplog.text
    assert not here.tenants.is_open("t0")
    close()


def test_after_the_end_nobody_is_opened(make: Callable[..., World]) -> None:
    here = make()
    here.call("t0")
    here.tenants.close()
    assert not here.backends[0].is_open
    with pytest.raises(NotServing):
        here.call("t0")


def test_what_is_measured_is_how_many_and_not_who(make: Callable[..., World]) -> None:
    here = make()
    here.call("t0")
    told = {
        reading.metric.name: (reading.value, reading.labels) for reading in here.tenants.readings()
    }
    assert told == {"palate_tenants_open": (1, ()), "palate_tenants_opened_total": (1, ())}
    assert here.tenants.loaded()["tenants"] == "3, of which 16 can be open at the same time"
