"""HTTP is there where the settings have an address for it, and costs nothing else."""

from __future__ import annotations

import asyncio
import builtins
import subprocess
import sys
from typing import Any

import pytest

from service.config import ServerSettings, Settings
from service.errors import AddressUnavailable, ConfigError
from service.rpc.http.opening import http_socket
from service.rpc.server import serve
from service.rpc.sockets import bound, with_real_port
from tests.service.standin import StandIn, running


def test_no_address_is_no_socket() -> None:
    with http_socket(ServerSettings()) as found:
        assert found is None


async def test_a_port_in_use_is_said_before_anything_is_loaded() -> None:
    def load(_: Settings) -> StandIn:
        raise AssertionError("must not be loaded")

    with bound("127.0.0.1:0") as taken:
        taken.listen()
        http = with_real_port("127.0.0.1:0", taken)
        settings = Settings(server=ServerSettings(address="127.0.0.1:0", http=http))
        with pytest.raises(AddressUnavailable, match="with --http HOST:PORT"):
            await serve(settings, load, stop=asyncio.Event())


async def test_without_the_packages_it_says_which_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("service.rpc.http.")]:
        if name not in ("service.rpc.http.opening", "service.rpc.http.problems"):
            monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] in ("starlette", "uvicorn"):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"pip install 'palate\[http\]'"):
        async with running(http="127.0.0.1:0"):
            pass


def test_a_server_without_http_does_not_load_its_packages() -> None:
    told = "import service.rpc.server, sys; print(*({'starlette', 'uvicorn'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
