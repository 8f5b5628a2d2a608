"""A health check says whether a server serves, and why not."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from palate.health import main, status

PROTO = Path(__file__).parents[2] / "proto"


@pytest.fixture
def server() -> Iterator[tuple[str, health.HealthServicer]]:
    servicer = health.HealthServicer()
    running = grpc.server(ThreadPoolExecutor(1))
    health_pb2_grpc.add_HealthServicer_to_server(servicer, running)
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    yield f"127.0.0.1:{port}", servicer
    running.stop(None)


def test_it_ends_with_0_exactly_while_the_server_serves(
    server: tuple[str, health.HealthServicer], capsys: pytest.CaptureFixture[str]
) -> None:
    address, servicer = server
    for state, code in [("NOT_SERVING", 1), ("SERVING", 0), ("NOT_SERVING", 1)]:
        servicer.set("", health_pb2.HealthCheckResponse.ServingStatus.Value(state))
        assert (main([address]), status(address)) == (code, state)
        assert capsys.readouterr().err == ("NOT_SERVING\n" if code else "")


def test_nobody_there_is_not_healthy_and_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "palate.health", address],
            cwd=PROTO,
            capture_output=True,
            text=True,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert "UNAVAILABLE" in done.stderr
