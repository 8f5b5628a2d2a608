"""The clients for Go and Java are generated, compiled, and used by their examples on a real server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BUF = Path(sys.executable).with_name("buf")
TOOLS = {
    "go": ("go", "protoc-gen-go", "protoc-gen-go-grpc"),
    "java": ("javac", "protoc", "grpc_java_plugin"),
}


SERVERS = {"go": "tls_server", "java": "server"}
"""Debian's netty has no ALPN with Debian's JDK, which gRPC over TLS needs."""


@pytest.mark.parametrize("language", TOOLS)
def test_the_example_gets_a_list_with_reasons_and_a_refusal(
    language: str, request: pytest.FixtureRequest
) -> None:
    if missing := [tool for tool in TOOLS[language] if shutil.which(tool) is None]:
        pytest.skip(
            f"{', '.join(missing)} not installed; clients/{language}/Makefile names packages"
        )
    server = request.getfixturevalue(SERVERS[language])
    done = subprocess.run(
        ["make", "--silent", "-C", str(Path(__file__).parent / language), f"BUF={BUF}", "example"],
        env=server.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "8 items []"
    assert [line[:3] for line in lines[1:4]] == ["1. ", "2. ", "3. "]
    assert all(line.partition(": ")[2] for line in lines[1:4])
    assert lines[4].startswith("FILTER_SYNTAX: ")
