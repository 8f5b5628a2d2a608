"""The server's life: listen, load, serve, stop; over gRPC, and beside it HTTP where that is asked for.

Owns the sockets, health, reflection and the order of starting and stopping. The calls are
`service.rpc.servicers`, errors on the wire `service.rpc.interceptor`, HTTP
`service.rpc.http`. Knows nothing of what the
backend is, and prints nothing.

    bind -> listen (NOT_SERVING, calls get UNAVAILABLE) -> load -> SERVING
    stop asked while it loads -> stop at once
    stop asked -> NOT_SERVING -> a while for load balancers to notice -> no new calls
    -> calls in flight end, or the grace period does
    -> the backend is closed
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
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
from service.access.control import AccessControl
from service.access.settings import TlsSettings
from service.api.services import Backend, Backends
from service.config import Settings
from service.errors import AddressUnavailable
from service.garbage_collection import freeze_gc
from service.rpc.http.opening import Register, http_server, http_socket
from service.rpc.interceptor import CallInterceptor
from service.rpc.loading import Loading
from service.rpc.servicers import (
    ExplainServicer,
    IndexServicer,
    ModelServicer,
    RecommendServicer,
    UserServicer,
)
from service.rpc.sockets import bound, with_real_port
from service.rpc.tls import server_credentials
from service.rpc.work.queues import WorkQueues
from service.telemetry.telemetry import SILENT, Telemetry

Servicer = Callable[[WorkQueues], object]

SERVICES: Sequence[tuple[ServiceDescriptor, Servicer, Register]] = (
    (
        index_pb2.DESCRIPTOR.services_by_name["IndexService"],
        IndexServicer,
        index_pb2_grpc.add_IndexServiceServicer_to_server,
    ),
    (
        recommend_pb2.DESCRIPTOR.services_by_name["RecommendService"],
        RecommendServicer,
        recommend_pb2_grpc.add_RecommendServiceServicer_to_server,
    ),
    (
        explain_pb2.DESCRIPTOR.services_by_name["ExplainService"],
        ExplainServicer,
        explain_pb2_grpc.add_ExplainServiceServicer_to_server,
    ),
    (
        model_pb2.DESCRIPTOR.services_by_name["ModelService"],
        ModelServicer,
        model_pb2_grpc.add_ModelServiceServicer_to_server,
    ),
    (
        user_pb2.DESCRIPTOR.services_by_name["UserService"],
        UserServicer,
        user_pb2_grpc.add_UserServiceServicer_to_server,
    ),
)
"""What is served: the service, what answers it, and how gRPC is told so."""
SERVICE_NAMES = tuple(service.full_name for service, _, _ in SERVICES)

_FLUSH_S = 1.0
"""How long streams that never end by themselves (health Watch, reflection) live on after the last
call has ended."""

PLAIN = TlsSettings()

logger = logging.getLogger(__name__)

_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
_SERVING = health_pb2.HealthCheckResponse.SERVING


async def serve(
    settings: Settings,
    load: Callable[[Settings], Backend | Backends],
    *,
    stop: asyncio.Event | None = None,
    on_listening: Callable[[str], None] = lambda address: None,
    on_http: Callable[[str], None] = lambda address: None,
    on_loaded: Callable[[Mapping[str, str]], None] = lambda loaded: None,
    telemetry: Telemetry = SILENT,
    access: AccessControl | None = None,
) -> bool:
    """Serve until `stop` is set, or without it until SIGTERM or SIGINT; returns when everything is
    closed. False where that was before it had loaded: a thread still loads then, which nobody waits
    for, and closes what it has loaded.

    `on_listening` is told the address with its real port, `on_http` before it that of HTTP where the
    settings have one, `on_loaded` what `load` has loaded. What
    `load` raises stops the server and comes out of here; AddressUnavailable comes before anything
    is loaded, as does ConfigError where strangers could call. `telemetry` is told of every call, and may
    read how full the queues are. `access` is that of the settings, where another part asks it too.
    """
    access = access or AccessControl(settings)
    queues = WorkQueues(settings)
    served = [(service, servicer(queues), register) for service, servicer, register in SERVICES]
    calls = CallInterceptor(settings, access, telemetry)
    telemetry.watch("queues", queues.readings)
    telemetry.watch("calls", calls.readings)
    states = health_aio.HealthServicer()
    server = _build(settings, served, calls, states)
    probes = _probes(states) if settings.server.health else None
    await _set_health(states, _NOT_SERVING)
    with (
        http_socket(settings.server) as http_on,
        _stop_on_signals() if stop is None else contextlib.nullcontext(stop) as stopping,
    ):
        address = _bind(server, settings.server.address, settings.tls)
        if probes is not None:
            logger.info(
                "health at %s", _bind(probes, settings.server.health, option="server.health =")
            )
        http = None
        if http_on is not None:
            http = http_server(settings, http_on, served, [calls], lambda: queues.is_serving)
            on_http(with_real_port(settings.server.http, http_on))
        await server.start()
        if probes is not None:
            await probes.start()
        on_listening(address)
        try:
            queues.backend = await Loading(load, settings).until(stopping)
            if queues.backend is None:
                return False
            freeze_gc()
            await _set_health(states, _SERVING)
            on_loaded(queues.backend.loaded())
            async with _running(queues.memory.watch()):
                await stopping.wait()
            return True
        finally:
            queues.stopping = True
            await states.enter_graceful_shutdown()
            if queues.backend is not None:
                await _noticed(settings.server.shutdown_delay_s)
            await asyncio.gather(
                _drain(server, calls, settings.server.shutdown_grace_s),
                *([http.stop()] if http is not None else []),
            )
            if probes is not None:
                await probes.stop(0)
            await queues.close()


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Beside what is done meanwhile, and no longer."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _build(
    settings: Settings,
    served: Sequence[tuple[ServiceDescriptor, object, Register]],
    calls: CallInterceptor,
    states: health_aio.HealthServicer,
) -> grpc.aio.Server:
    max_bytes = settings.server.max_message_bytes
    options = [
        ("grpc.max_receive_message_length", max_bytes),
        ("grpc.max_send_message_length", max_bytes),
        # Else a second server on the same port starts, and takes half of the calls.
        ("grpc.so_reuseport", 0),
    ]
    server = grpc.aio.server(interceptors=[calls], options=options)
    for _, servicer, register in served:
        register(servicer, server)
    health_pb2_grpc.add_HealthServicer_to_server(states, server)
    reflection.enable_server_reflection(
        (*SERVICE_NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    return server


def _probes(states: health_aio.HealthServicer) -> grpc.aio.Server:
    """Health alone, for those who speak no TLS."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    health_pb2_grpc.add_HealthServicer_to_server(states, server)
    return server


def _bind(
    server: grpc.aio.Server, address: str, tls: TlsSettings = PLAIN, option: str = "--address"
) -> str:
    """The address with its real port; AddressUnavailable where it cannot be listened on."""
    # Ask the operating system first: gRPC would not say why it failed, and would write to stderr past
    # every logger.
    bound(address, option).close()
    host = address.rpartition(":")[0]
    try:
        if tls.cert is None:
            port = server.add_insecure_port(address)
        else:
            port = server.add_secure_port(address, server_credentials(tls))
    except RuntimeError:
        raise AddressUnavailable(address, "the operating system refused it", option) from None
    return f"{host}:{port}"


async def _set_health(states: health_aio.HealthServicer, status: int) -> None:
    for name in ("", *SERVICE_NAMES):
        await states.set(name, status)


async def _noticed(delay_s: float) -> None:
    """Load balancers have seen by then that nothing is to be sent here any more."""
    await asyncio.sleep(delay_s)


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
