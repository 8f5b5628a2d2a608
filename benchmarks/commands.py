"""The reference of the command line, written from the commands themselves: `python -m benchmarks.commands
--write` puts it into docs/reference/commands.md, and a test holds the page to it.

Knows nothing of what the commands do.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.folders import ROOT
from benchmarks.tables import replace_section
from service.cli.app import app, palate
from service.cli.tree import commands

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"
SECTION = "commands"
_FLAG = "bool"


def page() -> str:
    """All commands, in the order of the help."""
    overall = [_paragraphs(palate.__doc__ or ""), *map("".join, _parts())]
    return "\n\n".join(overall)


def _parts() -> Iterator[str]:
    for path, command in commands(app):
        yield "\n\n".join(_command(path, command))


def _command(path: str, command: Any) -> Iterator[str]:
    yield f"## palate {path}"
    yield _paragraphs(command.help or "")
    arguments = [one for one in command.params if not one.opts[0].startswith("-")]
    options = [one for one in command.params if one.opts[0].startswith("-")]
    yield "```text\n" + " ".join(["palate", path, *map(_placed, arguments), "[OPTIONS]"]) + "\n```"
    rows = [_row(one) for one in [*arguments, *options]]
    head = "| argument or option | default | what it is |\n|:---|:---|:---|"
    yield "\n".join([head, *rows])


def _placed(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _row(one: Any) -> str:
    names = ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts])
    if not one.opts[0].startswith("-"):
        names = f"`{one.metavar or one.name.upper()}`"
    elif not _is_flag(one):
        names += f" `{one.metavar or _kind(one)}`"
    return f"| {_cell(names)} | {_cell(_default(one))} | {_cell(one.help or '')} |"


def _is_flag(one: Any) -> bool:
    return _kind(one) == _FLAG


def _kind(one: Any) -> str:
    kind = one.type_descriptor.annotation
    return re.sub(r".*\[|\]", "", getattr(kind, "__name__", str(kind))) if kind else "text"


def _default(one: Any) -> str:
    if one.required:
        return "required"
    value = one.default
    if callable(value) or value is False or (not value and value != 0):
        return ""
    if isinstance(value, bool):
        return f"`{one.opts[0]}`"
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        value = value.relative_to(ROOT)  # wherever the checkout is
    shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
    return f"`{shown:g}`" if isinstance(shown, float) else f"`{shown}`"


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    if not parser.parse_args().write:
        print(page())
        return
    replace_section(PAGE, SECTION, page())


if __name__ == "__main__":
    main()
