"""`palate mcp`: the tools of an agent, over stdio or HTTP, answered by the data folder or by a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import output
from service.cli.connection import HERE, Server
from service.cli.files import DONE
from service.cli.options import Config, Data
from service.cli.session import answering, require_data, settings_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from service.api.services import Backend


def mcp(
    http: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT",
            help="Streamable HTTP at http://HOST:PORT/mcp; without it, stdio.",
            show_default=False,
        ),
    ] = "",
    data: Data = None,
    config: Config = None,
    server: Server = HERE,
) -> int:
    """Let agents ask: recommend, search, similar, explain, describe_taste, by the Model Context
    Protocol."""
    import asyncio
    import contextlib
    import sys

    from service.errors import ConfigError
    from service.telemetry.log_lines import logging_to

    try:
        from service.mcp.server import Tools, mcp_server
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"palate mcp: a package is missing ({error}); pip install 'palate[mcp]'"
        ) from None
    settings = settings_of(data, config)
    if not server:
        require_data(settings)

    async def serve(stack: contextlib.ExitStack) -> None:
        loading = _loaded(lambda: stack.enter_context(answering(data, config, server, quiet=True)))
        tools = Tools(loading, settings.explain.language)
        served = mcp_server(tools, _version(), may_record=settings.mcp.record_events)
        if not http:
            await served.run_stdio_async()
            return
        host, port = _host_and_port(http)
        output.say(f"http://{http}/mcp is where agents ask; Ctrl-C stops")
        await served.run_streamable_http_async(host=host, port=port)

    # Lines of the log go to stderr: stdout is the protocol's.
    with (
        logging_to(sys.stderr, settings.server.log_format, settings.server.log_level),
        contextlib.ExitStack() as stack,
        contextlib.suppress(KeyboardInterrupt),
    ):
        asyncio.run(serve(stack))
    return DONE


def _loaded(load: Callable[[], Backend]) -> Callable[[], Awaitable[Backend]]:
    """Waits for what is loaded from now on, in a thread: an agent's client would not wait for the
    first answer as long as that takes."""
    import asyncio

    task = asyncio.ensure_future(asyncio.to_thread(load))

    async def loading() -> Backend:
        return await asyncio.shield(task)

    return loading


def _host_and_port(address: str) -> tuple[str, int]:
    """AddressUnavailable where nobody can listen there; ConfigError where strangers could ask."""
    from service.access.exposure import is_loopback
    from service.errors import ConfigError
    from service.rpc.sockets import bound

    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError(f"--http must be HOST:PORT, like 127.0.0.1:8765, not {address!r}")
    if not is_loopback(address):
        raise ConfigError(
            f"--http {address} can be reached from other machines, and `palate mcp` asks nobody who they are: listen"
            " on 127.0.0.1, and let a proxy in front ask"
        )
    bound(address, "--http").close()
    return host.strip("[]"), int(port)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("palate")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
