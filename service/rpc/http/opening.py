"""HTTP beside gRPC, where the settings ask for it.

Owns what is loaded only then: the packages of the extra `http`. Knows nothing of loading a backend.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor

from service.config import ServerSettings, Settings
from service.errors import ConfigError
from service.rpc.sockets import bound
from service.rpc.tls import server_context

if TYPE_CHECKING:
    from service.rpc.http.listening import HttpServer

Register = Callable[[Any, Any], None]
"""As gRPC generates it: a servicer, to a server."""


@contextmanager
def http_socket(settings: ServerSettings) -> Iterator[socket.socket | None]:
    """Bound for as long as this lasts; None where the settings have no address for it."""
    if not settings.http:
        yield None
        return
    with bound(settings.http, "--http") as found:
        yield found


def http_server(
    settings: Settings,
    on: socket.socket,
    served: Sequence[tuple[ServiceDescriptor, object, Register]],
    interceptors: Sequence[grpc.aio.ServerInterceptor],  # type: ignore[type-arg]
    is_serving: Callable[[], bool],
) -> HttpServer:
    """Answers the calls of these servicers on a bound socket from now on. ConfigError where the
    packages for it are missing, or the certificate cannot be used."""
    try:
        from service.rpc.http.app import http_app
        from service.rpc.http.gateway import Gateway
        from service.rpc.http.listening import HttpServer
        from service.rpc.in_process import Calls
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"server.http: a package is missing ({error}); pip install 'palate[http]'"
        ) from None
    calls = Calls(interceptors)
    for _, servicer, register in served:
        register(servicer, calls)
    gateway = Gateway([service for service, _, _ in served], calls, settings.server)
    app = http_app(gateway, is_serving, settings.server.http_origins)
    tls = server_context(settings.tls) if settings.tls.cert is not None else None
    return HttpServer(app, on, settings.server.shutdown_grace_s, tls)
