"""Data folders for measuring, made by the command line as anybody would make them. Knows nothing of the figures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

DONE_IN_PART = 1
"""Exit code of a command that left rows or pictures out, which its report names."""


def palate(*command: object) -> list[str]:
    """A command line of this checkout."""
    return [sys.executable, "-m", "service.cli", *map(str, command)]


def made(folder: Path, commands: Sequence[Sequence[object]]) -> Path:
    """The folder, after these commands once. A run that was stopped begins again, and skips what is indexed already."""
    done = folder / "prepared"
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for command in commands:
            print("preparing:", "palate", *command, file=sys.stderr)
            code = subprocess.call(palate(*command, "--data", folder), stdout=sys.stderr)
            if code not in (0, DONE_IN_PART):
                sys.exit(f"palate {command[0]} ended with code {code}")
        done.touch()
    return folder
