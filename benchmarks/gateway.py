"""What HTTP costs beside gRPC: processor time of the server for one call of the same rpc, of the same
person, with the same answer.

    python -m benchmarks.gateway [--data DIR | --cache DIR] [--write]

One caller over one connection of each kind. Rounds alternate, so that what else goes on on the machine
meets all of them; the ratio is that of a round, and the median over the rounds is reported.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import grpc
import httpx

from benchmarks.serve import Server, cpu_s, prepared, server, users_of
from benchmarks.tables import markdown, replace_section
from palate.v1 import recommend_pb2, recommend_pb2_grpc

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/api.md"
K = 10
CASES: Mapping[str, Mapping[str, Any]] = {
    "Recommend": {"k": K},
    "Recommend with reasons": {"k": K, "explain": True},
}
CONNECT = "/palate.v1.RecommendService/Recommend"
WAYS = ("gRPC", "REST", "Connect")

Ask = Callable[[str], None]
"""One call for a person."""


def main() -> None:
    asked = arguments()
    data = asked.data or prepared(asked.cache, images=False)
    users = users_of(data)
    rows = []
    with server(data, "--http", "127.0.0.1:0") as serving:
        for case, fields in CASES.items():
            with (
                grpc.insecure_channel(serving.address) as channel,
                httpx.Client(base_url=serving.http) as http,
            ):
                ways = asks(channel, http, fields)
                spent = measured(serving, ways, users, asked.rounds, asked.calls)
            rows.append([case, *cells(spent)])
            print(rows[-1], file=sys.stderr)
    text = report(rows, asked.rounds, asked.calls, serving.loaded["items"])
    print(text)
    if asked.write:
        replace_section(PAGE, "bench-gateway", text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, help="a data folder with a trained model, instead of making one"
    )
    parser.add_argument("--cache", type=Path, help="where the folder is made and kept")
    parser.add_argument("--rounds", type=int, default=9, help="of each way (default 9)")
    parser.add_argument("--calls", type=int, default=300, help="in a round (default 300)")
    parser.add_argument("--write", action="store_true", help="put the report into docs/api.md too")
    return parser.parse_args()


def asks(channel: grpc.Channel, http: httpx.Client, fields: Mapping[str, Any]) -> Mapping[str, Ask]:
    """The same call, each way."""
    stub: Any = recommend_pb2_grpc.RecommendServiceStub(channel)

    def by_grpc(user: str) -> None:
        stub.Recommend(recommend_pb2.RecommendRequest(user_id=user, **fields), timeout=10)

    def by_http(path: str) -> Ask:
        def ask(user: str) -> None:
            http.post(path, json={"userId": user, **fields}).raise_for_status()

        return ask

    return dict(zip(WAYS, (by_grpc, by_http("/v1/recommend"), by_http(CONNECT)), strict=True))


def measured(
    serving: Server, ways: Mapping[str, Ask], users: Sequence[str], rounds: int, calls: int
) -> Mapping[str, list[float]]:
    """Milliseconds of processor time per call, of each round. All ways ask for the same people, who
    are asked for once before: a person's first call reads their history."""
    chosen = random.Random(0).choices(users, k=calls)
    for ask in ways.values():
        for user in chosen:
            ask(user)
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        turn = number % len(ways)
        for way in (*WAYS[turn:], *WAYS[:turn]):
            before = cpu_s(serving.pid)
            for user in chosen:
                ways[way](user)
            spent[way].append(1000 * (cpu_s(serving.pid) - before) / calls)
    return spent


def cells(spent: Mapping[str, list[float]]) -> list[str]:
    base = spent[WAYS[0]]
    ratios = [
        f"{median(ms / grpc_ms for ms, grpc_ms in zip(spent[way], base, strict=True)):.2f}"
        for way in WAYS[1:]
    ]
    return [*(f"{median(spent[way]):.2f}" for way in WAYS), *ratios]


def report(rows: Sequence[Sequence[str]], rounds: int, calls: int, items: str) -> str:
    date = time.strftime("%Y-%m-%d")
    header = ["call", *(f"{way}, ms" for way in WAYS), *(f"{way} / gRPC" for way in WAYS[1:])]
    return "\n".join(
        [
            f"`python -m benchmarks.gateway --write`, {date}, {os.cpu_count()} cores; {items} items, "
            f"k = {K}; processor time of the server per call, medians over {rounds} rounds of {calls} calls each way.",
            "",
            markdown(header, rows),
        ]
    )


if __name__ == "__main__":
    main()
