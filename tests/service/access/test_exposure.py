"""A server that strangers could call does not start, unless it knows who calls or is told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.access.exposure import check_exposure, is_loopback, warnings
from service.config import Settings
from service.errors import ConfigError


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:50051"])
def test_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address", ["0.0.0.0:1", "[::]:1", "192.168.0.7:1", "8.8.8.8:1", "no-such-host.invalid:1"]
)
def test_other_machines_too(address: str) -> None:
    assert not is_loopback(address)


def _settings(**server: object) -> Settings:
    return Settings.model_validate({"server": server})


@pytest.mark.parametrize("name", ["address", "metrics"])
def test_what_strangers_reach_needs_keys_or_to_be_said_aloud(name: str) -> None:
    exposed = _settings(**{name: "0.0.0.0:50051"})
    with pytest.raises(ConfigError, match=rf"server\.{name} 0\.0\.0\.0:50051.*palate keys make"):
        check_exposure(exposed, required=False, has_valid=False)
    check_exposure(exposed, required=True, has_valid=True)
    insecure = _settings(**{name: "0.0.0.0:50051"}, insecure=True)
    check_exposure(insecure, required=False, has_valid=False)
    (aloud,) = warnings(insecure, required=False)
    assert aloud.startswith(f"INSECURE: server.{name} 0.0.0.0:50051")


def test_this_machine_needs_nothing_and_is_told_nothing() -> None:
    check_exposure(Settings(), required=False, has_valid=False)
    assert list(warnings(Settings(), required=False)) == []


def test_where_nobody_could_be_known_it_does_not_start() -> None:
    with pytest.raises(ConfigError, match="there is none that is valid"):
        check_exposure(Settings(), required=True, has_valid=False)


def test_keys_without_tls_are_warned_of_where_they_travel(tmp_path: Path) -> None:
    (doubt,) = warnings(_settings(address="0.0.0.0:1"), required=True)
    assert "speaks no TLS" in doubt
    (of_http,) = warnings(_settings(http="0.0.0.0:2"), required=True)
    assert "server.http 0.0.0.0:2" in of_http
    tls = {"cert": tmp_path / "c", "key": tmp_path / "k"}
    safe = Settings.model_validate(
        {"server": {"address": "0.0.0.0:1", "http": "0.0.0.0:2"}, "tls": tls}
    )
    assert list(warnings(safe, required=True)) == []
