"""Which server a command asks, and by which credential: `--server`, and the options beside it.

Every command with `--server` gets them here, in one place. Knows no command, and opens nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli import output

SERVER = "server"
PANEL = "Asking a server"


@dataclass(frozen=True, slots=True)
class Connection:
    """A server, and how it is asked. False where there is none: the data folder is opened then."""

    address: str = ""
    key: str = ""
    is_tls: bool = False
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.address)


HERE = Connection()


def at(text: str | Connection) -> Connection:
    """The server of an option."""
    return text if isinstance(text, Connection) else Connection(text)


Server = Annotated[
    Connection,
    typer.Option(
        "--server",
        metavar="HOST:PORT",
        parser=at,
        help="Ask this server instead of opening the data folder.",
        show_default=False,
        rich_help_panel=PANEL,
    ),
]


def _file(name: str, variable: str, help: str) -> Any:
    return Annotated[
        Path | None,
        typer.Option(
            name,
            metavar="FILE",
            help=f"{help} Else ${variable}.",
            show_default=False,
            rich_help_panel=PANEL,
        ),
    ]


OPTIONS: Mapping[str, Any] = {
    "key": Annotated[
        str,
        typer.Option(
            metavar="KEY",
            help="The key or token itself; everybody here can read it in the list of processes.",
            show_default=False,
            rich_help_panel=PANEL,
        ),
    ],
    "key_file": _file("--key-file", "PALATE_CLIENT_KEY_FILE", "The key or token is in this file."),
    "tls": Annotated[
        bool,
        typer.Option(
            "--tls",
            help="Speak TLS, and trust the authorities that everybody trusts.",
            rich_help_panel=PANEL,
        ),
    ],
    "tls_ca": _file("--tls-ca", "PALATE_CLIENT_TLS_CA", "Speak TLS, and trust these authorities."),
    "tls_cert": _file("--tls-cert", "PALATE_CLIENT_TLS_CERT", "Our certificate, for mutual TLS."),
    "tls_key": _file("--tls-key", "PALATE_CLIENT_TLS_KEY", "Its private key."),
}
_DEFAULTS: Mapping[str, Any] = {"key": "", "tls": False}


def with_credentials(app: typer.Typer) -> None:
    """Every command of the app that takes `--server` takes these options too."""
    for command in _commands(app):
        if (
            command.callback is not None
            and SERVER in inspect.signature(command.callback).parameters
        ):
            command.callback = _extended(command.callback)


def _commands(app: typer.Typer) -> Iterator[Any]:
    yield from app.registered_commands
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance)
    if app.registered_callback is not None:
        yield app.registered_callback


def _extended(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def call(**given: Any) -> Any:
        options = {name: given.pop(name) for name in OPTIONS}
        if given[SERVER]:
            given[SERVER] = connection(given[SERVER].address, **options)
        return command(**given)

    signature = inspect.signature(command, eval_str=True)
    added = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS.get(name), annotation=annotation
        )
        for name, annotation in OPTIONS.items()
    ]
    call.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[
            *(one.replace(kind=one.KEYWORD_ONLY) for one in signature.parameters.values()),
            *added,
        ]
    )
    call.__annotations__ = {
        one.name: one.annotation for one in (*signature.parameters.values(), *added)
    }
    return call


def connection(
    address: str,
    *,
    key: str = "",
    key_file: Path | None = None,
    tls: bool = False,
    tls_ca: Path | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> Connection:
    """What the options say, and where they do not, the environment."""
    from service.config_file import client_environment

    if key:
        output.remark(
            "warning: the key on the command line can be read in the list of processes and the shell's history; put it"
            " into a file (--key-file), or into $PALATE_CLIENT_KEY"
        )
    there = client_environment()

    def file(given: Path | None, name: str) -> Path | None:
        return given or (Path(there[name]) if name in there else None)

    if not key and key_file is None:
        key = there.get("key", "")
    if not key and (path := file(key_file, "key_file")) is not None:
        key = path.read_text(encoding="utf-8").strip()
    found = Connection(
        address,
        key,
        tls or there.get("tls", "") not in ("", "0"),
        file(tls_ca, "tls_ca"),
        file(tls_cert, "tls_cert"),
        file(tls_key, "tls_key"),
    )
    if (found.tls_cert is None) != (found.tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key belong together: give both, or neither.")
    return found
