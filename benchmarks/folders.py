"""Where the data sets are, and data folders for measuring, made by the command line as anybody
would make them.

Knows nothing of the figures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = "PALATE_BENCH_DATA"
DONE_IN_PART = 1
"""Exit code of a command that left rows or pictures out, which its report names."""


def add_data(parser: argparse.ArgumentParser) -> None:
    """The option `--data`."""
    default = Path(os.environ.get(DATA, ROOT / "../shared/data"))
    parser.add_argument(
        "--data", type=Path, default=default, help=f"folder of the data sets (default: ${DATA})"
    )


def dataset(data: Path, name: str) -> Path:
    """The folder of one data set; ends the program where there is none."""
    if not (data / name).is_dir():
        sys.exit(f"there is no {data / name}; name the folder of the data sets with {DATA}")
    return data / name


def palate(*command: object) -> list[str]:
    """A command line of this checkout."""
    return [sys.executable, "-m", "service.cli", *map(str, command)]


def made(folder: Path, commands: Sequence[Sequence[object]]) -> Path:
    """The folder, after these commands once. A run that was stopped begins again, and skips what is
    indexed already."""
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
