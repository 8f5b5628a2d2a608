"""The page that Prometheus reads: `/metrics` on a port of its own.

Owns the socket and its thread. Knows nothing of what is measured, nor how somebody is known: who may
read is asked of whoever opens it. It speaks no TLS, so it belongs on the loopback or a private network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, disable_created_metrics, start_http_server

from service.errors import AddressUnavailable


@contextmanager
def metrics_at(
    address: str, registry: CollectorRegistry, may_read: Callable[[str], bool] | None = None
) -> Iterator[str]:
    """Answer at host:port for as long as this lasts; gives the address with its real port. `may_read`
    is asked with the header `Authorization`, empty where there is none; without it everybody may.
    AddressUnavailable where it cannot be listened on."""
    # They double the page, and Prometheus does not read them.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise AddressUnavailable(address, why, "server.metrics =") from None
    if may_read is not None:
        server.set_app(_guarded(server.get_app(), may_read))
    try:
        yield f"{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _guarded(page: Any, may_read: Callable[[str], bool]) -> Callable[..., Iterable[bytes]]:
    """The page for those who may read it, 401 for others."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if may_read(environ.get("HTTP_AUTHORIZATION", "")):
            answer: Iterable[bytes] = page(environ, start_response)
            return answer
        start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer")])
        return [b"send a key of this server as Authorization: Bearer ...\n"]

    return app
