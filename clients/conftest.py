"""Servers with TLS and without. These tests are run by `make test-clients`: they need compilers that `make
install` does not bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.conftest import CONFIG, Server, server, serving
from tests.service.rpc.certificates import Authority

__all__ = ["server"]


@dataclass(frozen=True, slots=True)
class TlsServer:
    """A server, and the authority of its certificate."""

    server: Server
    authorities: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """As the examples read it."""
        return {**self.server.environment, "PALATE_CA": str(self.authorities)}


@pytest.fixture(scope="session")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    """With a certificate of an authority that nobody else trusts."""
    authority = Authority.of(tmp_path_factory.mktemp("authority"))
    pair = authority.issue("127.0.0.1")
    tls = f'[tls]\ncert = "{pair.cert}"\nkey = "{pair.key}"\n'
    with serving(tmp_path_factory.mktemp("data"), CONFIG + tls) as running:
        yield TlsServer(running, authority.file)
