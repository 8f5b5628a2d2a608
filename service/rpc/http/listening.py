"""The socket that HTTP comes in by, and uvicorn on it, in the event loop that gRPC has.

Knows nothing of what is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

_KEEP_ALIVE_S = 75
"""For a connection without a call; longer than load balancers keep theirs, so that they are the ones
who close."""


class HttpServer:
    """Answers on a bound socket from when it is made until it is stopped; over TLS where it is given a
    context."""

    def __init__(
        self, app: ASGIApp, bound: socket.socket, grace_s: float, tls: ssl.SSLContext | None = None
    ) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, round(grace_s)),
            ssl_context_factory=(lambda *_: tls) if tls is not None else None,
        )
        self._server = _Server(config)
        bound.listen(config.backlog)  # those who come before uvicorn does, wait
        self._serving = asyncio.create_task(self._server.serve(sockets=[bound]))

    async def stop(self) -> None:
        """No new connections; calls in flight end, or the grace period does."""
        self._server.should_exit = True
        await self._serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are `service.rpc.server`'s."""
        yield
