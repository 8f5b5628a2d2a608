"""Whatever a caller sends who knows `openapi.json` alone, the server answers as that says.

Schemathesis makes requests that keep the document and requests that break it, over HTTP, and checks
codes, types and bodies of the answers. `schemathesis.toml` says what a schema cannot.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from service.operations.switching import Switching
from tests.service import world
from tests.service.standin import StandIn, running

ROOT = Path(__file__).parents[4]
EXAMPLES = 5
"""Of each kind, for each call."""


def _checked(address: str, *arguments: str) -> str:
    """The report; fails with it where anything was found."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        str(program), "run", f"{address}/openapi.json", "--phases", "coverage,fuzzing",
        "-n", str(EXAMPLES), "--seed", "7", "--generation-database", "none", "--no-color",
        "--suppress-health-check", "all", "--request-timeout", "120", *arguments,
    ]  # fmt: skip
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    return ran.stdout


@pytest.mark.slow
async def test_calls_keep_the_document(tmp_path: Path) -> None:
    """But those that train: see below."""
    backend = Switching(world.filled(tmp_path))
    async with running(backend, http="127.0.0.1:0") as server:
        long = ("TrainModel", "ChangeEncoders")
        without = [part for name in long for part in ("--exclude-operation-id", name)]
        report = await asyncio.to_thread(_checked, server.http, *without)
    assert "Tested: 25" in report


@pytest.mark.slow
async def test_long_calls_keep_the_document() -> None:
    """Of a stand-in, which trains at once."""
    async with running(StandIn(), http="127.0.0.1:0") as server:
        only = ("--include-operation-id", "TrainModel", "--include-operation-id", "ChangeEncoders")
        report = await asyncio.to_thread(_checked, server.http, *only)
    assert "Tested: 2" in report
