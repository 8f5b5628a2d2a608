"""`palate serve`: the server in the foreground, saying where it listens and what it loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import output
from service.cli.files import DONE
from service.cli.options import Config, Data, Json
from service.cli.session import open_recommender, settings_of

if TYPE_CHECKING:
    from service.api.services import Backend, Backends
    from service.config import Settings
    from service.telemetry.telemetry import Telemetry


def serve(
    address: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT",
            help="Where to listen; port 0 picks a free one.",
            show_default=False,
        ),
    ] = "",
    http: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT",
            help="Answer the same calls over HTTP and JSON there; /docs is a page to try them.",
            show_default=False,
        ),
    ] = "",
    insecure: Annotated[
        bool,
        typer.Option(
            "--insecure",
            help="Let other machines call without a key: whoever reaches it may do all.",
        ),
    ] = False,
    data: Data = None,
    config: Config = None,
    as_json: Json = False,
) -> int:
    """Serve the data folder over gRPC, and HTTP if asked, until SIGTERM or Ctrl-C."""
    import asyncio
    import sys

    from service.access.control import AccessControl, metrics_readers
    from service.access.exposure import warnings
    from service.rpc.server import serve as serve_until_stopped
    from service.telemetry.log_lines import logging_to
    from service.telemetry.opening import telemetry_of

    given: dict[str, Any] = {"address": address, "http": http, "insecure": insecure}
    overrides = {"server": {name: value for name, value in given.items() if value}}
    settings = settings_of(data, config, overrides)

    scheme = "http" if settings.tls.cert is None else "https"

    def on_http(where: str) -> None:
        if as_json:
            output.emit({"http": f"{scheme}://{where}"}, indent=None)
        else:
            output.say(f"{scheme}://{where}/docs is a page to try the calls on")

    def on_listening(where: str) -> None:
        if as_json:
            output.emit({"listening": where}, indent=None)
        else:
            output.say(f"listening on {where}, loading ...")

    def on_loaded(loaded: Mapping[str, str]) -> None:
        if as_json:
            output.emit({"loaded": dict(loaded)}, indent=None)
        else:
            output.table(["loaded", ""], [[name, what] for name, what in loaded.items()])
            output.say("serving; Ctrl-C stops")

    log = logging_to(sys.stderr, settings.server.log_format, settings.server.log_level)
    access = AccessControl(settings)
    for warning in warnings(settings, required=access.required):
        output.remark(f"warning: {warning}")
    reads_metrics = metrics_readers(settings, access)
    with log, telemetry_of(settings.server, reads_metrics, settings.tenants.max_named) as telemetry:
        had_loaded = asyncio.run(
            serve_until_stopped(
                settings,
                lambda settings: _load(settings, telemetry),
                on_listening=on_listening,
                on_http=on_http,
                on_loaded=on_loaded,
                telemetry=telemetry,
                access=access,
            )
        )
    if not had_loaded:
        _end_now()
    return DONE


def _end_now() -> None:
    """Without waiting for what is still being loaded: the folder is as after a kill, which loses
    nothing."""
    import os
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(DONE)


def _load(settings: Settings, telemetry: Telemetry) -> Backend | Backends:
    if settings.tenants.enabled:
        from service.tenants.tenants import Tenants

        return Tenants(settings, telemetry)
    from service.operations.switching import Switching
    from service.operations.training_apart import sweep

    recommender = open_recommender(settings, warm_up=True, telemetry=telemetry)
    sweep(settings)
    return Switching(
        recommender, settings.server.scrub_every_h, settings.training, housekeeping=True
    )
