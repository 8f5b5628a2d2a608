"""The client's package alone, in environments of its own: with the lowest versions that it asks for, and
with the highest that there are.

Where no package index is reached this is left out, but not by CI. The Pythons are the oldest and the
newest that the package names, where this machine has them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.standin import StandIn, served

PROTO = Path(__file__).parents[2] / "proto"
UV = Path(sys.executable).with_name("uv")
CALLS = """
import asyncio, importlib.metadata, importlib.util, sys

from palate.aio import AsyncClient
from palate.client import Client, PalateRpcError
from palate.limits import MAX_K

address = sys.argv[1]
with Client(address) as client:
    client.wait_until_serving(20)
    client.index_items([{"item_id": "f1", "title": "Alien", "attributes": {"minutes": 117}}])
    client.record_events([{"user_id": "u", "item_id": "f1", "event_type": "watch"}])
    print([result.item_id for result in client.recommend("u").results])
    try:
        client.index_items([{"item_id": "f1", "colour": "red"}])
    except ValueError as error:
        print("unknown field" in str(error))

async def ask():
    async with AsyncClient(address) as client:
        return [part.WhichOneof("part") async for part in client.stream_explain("f1", user_id="u")]

print(asyncio.run(ask()))
print(importlib.util.find_spec("service"), MAX_K)
print(importlib.metadata.version("protobuf"), importlib.metadata.version("grpcio"), *sys.version_info[:2])
"""

pytestmark = pytest.mark.skipif(not UV.exists(), reason="uv is not installed: pip install uv")


def _uv(*arguments: str | Path) -> str:
    done = subprocess.run(
        [UV, "--no-config", "--quiet", *arguments], capture_output=True, text=True, cwd=PROTO
    )
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"uv cannot install the client here: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _python(version: str) -> str:
    """Of that version, or else the one that runs this."""
    found = subprocess.run(
        [UV, "python", "find", "--no-python-downloads", version], capture_output=True, text=True
    )
    return found.stdout.strip() if found.returncode == 0 else sys.executable


@pytest.mark.parametrize(
    ("version", "resolution", "protobuf", "grpcio"),
    [
        ("3.10", "lowest-direct", r"5\.26\.1", r"1\.63\.0"),
        ("3.13", "highest", r"7\..*", r"1\..*"),
    ],
    ids=["lowest", "highest"],
)
def test_the_client_runs_with_the_lowest_and_with_the_highest_of_what_it_asks_for(
    version: str, resolution: str, protobuf: str, grpcio: str, tmp_path: Path
) -> None:
    env = tmp_path / "env"
    _uv("venv", "--python", _python(version), env)
    python = env / "bin" / "python"
    _uv("pip", "install", "--python", python, "--resolution", resolution, PROTO)
    with served(StandIn()) as address:
        done = subprocess.run(
            [python, "-I", "-W", "error", "-c", CALLS, address], capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    *told, versions = done.stdout.splitlines()
    assert told == ["['f1']", "True", "['evidence', 'text']", "None 500"]
    assert re.fullmatch(rf"{protobuf} {grpcio} 3 \d+", versions), versions
