"""The client for asyncio says and hears what the one for threads does: that one is written from it, and
tested method by method in test_client.py. Here is what only asyncio has.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from palate.aio import AsyncClient, PalateRpcError, Tls
from palate.client import Client
from palate.v1 import recommend_pb2, recommend_pb2_grpc
from service.errors import ItemNotFound
from tests.service.rpc.certificates import Authority
from tests.service.standin import StandIn, served

STREAMS = {"stream_explain", "train_model", "change_encoders"}


def test_it_has_the_calls_of_the_client_for_threads_with_the_same_parameters() -> None:
    def calls(client: type) -> dict[str, Any]:
        return {
            name: list(inspect.signature(method).parameters.values())
            for name, method in vars(client).items()
            if callable(method) and not name.startswith("_")
        }

    assert calls(AsyncClient) == calls(Client)
    waited_for = {
        name
        for name in calls(Client)
        if not inspect.iscoroutinefunction(getattr(AsyncClient, name))
    }
    assert waited_for == STREAMS


async def test_calls_and_streams_are_waited_for() -> None:
    with served(StandIn()) as address:
        async with AsyncClient(address) as client:
            await client.wait_until_serving(20)
            await client.index_items([{"item_id": "f1", "title": "Alien"}], {"f1": b"jpeg"})
            assert (await client.get_item("f1")).title == "Alien"
            assert (await client.recommend("u", k=5)).recommendation_id == "rec-1"
            assert await client.export_user("u") == {"user_id": "u", "taste": "慢"}
            assert await client.delete_user("u") == {"events": 2}
            parts = [part async for part in client.stream_explain("f1", user_id="u")]
            assert [part.WhichOneof("part") for part in parts] == ["evidence", "text"]


async def test_an_error_has_its_reason_in_a_call_and_in_a_stream() -> None:
    with served(StandIn(error=ItemNotFound("f9"))) as address:
        async with AsyncClient(address) as client:
            with pytest.raises(PalateRpcError, match="'f9'") as refused:
                await client.explain("f9", user_id="u")
            assert (refused.value.code, refused.value.reason) == (
                grpc.StatusCode.NOT_FOUND,
                "ITEM_NOT_FOUND",
            )
            assert refused.value.request_id
            with pytest.raises(PalateRpcError, match="'f9'"):
                _ = [part async for part in client.stream_explain("f9", user_id="u")]


class Slow(recommend_pb2_grpc.RecommendServiceServicer):
    """Answers once as many calls are there as it waits for, and remembers their credentials; its first
    calls end as UNAVAILABLE."""

    def __init__(self, together: int, unavailable: int = 0) -> None:
        self.barrier = asyncio.Barrier(together)
        self.begun, self.cancelled = asyncio.Event(), asyncio.Event()
        self.unavailable = unavailable
        self.credentials: set[str] = set()

    async def Recommend(self, request: Any, context: Any) -> recommend_pb2.RecommendResponse:
        self.credentials.add(dict(context.invocation_metadata()).get("authorization", ""))
        if self.unavailable:
            self.unavailable -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "planted")
        self.begun.set()
        try:
            await self.barrier.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return recommend_pb2.RecommendResponse(recommendation_id=request.user_id)


@asynccontextmanager
async def _served(slow: Slow, credentials: grpc.ServerCredentials | None) -> AsyncIterator[str]:
    server = grpc.aio.server()
    recommend_pb2_grpc.add_RecommendServiceServicer_to_server(slow, server)
    if credentials is None:
        port = server.add_insecure_port("localhost:0")
    else:
        port = server.add_secure_port("localhost:0", credentials)
    await server.start()
    try:
        yield f"localhost:{port}"
    finally:
        await server.stop(0)


async def test_calls_are_under_way_at_once() -> None:
    """The server answers none before it has all."""
    users = [f"u{n}" for n in range(8)]
    async with _served(Slow(len(users)), None) as address, AsyncClient(address) as client:
        answers = await asyncio.gather(*map(client.recommend, users))
    assert [answer.recommendation_id for answer in answers] == users


async def test_a_call_that_is_unavailable_is_tried_again() -> None:
    async with (
        _served(Slow(1, unavailable=2), None) as address,
        AsyncClient(address, first_pause_s=0.01) as client,
    ):
        assert (await client.recommend("u")).recommendation_id == "u"


async def test_a_task_that_is_cancelled_cancels_its_call() -> None:
    slow = Slow(2)
    async with _served(slow, None) as address, AsyncClient(address) as client:
        task = asyncio.create_task(client.recommend("u"))
        await slow.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(slow.cancelled.wait(), 20)


async def test_the_key_goes_along_over_tls(tmp_path: Path) -> None:
    authority, slow = Authority.of(tmp_path), Slow(1)
    pair = authority.issue("localhost")
    credentials = grpc.ssl_server_credentials([(pair.key.read_bytes(), pair.cert.read_bytes())])
    async with (
        _served(slow, credentials) as address,
        AsyncClient(address, key="palate_k", tls=Tls(authority.file)) as client,
    ):
        assert (await client.recommend("u")).recommendation_id == "u"
    assert slow.credentials == {"Bearer palate_k"}
