"""Calls Recommend over gRPC and times every call: the load generator of `benchmarks.serve`, a
process of its own.

    python -m benchmarks.load < plan.json > calls.json

A plan is a `Plan` as JSON; the answer is a `Calls` as JSON. Knows no server process, no data folder
and no tables.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import grpc

from palate.v1 import recommend_pb2

METHOD = "/palate.v1.RecommendService/Recommend"
TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do to whom."""

    address: str
    users: Sequence[str]
    """Asked for at random."""
    seed: int
    seconds: float
    callers: int = 8
    """Calls at the same time, at most."""
    calls_per_s: float = 0.0
    """Of all callers together, evenly spread; 0 means that every caller calls again as soon as it
    is answered."""
    k: int = 10


@dataclass(slots=True)
class Calls:
    """What came of it."""

    latency_ms: list[float] = field(default_factory=list)
    """Of every answered call, from the moment it was due: a call that is late because the one
    before it was slow counts as slow too."""
    stage_ms: list[dict[str, float]] = field(default_factory=list)
    """The server's own times of the same calls."""
    errors: dict[str, int] = field(default_factory=dict)
    """Calls that failed, by status."""
    elapsed_s: float = 0.0
    """From the first call's start to the last one's end."""


def run(plan: Plan) -> Calls:
    """All callers at once, each a thread with a connection of its own."""
    calls, lock = Calls(), threading.Lock()
    started = time.perf_counter() + 0.05
    threads = [
        threading.Thread(target=_caller, args=(plan, n, started, calls, lock))
        for n in range(plan.callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    calls.elapsed_s = time.perf_counter() - started
    return calls


def _caller(plan: Plan, number: int, started: float, calls: Calls, lock: threading.Lock) -> None:
    rng = random.Random(f"{plan.seed}/{number}")
    options = [("grpc.use_local_subchannel_pool", 1)]  # else all callers share one connection
    with grpc.insecure_channel(plan.address, options=options) as channel:
        recommend: Callable[..., Any] = channel.unary_unary(
            METHOD,
            request_serializer=recommend_pb2.RecommendRequest.SerializeToString,
            response_deserializer=recommend_pb2.RecommendResponse.FromString,
        )
        gap_s = plan.callers / plan.calls_per_s if plan.calls_per_s else 0.0
        due = started + number * gap_s / plan.callers
        while due < started + plan.seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            request = recommend_pb2.RecommendRequest(user_id=rng.choice(plan.users), k=plan.k)
            try:
                answer = recommend(request, timeout=TIMEOUT_S)
            except grpc.RpcError as error:
                status = error.code().name
                with lock:
                    calls.errors[status] = calls.errors.get(status, 0) + 1
            else:
                latency_ms = (time.perf_counter() - due) * 1000
                with lock:
                    calls.latency_ms.append(latency_ms)
                    calls.stage_ms.append(dict(answer.stage_ms))
            due = due + gap_s if gap_s else time.perf_counter()


if __name__ == "__main__":
    json.dump(asdict(run(Plan(**json.load(sys.stdin)))), sys.stdout)
