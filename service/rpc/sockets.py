"""Sockets that servers listen on, bound before anything else is done.

Knows nothing of what is spoken on them.
"""

from __future__ import annotations

import socket

from service.errors import AddressUnavailable


def bound(address: str, option: str = "--address") -> socket.socket:
    """A TCP socket bound to host:port, as gRPC binds it. AddressUnavailable, which says why, and by
    which option another is chosen."""
    host, _, port = address.rpartition(":")
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
        try:
            # A port that was just left is free.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(target)
        except BaseException:
            found.close()
            raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise AddressUnavailable(address, why, option) from None
    return found


def with_real_port(address: str, bound: socket.socket) -> str:
    """The address, with the port that was picked where it asked for any."""
    return f"{address.rpartition(':')[0]}:{bound.getsockname()[1]}"
