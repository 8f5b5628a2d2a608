"""The commands of `palate` that a page shows, held against the command line that there is.

In a block of shell a whole line must be taken, arguments and all; between backticks the command and its
options must be there, since what is said of them may leave out the rest. Runs nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import typer

from service.cli.app import app
from service.cli.tree import called

PROGRAM = "palate"
_OF_THE_SHELL = (">", ">>", "2>", "|")
_BLOCK = re.compile(r"^ *```(?:sh|bash|console)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_ANY_BLOCK = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(rf"`({PROGRAM} [^`]+)`")


def typed(text: str, program: str = PROGRAM) -> Iterator[str]:
    """The lines of a page's blocks of shell that run a program, continued ones as one."""
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            for part in line.split("&&"):
                if part.split()[:1] == [program]:
                    yield part.strip()


def mentioned(text: str) -> Iterator[str]:
    """Commands between backticks in the text of a page, which may be broken over lines."""
    for command in _INLINE.findall(_ANY_BLOCK.sub("", text)):
        yield " ".join(command.split())


def not_understood(text: str) -> Iterator[str]:
    """What the command line would not take of a page, and why."""
    for line in typed(text):
        if why := problem_of(line):
            yield f"`{line}`: {why}"
    for command in mentioned(text):
        if why := _problem_of_mention(command):
            yield f"`{command}`: {why}"


def problem_of(line: str) -> str:
    """Why a line could not be run; empty where it could."""
    words = shlex.split(line, comments=True)[1:]
    arguments = list(takewhile(lambda word: word not in _OF_THE_SHELL, words))
    path, command = called(app, arguments)
    rest = arguments[len(path.split()) :]
    if (refused := _unknown(path, command, rest)) is not None:
        return refused
    try:
        command.make_context(line, rest)
    except typer.Exit:
        return ""  # --help, --version: shown, and done
    except typer.TyperException as error:
        return error.format_message()
    return ""


def _problem_of_mention(command: str) -> str:
    words = shlex.split(command.replace("'", "").replace('"', ""))[1:]
    path, found = called(app, words)
    rest = words[len(path.split()) :]
    if (refused := _unknown(path, found, rest)) is not None:
        return refused
    known = {name for one in found.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    gone = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
    return f"no option {', '.join(gone)}" if gone else ""


def _unknown(path: str, command: Any, rest: Sequence[str]) -> str | None:
    """Why the words name no command; None where they do."""
    is_group = bool(getattr(command, "commands", {}))
    if not is_group or not rest or rest[0].startswith("-") or rest[0].isupper():
        return None
    return f"no command {f'{path} {rest[0]}'.strip()!r}"
