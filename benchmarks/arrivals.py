"""Calls Recommend over gRPC as people come, at random moments and whether or not others are still
waiting: the load generator of `benchmarks.overload`, a process of its own.

    python -m benchmarks.arrivals < plan.json > outcomes.json

A plan is a `Plan` as JSON; the answer is a list of `Outcome` as JSON. Knows no server process, no
data folder and no tables.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import grpc

from benchmarks.load import METHOD
from palate.v1 import recommend_pb2

CHANNELS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """Who comes, and how often."""

    address: str
    users: Sequence[str]
    """Asked for at random."""
    seed: int
    seconds: float
    calls_per_s: float
    """On average; the times in between are exponentially distributed."""
    deadline_s: float
    k: int = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call."""

    status: str
    """OK, or the code."""
    ms: float
    """From the moment at which it was due until it ended."""
    full: bool
    """Whether it was answered with all the results that were wanted."""


async def run(plan: Plan) -> list[Outcome]:
    rng = random.Random(plan.seed)
    options = [("grpc.use_local_subchannel_pool", 1)]  # else all channels share one connection
    channels = [grpc.aio.insecure_channel(plan.address, options=options) for _ in range(CHANNELS)]
    methods = [_method(channel) for channel in channels]
    await asyncio.gather(*(channel.channel_ready() for channel in channels))
    calls = []
    due = started = time.perf_counter()
    while (due := due + rng.expovariate(plan.calls_per_s)) < started + plan.seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        request = recommend_pb2.RecommendRequest(user_id=rng.choice(plan.users), k=plan.k)
        calls.append(asyncio.create_task(_call(rng.choice(methods), request, due, plan)))
    outcomes = await asyncio.gather(*calls)
    for channel in channels:
        await channel.close()
    return list(outcomes)


def _method(channel: grpc.aio.Channel) -> Any:
    return channel.unary_unary(
        METHOD,
        request_serializer=recommend_pb2.RecommendRequest.SerializeToString,
        response_deserializer=recommend_pb2.RecommendResponse.FromString,
    )


async def _call(
    method: Any, request: recommend_pb2.RecommendRequest, due: float, plan: Plan
) -> Outcome:
    status, full = "OK", False
    try:
        answer = await method(request, timeout=plan.deadline_s)
        full = len(answer.results) == plan.k
    except grpc.aio.AioRpcError as error:
        status = error.code().name
    return Outcome(status, 1000 * (time.perf_counter() - due), full)


if __name__ == "__main__":
    found = asyncio.run(run(Plan(**json.load(sys.stdin))))
    json.dump([asdict(outcome) for outcome in found], sys.stdout)
