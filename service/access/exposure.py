"""Whether others than this machine could reach a server, and what must be there before they may.

Knows nothing of how somebody is known.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address

from service.config import Settings
from service.errors import ConfigError

_MAKE_ONE = "`palate keys make --name NAME --role admin`"


def is_loopback(address: str) -> bool:
    """Whether host:port can be reached from this machine only. A name must stand for such addresses
    alone; one that cannot be resolved does not count."""
    host = address.rpartition(":")[0].strip("[]")
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ip_address(str(where[0]).partition("%")[0]).is_loopback for *_, where in found)


def check_exposure(settings: Settings, *, required: bool, has_valid: bool) -> None:
    """ConfigError where strangers could call a server that asks nobody who they are, or where it
    asks and nobody could answer."""
    if required and not has_valid:
        raise ConfigError(
            f"calls need a credential, and there is none that is valid: make a key with {_MAKE_ONE}, or set"
            " access.jwt.jwks, or access.certificates with tls.client_ca"
        )
    if required or settings.server.insecure:
        return
    for name, address in _addresses(settings):
        if not is_loopback(address):
            raise ConfigError(
                f"{name} {address} can be reached from other machines, and whoever reaches it could read, export and"
                f" delete everything: make a key with {_MAKE_ONE}, listen on 127.0.0.1, or say --insecure if the"
                " network keeps strangers out"
            )


def warnings(settings: Settings, *, required: bool) -> Iterator[str]:
    """What should be said aloud of a server that may start."""
    exposed = [
        f"{name} {address}" for name, address in _addresses(settings) if not is_loopback(address)
    ]
    if exposed and not required:
        yield (
            f"INSECURE: {' and '.join(exposed)} can be reached from other machines, and whoever reaches this server may"
            " read, export and delete everything"
        )
    for name, address in _addresses(settings) if required else ():
        speaks_tls = settings.tls.cert is not None
        if name != "server.metrics" and not speaks_tls and not is_loopback(address):
            yield (
                f"{name} {address} can be reached from other machines and speaks no TLS: keys and answers can be read"
                " on the way; set tls.cert and tls.key, or let something in front speak TLS"
            )


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    """Where strangers could ask: setting and host:port. Health alone tells nothing."""
    yield "server.address", settings.server.address
    if settings.server.http:
        yield "server.http", settings.server.http
    if settings.server.metrics:
        yield "server.metrics", settings.server.metrics
