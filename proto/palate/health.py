"""Whether a server answers and serves: exit code 0, or 1 with why on stderr.

    python -m palate.health [HOST:PORT]

For health checks of containers: it asks `grpc.health.v1` once, and imports nothing that takes long.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

ADDRESS = "127.0.0.1:50051"
TIMEOUT_S = 4.0


def status(address: str, timeout_s: float = TIMEOUT_S) -> str:
    """SERVING, NOT_SERVING while it loads or stops, or why nobody answered."""
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=timeout_s)
        except grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"
    name: str = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    return name


def main(arguments: Sequence[str]) -> int:
    found = status(arguments[0] if arguments else ADDRESS)
    if found == "SERVING":
        return 0
    print(found, file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
