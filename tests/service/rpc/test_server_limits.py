"""What is out of range is refused before any work, with the field's name; what is too large harms
nobody else."""

from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from palate.v1 import (
    catalog_pb2,
    event_pb2,
    explain_pb2,
    explain_pb2_grpc,
    index_pb2,
    index_pb2_grpc,
    model_pb2,
    model_pb2_grpc,
    recommend_pb2,
    recommend_pb2_grpc,
    user_pb2,
    user_pb2_grpc,
)
from tests.service.standin import Running, running


def _stub_of(server: Running, request: Message) -> Any:
    stubs = {
        index_pb2: index_pb2_grpc.IndexServiceStub,
        recommend_pb2: recommend_pb2_grpc.RecommendServiceStub,
        explain_pb2: explain_pb2_grpc.ExplainServiceStub,
        model_pb2: model_pb2_grpc.ModelServiceStub,
        user_pb2: user_pb2_grpc.UserServiceStub,
    }
    (stub,) = (
        stub for module, stub in stubs.items() if module.DESCRIPTOR is request.DESCRIPTOR.file
    )
    return getattr(stub(server.channel), request.DESCRIPTOR.name.removesuffix("Request"))


async def _refused(request: Message, **limits: Any) -> tuple[grpc.aio.AioRpcError, str]:
    """The error and the field it names; the backend has heard nothing."""
    async with running(**limits) as server:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await _stub_of(server, request)(request)
        assert server.backend.asked == []
    field = ""
    for detail in rpc_status.from_call(caught.value).details:
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(bad):
            (violation,) = bad.field_violations
            field = violation.field
    return caught.value, field


def _lists(
    single: dict[str, bytes] | None = None, /, **lists: list[bytes]
) -> index_pb2.IndexItemsRequest:
    """Pictures for the one item `a`, or for one that is not there."""
    several = {item_id: index_pb2.ImageList(images=images) for item_id, images in lists.items()}
    return index_pb2.IndexItemsRequest(
        items=[catalog_pb2.Item(item_id="a")], images=single, image_lists=several
    )


R, S = recommend_pb2.RecommendRequest, recommend_pb2.SearchItemsRequest


@pytest.mark.parametrize(
    ("request_", "field", "named"),
    [
        (R(k=-1), "k", "-1"),
        (R(k=501), "k", "501"),
        (R(diversity=-0.1), "diversity", "-0.1"),
        (R(diversity=1.5), "diversity", "1.5"),
        (R(exploration=float("nan")), "exploration", "nan"),
        (R(exploration=float("inf")), "exploration", "inf"),
        (R(personalization=7), "personalization", "PERSONALIZATION_NON_PROFILED"),
        (R(language="fr"), "language", "en, zh"),
        (R(user_id="a\x00b"), "user_id", "control"),
        (R(user_id="x" * 513), "user_id", "513"),
        (R(taste="x" * 10_001), "taste", "10,001"),
        (R(filter="x" * 10_001), "filter", "10,001"),
        (R(exclude_item_ids=["x"] * 10_001), "exclude_item_ids", "10001"),
        (R(history_item_ids=["x"] * 1_001), "history_item_ids", "1001"),
        (R(history_item_ids=["a", ""]), "history_item_ids", "empty"),
        (R(domains=["\n"]), "domains", "empty"),
        (R(scenario="a\nb"), "scenario", "control"),
        (S(), "query", "required"),
        (S(text="  "), "query", "required"),
        (S(image=b""), "query", "required"),
        (S(audio=b""), "query", "required"),
        (S(text="a", k=-5), "k", "-5"),
        (recommend_pb2.SimilarItemsRequest(), "item_id", "empty"),
        (recommend_pb2.SimilarItemsRequest(item_id="a", k=501), "k", "501"),
        (explain_pb2.ExplainRequest(item_id="a"), "recommendation_id", "user_id"),
        (explain_pb2.ExplainRequest(user_id="a"), "item_id", "empty"),
        (explain_pb2.DescribeTasteRequest(), "user_id", "empty"),
        (explain_pb2.DescribeTasteRequest(user_id="a", language="fr"), "language", "en, zh"),
        (index_pb2.IndexItemsRequest(), "items", "at least one"),
        (
            index_pb2.IndexItemsRequest(items=[catalog_pb2.Item(item_id="a")], images={"b": b""}),
            "images",
            "'b'",
        ),
        (_lists(b=[b"1"]), "image_lists", "'b'"),
        (_lists(a=[]), "image_lists", "0 pictures, it must be 1 to 20"),
        (_lists(a=[b"1"] * 21), "image_lists", "21 pictures"),
        (_lists({"a": b"1"}, a=[b"1"]), "image_lists", "a key of images as well"),
        (index_pb2.RecordEventsRequest(), "events", "at least one"),
        (index_pb2.DeleteItemsRequest(), "item_ids", "at least one"),
        (index_pb2.GetItemRequest(), "item_id", "empty"),
        (index_pb2.ListItemsRequest(page_size=-1), "page_size", "-1"),
        (index_pb2.ListItemsRequest(page_size=1_001), "page_size", "1001"),
        (index_pb2.DeleteEventsRequest(user_id="u"), "event_ids", "set all"),
        (index_pb2.DeleteEventsRequest(user_id="u", event_ids=["e"], all=True), "all", "together"),
        (index_pb2.DeleteEventsRequest(all=True), "user_id", "empty"),
        (model_pb2.ActivateModelRequest(), "version", "empty"),
        (user_pb2.PutUserRequest(), "user_id", "empty"),
        (
            user_pb2.PutUserRequest(user_id="u", attributes={str(n): "" for n in range(201)}),
            "attributes",
            "201",
        ),
        (user_pb2.DeleteUserRequest(), "user_id", "empty"),
        (user_pb2.SetConsentRequest(personalization=1), "user_id", "empty"),
        (user_pb2.SetConsentRequest(user_id="u"), "personalization", "PERSONALIZATION_CONTEXTUAL"),
        (
            user_pb2.SetConsentRequest(user_id="u", personalization=7),  # type: ignore[arg-type]
            "personalization",
            "7",
        ),
        (user_pb2.ExportUserRequest(), "user_id", "empty"),
    ],
)
async def test_a_value_out_of_range_is_refused_with_its_field(
    request_: Message, field: str, named: str
) -> None:
    error, refused_field = await _refused(request_)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refused_field == field
    assert named in str(error.details())


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (
            index_pb2.IndexItemsRequest(items=[catalog_pb2.Item(item_id=str(n)) for n in range(4)]),
            "items",
        ),
        (index_pb2.DeleteItemsRequest(item_ids=["a", "b", "c", "d"]), "item_ids"),
        (index_pb2.RecordEventsRequest(events=[event_pb2.Event() for _ in range(6)]), "events"),
        (index_pb2.DeleteEventsRequest(user_id="u", event_ids=["e"] * 6), "event_ids"),
    ],
)
async def test_a_batch_over_the_limit_is_refused_as_a_whole(request_: Message, field: str) -> None:
    error, refused_field = await _refused(request_, max_items_per_call=3, max_events_per_call=5)
    assert (error.code(), refused_field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert "send several calls" in str(error.details())


async def test_a_batch_at_the_limit_is_taken() -> None:
    async with running(max_items_per_call=3) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        await stub.IndexItems(
            index_pb2.IndexItemsRequest(items=[catalog_pb2.Item(item_id=i) for i in "abc"])
        )
        assert len(server.backend.asked) == 1


async def test_a_message_over_the_size_limit_is_refused_and_the_server_goes_on() -> None:
    item = catalog_pb2.Item(item_id="a")
    async with running(max_message_bytes=64 * 1024) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        with pytest.raises(grpc.aio.AioRpcError, match="larger than max") as caught:
            await stub.IndexItems(
                index_pb2.IndexItemsRequest(items=[item], images={"a": bytes(65 * 1024)})
            )
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert server.backend.asked == []
        await stub.IndexItems(
            index_pb2.IndexItemsRequest(items=[item], images={"a": bytes(60 * 1024)})
        )
        assert len(server.backend.asked) == 1


async def test_a_history_of_the_largest_allowed_size_is_taken() -> None:
    request = R(
        history_item_ids=["x"] * 1_000, exclude_item_ids=["x"] * 10_000, taste="x" * 10_000, k=500
    )
    async with running() as server:
        await recommend_pb2_grpc.RecommendServiceStub(server.channel).Recommend(request)
        assert len(server.backend.asked) == 1
