"""The gRPC server's life: listen, load, serve, stop.

Owns the socket, health, reflection and the order of starting and stopping. The calls are
`service.rpc.servicers`, errors on the wire `service.rpc.interceptor`. Knows nothing of what the
backend is, and prints nothing.

    bind -> listen (NOT_SERVING, calls get UNAVAILABLE) -> load -> SERVING -> stop asked -> NOT_SERVING, no new calls
    -> calls in flight end, or the grace period does -> the backend is closed
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Mapping

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio  # type: ignore[attr-defined]  # its stubs are of an older release
from grpc_reflection.v1alpha import reflection

from palate.v1 import (
    explain_pb2,
    explain_pb2_grpc,
    index_pb2,
    index_pb2_grpc,
    model_pb2,
    model_pb2_grpc,
    recommend_pb2,
    recommend_pb2_grpc,
    user_pb2,
    user_pb2_grpc,
)
from service.api.services import Backend
from service.config import Settings
from service.errors import AddressUnavailable
from service.rpc import servicers
from service.rpc.garbage import leave_alone_what_stays
from service.rpc.interceptor import CallInterceptor
from service.rpc.lanes import Lanes

SERVICES = tuple(
    service.full_name
    for file in (index_pb2, recommend_pb2, explain_pb2, model_pb2, user_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
)
_FLUSH_S = 1.0
"""How long streams that never end by themselves (health Watch, reflection) live on after the last
call has ended."""

_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
_SERVING = health_pb2.HealthCheckResponse.SERVING


async def serve(
    settings: Settings,
    recommender_factory: Callable[[Settings], Backend],
    *,
    stop: asyncio.Event | None = None,
    on_listening: Callable[[str], None] = lambda address: None,
    on_loaded: Callable[[Mapping[str, str]], None] = lambda loaded: None,
) -> None:
    """Serves until `stop` is set, or without it until SIGTERM or SIGINT, and returns when
    everything is closed.

    `on_listening` is told the address with its real port, `on_loaded` what `recommender_factory`
    has loaded. What the factory raises stops the server and comes out of here; AddressUnavailable
    comes before anything is loaded.
    """
    lanes, calls, states = Lanes(settings), CallInterceptor(), health_aio.HealthServicer()
    server = _build(settings, lanes, calls, states)
    await _set_health(states, _NOT_SERVING)
    address = _bind(server, settings.server.address)
    with _stop_on_signals() if stop is None else contextlib.nullcontext(stop) as stopping:
        await server.start()
        on_listening(address)
        try:
            lanes.backend = await asyncio.to_thread(recommender_factory, settings)
            leave_alone_what_stays()
            await _set_health(states, _SERVING)
            on_loaded(lanes.backend.loaded())
            await stopping.wait()
        finally:
            lanes.stopping = True
            await states.enter_graceful_shutdown()
            await _drain(server, calls, settings.server.shutdown_grace_s)
            await lanes.close()


def _build(
    settings: Settings, lanes: Lanes, calls: CallInterceptor, states: health_aio.HealthServicer
) -> grpc.aio.Server:
    limit = settings.server.max_message_bytes
    server = grpc.aio.server(
        interceptors=[calls],
        options=[
            ("grpc.max_receive_message_length", limit),
            ("grpc.max_send_message_length", limit),
            (
                "grpc.so_reuseport",
                0,
            ),  # else a second server on the same port starts, and takes half of the calls
        ],
    )
    index_pb2_grpc.add_IndexServiceServicer_to_server(servicers.IndexServicer(lanes), server)
    recommend_pb2_grpc.add_RecommendServiceServicer_to_server(
        servicers.RecommendServicer(lanes), server
    )
    explain_pb2_grpc.add_ExplainServiceServicer_to_server(servicers.ExplainServicer(lanes), server)
    model_pb2_grpc.add_ModelServiceServicer_to_server(servicers.ModelServicer(lanes), server)
    user_pb2_grpc.add_UserServiceServicer_to_server(servicers.UserServicer(lanes), server)
    health_pb2_grpc.add_HealthServicer_to_server(states, server)
    reflection.enable_server_reflection(
        (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    return server


def _bind(server: grpc.aio.Server, address: str) -> str:
    _probe(address)
    try:
        return f"{address.rpartition(':')[0]}:{server.add_insecure_port(address)}"
    except RuntimeError:
        raise AddressUnavailable(address, "the operating system refused it") from None


def _probe(address: str) -> None:
    """Asks the operating system first: gRPC would not say why it failed, and write to stderr past
    every logger."""
    host, _, port = address.rpartition(":")
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as gRPC does: a port just left is free
            probe.bind(target)
    except OSError as error:
        raise AddressUnavailable(address, (error.strerror or str(error)).lower()) from None


async def _set_health(states: health_aio.HealthServicer, status: int) -> None:
    for name in ("", *SERVICES):
        await states.set(name, status)


async def _drain(server: grpc.aio.Server, calls: CallInterceptor, grace_s: float) -> None:
    """No new calls; those in flight get `grace_s` to end."""
    refusing = asyncio.create_task(server.stop(grace_s))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(calls.wait_until_idle(), grace_s)
    await server.stop(min(_FLUSH_S, grace_s))
    await refusing


@contextlib.contextmanager
def _stop_on_signals() -> Iterator[asyncio.Event]:
    """The first signal asks to stop; a second one, while stopping, does what it does by default."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def ask() -> None:
        stopping.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, ask)
    try:
        yield stopping
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
