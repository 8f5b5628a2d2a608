"""The page that Prometheus reads: `/metrics` on a port of its own.

Owns the socket and its thread. Knows nothing of what is measured. There is no password on it, so it
belongs on the loopback or a private network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, disable_created_metrics, start_http_server

from service.errors import AddressUnavailable


@contextmanager
def metrics_at(address: str, registry: CollectorRegistry) -> Iterator[str]:
    """Answer at host:port for as long as this lasts; gives the address with its real port.
    AddressUnavailable where it cannot be listened on."""
    # They double the page, and Prometheus does not read them.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry)
    except OSError as error:
        raise AddressUnavailable(address, (error.strerror or str(error)).lower()) from None
    try:
        yield f"{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
