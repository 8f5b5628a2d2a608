"""Makes `tests/proto/034e339.golden.json`: what client and server of 034e339 said to each other, byte
by byte, one call of every rpc. It runs with the code of that commit only:

    git worktree add ../before 034e339 && cd ../before
    PYTHONPATH=.:proto python ../palate/tests/proto/make_034e339.py ../palate/tests/proto

`buf build proto --exclude-source-info -o ../palate/tests/proto/034e339.binpb` makes its descriptors.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from palate.client import Client
from tests.service.standin import running

STREAMS = ("StreamExplain", "TrainModel", "ChangeEncoders")


class Tap(grpc.GenericRpcHandler):
    """Passes calls on to a server, and keeps what went each way."""

    def __init__(self, address: str) -> None:
        self.channel = grpc.insecure_channel(address)
        self.heard: dict[str, dict[str, Any]] = {}

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        method = details.method
        kind = "unary_stream" if method.rpartition("/")[2] in STREAMS else "unary_unary"

        def one(request: bytes, context: grpc.ServicerContext) -> bytes:
            answer: bytes = self.channel.unary_unary(method)(request)
            self.keep(method, request, [answer])
            return answer

        def several(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            answers = list(self.channel.unary_stream(method)(request))
            self.keep(method, request, answers)
            yield from answers

        if kind == "unary_unary":
            return grpc.unary_unary_rpc_method_handler(one)
        return grpc.unary_stream_rpc_method_handler(several)

    def keep(self, method: str, request: bytes, answers: list[bytes]) -> None:
        self.heard[method] = {
            "request": base64.b64encode(request).decode(),
            "answers": [base64.b64encode(answer).decode() for answer in answers],
        }


def call_everything(client: Client) -> None:
    item = {
        "item_id": "f1",
        "domain": "films",
        "title": "Alien",
        "categories": ["Horror", "Sci-Fi"],
        "attributes": {"director": "Scott", "minutes": 117, "colour": True, "cast": ["Weaver"]},
        "price": 0.0,
        "created_at": 296_611_200,
        "available": False,
    }
    event = {
        "user_id": "u",
        "item_id": "f1",
        "event_type": "rating",
        "value": 4.5,
        "timestamp": 1_700_000_000,
    }
    client.index_items([item], images={"f1": b"\x89PNG"})
    client.delete_items(["f1", "f9"])
    client.get_item("f1")
    client.list_items(page_size=5, page_token="t", domain="films")
    client.record_events([event])
    client.delete_events("u", ["e1"])
    client.recommend(
        "u", k=3, domains=["films"], filter="price < 9", exclude_item_ids=["f3"], include_seen=True,
        history_item_ids=["f2"], taste="slow", diversity=0.25, exploration=0.5, explain=True, language="en",
        personalization="full", scenario="home", page_token="p",
    )  # fmt: skip
    client.similar_items("f1", k=3, domains=["films"], filter="price < 9", exclude_item_ids=["f3"])
    client.search_items("in space", k=3, domains=["films"], filter="price < 9")
    client.explain("f1", recommendation_id="r", language="en", writer="template", change=True)
    list(client.stream_explain("f1", user_id="u"))
    client.describe_taste("u", language="en")
    client.list_models()
    list(client.train_model(seed=7, force=True))
    list(client.change_encoders(text="fake"))
    client.activate_model("m1")
    client.rollback_model()
    client.put_user("u", attributes={"country": "NL"}, taste="slow")
    client.export_user("u")
    client.delete_user("u")


async def main(out: Path) -> None:
    async with running() as real:
        tap = Tap(real.address)
        server = grpc.server(ThreadPoolExecutor(2), handlers=[tap])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        with Client(f"127.0.0.1:{port}") as client:
            await asyncio.to_thread(call_everything, client)
        server.stop(None).wait()
    text = json.dumps(tap.heard, indent=1, sort_keys=True) + "\n"
    (out / "034e339.golden.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
