"""A real server, asked over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.service.standin import Running, StandIn, running


@asynccontextmanager
async def asked(
    backend: StandIn | None = None, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Running]]:
    """A client of a server around a backend."""
    async with (
        running(backend, http="127.0.0.1:0", **settings) as server,
        httpx.AsyncClient(base_url=server.http, timeout=20.0) as client,
    ):
        yield client, server
