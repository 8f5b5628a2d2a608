"""An answer over the size of a message is paged, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from indexer.catalog.item import Item
from palate.v1 import index_pb2, index_pb2_grpc, recommend_pb2, recommend_pb2_grpc
from service.api.messages import Recommendation, RecommendRequest
from tests.service.standin import ALIEN, ANSWER, StandIn, running

LIMIT = 64 * 1024
N = 50


class Long(StandIn):
    """Items with long descriptions, all in one page if one may be so long."""

    items = tuple(
        Item(f"i{n}", title=f"Item {n}", description="x" * (90_000 if n == 20 else 1_000 + 100 * n))
        for n in range(N)
    )

    def list_items(self, page_size: int, page_token: str, domain: str) -> tuple[list[Item], str]:
        start = int(page_token or 0)
        end = start + page_size
        return list(self.items[start:end]), str(end) if end < N else ""

    def recommend(self, request: RecommendRequest) -> Recommendation:
        results = [replace(ANSWER.results[0], item=replace(ALIEN, description="x" * 90_000))]
        return replace(ANSWER, results=results)


async def test_a_page_ends_where_the_message_is_full_and_the_next_one_goes_on_there() -> None:
    async with running(Long(), max_message_bytes=LIMIT) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        seen: list[str] = []
        token, n_pages = "", 0
        while len(seen) < N:
            if len(seen) == 20:  # no message holds that item: it is said, and can be passed
                with pytest.raises(grpc.aio.AioRpcError, match="the answer has 90,"):
                    await stub.ListItems(index_pb2.ListItemsRequest(page_size=N, page_token=token))
                seen, token = [*seen, "i20"], "21"
            page = await stub.ListItems(index_pb2.ListItemsRequest(page_size=N, page_token=token))
            assert page.ByteSize() <= LIMIT
            seen += [item.item_id for item in page.items]
            token, n_pages = page.next_page_token, n_pages + 1
    assert token == ""
    assert seen == [f"i{n}" for n in range(N)]
    total = sum(len(item.description) for item in Long.items) - 90_000
    assert n_pages <= 2 * (total // LIMIT) + 4


async def test_other_answers_that_are_too_large_are_refused_and_not_as_if_it_were_overload() -> (
    None
):
    async with running(Long(), max_message_bytes=LIMIT) as server:
        stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
        with pytest.raises(grpc.aio.AioRpcError, match="ask for fewer at a time") as refused:
            await stub.Recommend(recommend_pb2.RecommendRequest(k=10))
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    details = list(rpc_status.from_call(refused.value).details)
    assert details[0].Unpack(info)
    assert (info.reason, info.metadata["limit"]) == ("ANSWER_TOO_LARGE", str(LIMIT))
    assert not any(detail.Unpack(retry) for detail in details)
