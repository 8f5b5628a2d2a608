"""A server in a process of its own that asks for keys, for clients of other languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
[encoders]
text = "fake"
image = "none"

[server]
address = "127.0.0.1:0"
http = "127.0.0.1:0"
"""
_PALATE = (sys.executable, "-m", "service.cli")


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and a key that may write."""

    url: str
    address: str
    key: str

    @property
    def environment(self) -> Mapping[str, str]:
        """As the clients' tests and the examples read it."""
        told = {"PALATE_URL": self.url, "PALATE_ADDRESS": self.address, "PALATE_KEY": self.key}
        return {**os.environ, **told}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its catalogue begins empty; each user of it has items and people of their own."""
    with serving(tmp_path_factory.mktemp("clients"), CONFIG) as running:
        yield running


@contextmanager
def serving(data: Path, config: str) -> Iterator[Server]:
    """`palate serve` on an empty folder."""
    (data / "palate.toml").write_text(config, encoding="utf-8")
    options = ("--data", str(data))
    making = [*_PALATE, "keys", "make", *options, "--name", "test", "--role", "write"]
    made = subprocess.run(making, cwd=ROOT, capture_output=True, text=True, check=True)
    process = subprocess.Popen(
        [*_PALATE, "serve", *options, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        told: dict[str, str] = {}
        assert process.stdout is not None
        for line in process.stdout:
            told |= json.loads(line)
            if "loaded" in told:
                break
        else:
            pytest.fail(process.communicate()[1])
        yield Server(told["http"], told["listening"], made.stdout.split()[0])
    finally:
        process.terminate()
        process.communicate()
