"""The commands by name, as Typer makes them: which of them some arguments call, and all there are.

Knows no command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import typer

Command: TypeAlias = Any
"""What Typer makes of a function: it has `params`, and a group has `commands`."""


def called(app: typer.Typer, arguments: Sequence[str]) -> tuple[str, Command]:
    """The command that the arguments call, as "models list", and what Typer made of it.

    Of arguments that call none it is the last group they lead to: of none at all, "".
    """
    path: list[str] = []
    command: Command = typer.main.get_command(app)
    for argument in arguments:
        inner = _inner(command).get(argument)
        if inner is None:
            break
        path.append(argument)
        command = inner
    return " ".join(path), command


def commands(app: typer.Typer) -> Iterator[tuple[str, Command]]:
    """All that can be called, with its path, in the order of the help."""
    root: Command = typer.main.get_command(app)
    for name, command in _inner(root).items():
        if not _inner(command) or command.invoke_without_command:
            yield name, command
        for inner_name, inner in _inner(command).items():
            yield f"{name} {inner_name}", inner


def _inner(command: Command) -> Mapping[str, Command]:
    return getattr(command, "commands", {})
