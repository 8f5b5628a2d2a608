"""Every rpc reaches its method with everything that was sent, and everything comes back."""

import json
import threading
from typing import Any

import grpc
import pytest

from indexer.catalog.item import Item, RowError
from indexer.indexing.indexer import IndexReport
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
from service.api.messages import (
    EventReport,
    ExplainRequest,
    Personalization,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    UserProfile,
)
from service.explainer.evidence import Evidence
from service.rpc.conversion.converter import from_message
from service.rpc.conversion.rows import item_message
from tests.service.standin import ALIEN, TASTE, StandIn, running


def _event(**fields: Any) -> event_pb2.Event:
    return event_pb2.Event(**{"user_id": "u", "item_id": "f1", "event_type": "watch", **fields})


async def test_an_item_arrives_as_it_was_sent_and_comes_back_the_same() -> None:
    async with running(StandIn(item_report=IndexReport(indexed=1))) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        request = index_pb2.IndexItemsRequest(
            items=[item_message(ALIEN)], images={"f1": b"jpeg"}, sounds={"f1": b"mp3"}
        )
        response = await stub.IndexItems(request)
        assert server.backend.asked == [("index_items", [ALIEN], {"f1": [b"jpeg"]}, {"f1": b"mp3"})]
        assert response == index_pb2.IndexItemsResponse(indexed=1)
        item = (await stub.GetItem(index_pb2.GetItemRequest(item_id="f1"))).item
        assert item == item_message(ALIEN)


async def test_an_item_may_come_with_several_pictures() -> None:
    films = [
        Item(item_id="a"),
        Item(item_id="b", media={"image": ("https://example.org/1.png", "2.png", "3.png")}),
    ]
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        lists = {"a": index_pb2.ImageList(images=[b"1", b"2"])}
        await stub.IndexItems(
            index_pb2.IndexItemsRequest(
                items=[item_message(film) for film in films], image_lists=lists
            )
        )
        assert server.backend.asked == [("index_items", films, {"a": [b"1", b"2"]}, {})]


async def test_unset_fields_of_an_item_have_their_defaults() -> None:
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        await stub.IndexItems(index_pb2.IndexItemsRequest(items=[catalog_pb2.Item(item_id="x")]))
        assert server.backend.asked == [("index_items", [Item(item_id="x")], {}, {})]
        assert Item(item_id="x").available


async def test_bad_rows_are_reported_with_their_place_and_the_others_go_on() -> None:
    report = IndexReport(
        indexed=1, failed=[RowError(2, "c", "disk")], warnings=[RowError(1, "b", "broken picture")]
    )
    rows = [
        catalog_pb2.Item(item_id=""),
        catalog_pb2.Item(item_id="b"),
        catalog_pb2.Item(item_id="b", title="again"),
        catalog_pb2.Item(item_id="nan", price=float("nan")),
        catalog_pb2.Item(item_id="long", description="x" * 1_000_000),
        catalog_pb2.Item(item_id="empty", attributes={"a": catalog_pb2.AttributeValue()}),
        catalog_pb2.Item(item_id="c"),
    ]
    async with running(StandIn(item_report=report)) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        response = await stub.IndexItems(index_pb2.IndexItemsRequest(items=rows))
        assert server.backend.asked == [
            ("index_items", [Item(item_id="b"), Item(item_id="c")], {}, {})
        ]
    assert [(error.row, error.item_id) for error in response.failed] == [
        (0, ""),
        (2, "b"),
        (3, "nan"),
        (4, "long"),
        (5, "empty"),
        (6, "c"),
    ]
    reasons = [error.reason for error in response.failed]
    assert "item_id" in reasons[0]
    assert "appears again; row 1 was used" in reasons[1]
    assert "price is nan" in reasons[2]
    assert "1,000,000 characters" in reasons[3]
    assert len(reasons[3]) < 300
    assert "attributes.a" in reasons[4]
    assert reasons[5] == "disk"
    assert [(warning.row, warning.reason) for warning in response.warnings] == [
        (1, "broken picture")
    ]


async def test_a_batch_without_a_sound_row_does_not_reach_the_backend() -> None:
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        items = await stub.IndexItems(index_pb2.IndexItemsRequest(items=[catalog_pb2.Item()]))
        events = await stub.RecordEvents(index_pb2.RecordEventsRequest(events=[event_pb2.Event()]))
        assert (len(items.failed), len(events.failed), server.backend.asked) == (1, 1, [])


async def test_events_arrive_with_value_zero_time_and_id() -> None:
    report = EventReport(
        recorded=1, duplicates=2, unknown_items=3, failed=[RowError(1, "f1", "no")]
    )
    sent = _event(value=0.0, event_id="e1")
    sent.timestamp.FromJsonString("2024-01-02T03:04:05.25Z")
    async with running(StandIn(event_report=report)) as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        response = await stub.RecordEvents(index_pb2.RecordEventsRequest(events=[sent]))
        ((_, (event,)),) = server.backend.asked
    assert (event.user_id, event.item_id, event.event_type, event.event_id) == (
        "u",
        "f1",
        "watch",
        "e1",
    )
    assert (event.value, event.timestamp) == (0.0, 1_704_164_645.25)
    assert (response.recorded, response.duplicates, response.unknown_items) == (1, 2, 3)
    assert response.failed == [catalog_pb2.RowError(row=0, item_id="f1", reason="no")]


async def test_an_event_without_value_and_time_happened_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.rpc.conversion.batches.time.time", lambda: 1_700_000_000.0)
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        await stub.RecordEvents(index_pb2.RecordEventsRequest(events=[_event()]))
        ((_, (event,)),) = server.backend.asked
    assert (event.value, event.timestamp, event.event_id) == (None, 1_700_000_000.0, None)


async def test_a_bad_event_is_a_failed_row() -> None:
    bad = [_event(value=float("inf")), _event(user_id=""), _event(event_type="")]
    bad.append(_event())
    bad[-1].timestamp.FromJsonString("2999-01-01T00:00:00Z")
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        response = await stub.RecordEvents(index_pb2.RecordEventsRequest(events=[_event(), *bad]))
    assert [error.row for error in response.failed] == [1, 2, 3, 4]
    named = ("value", "user_id", "event_type", "future")
    assert all(name in error.reason for name, error in zip(named, response.failed, strict=True))


async def test_deleting_counts_what_was_there() -> None:
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        response = await stub.DeleteItems(
            index_pb2.DeleteItemsRequest(item_ids=["f1", "gone", "f1"])
        )
        assert response == index_pb2.DeleteItemsResponse(deleted=1, missing_item_ids=["gone"])
        some = await stub.DeleteEvents(index_pb2.DeleteEventsRequest(user_id="u", event_ids=["e1"]))
        everything = await stub.DeleteEvents(index_pb2.DeleteEventsRequest(user_id="u", all=True))
        assert some.deleted == everything.deleted == 3
        assert server.backend.asked == [
            ("delete_items", ["f1", "gone"]),
            ("delete_events", "u", ["e1"]),
            ("delete_events", "u", None),
        ]


async def test_listing_asks_for_100_unless_told() -> None:
    async with running() as server:
        stub = index_pb2_grpc.IndexServiceStub(server.channel)
        page = await stub.ListItems(index_pb2.ListItemsRequest())
        await stub.ListItems(
            index_pb2.ListItemsRequest(page_size=1_000, page_token="t", domain="films")
        )
        assert (list(page.items), page.next_page_token) == ([item_message(ALIEN)], "next")
        assert server.backend.asked == [
            ("list_items", 100, "", ""),
            ("list_items", 1_000, "t", "films"),
        ]


async def test_recommend_carries_every_field_both_ways() -> None:
    fields: dict[str, Any] = {
        "user_id": "u",
        "k": 500,
        "domains": ["films"],
        "filter": "price < 2",
        "exclude_item_ids": ["a"],
        "include_seen": True,
        "history_item_ids": ["b", "c"],
        "taste": "slow",
        "diversity": 0.5,
        "exploration": 1.0,
        "explain": True,
        "language": "zh",
        "scenario": "home",
        "page_token": "p",
        "wish": "a western",
        "refine_recommendation_id": "rec-0",
        "without_wish_parts": ["no horror"],
    }
    async with running() as server:
        stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
        response = await stub.Recommend(recommend_pb2.RecommendRequest(**fields, personalization=2))
        wanted = RecommendRequest(**fields, personalization=Personalization.NON_PROFILED)
        assert server.backend.asked == [("recommend", wanted)]
    assert response == recommend_pb2.RecommendResponse(
        recommendation_id="rec-1",
        results=[
            recommend_pb2.ScoredItem(
                item_id="f1",
                rank=1,
                score=0.5,
                sources=["sequence", "popular"],
                item=item_message(ALIEN),
                reason="Because you watched Aliens.",
            )
        ],
        model_version="m1",
        degraded=["no pictures"],
        missing_item_ids=["gone"],
        next_page_token="more",
        stage_ms={"retrieve": 1.5, "rank": 2.0},
    )


async def test_an_empty_request_means_the_defaults() -> None:
    async with running() as server:
        stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
        await stub.Recommend(recommend_pb2.RecommendRequest())
        ((_, request),) = server.backend.asked
    assert request == RecommendRequest(
        domains=[], exclude_item_ids=[], history_item_ids=[], without_wish_parts=[]
    )


async def test_similar_and_search_arrive_whole() -> None:
    async with running() as server:
        stub = recommend_pb2_grpc.RecommendServiceStub(server.channel)
        similar = await stub.SimilarItems(
            recommend_pb2.SimilarItemsRequest(
                item_id="f1", k=3, domains=["d"], filter="x", exclude_item_ids=["a"]
            )
        )
        by_text = await stub.SearchItems(
            recommend_pb2.SearchItemsRequest(text="ship", k=2, domains=["d"], filter="x")
        )
        await stub.SearchItems(recommend_pb2.SearchItemsRequest(image=b"png"))
        await stub.SearchItems(recommend_pb2.SearchItemsRequest(audio=b"ogg"))
        assert server.backend.asked == [
            (
                "similar_items",
                SimilarRequest("f1", k=3, domains=["d"], filter="x", exclude_item_ids=["a"]),
            ),
            ("search_items", SearchRequest(text="ship", k=2, domains=["d"], filter="x")),
            ("search_items", SearchRequest(image=b"png", domains=[])),
            ("search_items", SearchRequest(audio=b"ogg", domains=[])),
        ]
    assert similar.results == by_text.results
    assert (similar.missing_item_ids, similar.model_version, by_text.degraded) == (
        ["gone"],
        "m1",
        ["no pictures"],
    )


async def test_an_explanation_comes_whole_or_evidence_first() -> None:
    async with running() as server:
        stub = explain_pb2_grpc.ExplainServiceStub(server.channel)
        whole = await stub.Explain(
            explain_pb2.ExplainRequest(item_id="f1", user_id="u", language="zh", writer="w")
        )
        request = explain_pb2.StreamExplainRequest(
            item_id="f1", recommendation_id="rec-1", instead_of_item_id="f2", change=True
        )
        parts = [part async for part in stub.StreamExplain(request)]
        assert server.backend.asked == [
            ("explain", ExplainRequest("f1", user_id="u", language="zh", writer="w")),
            (
                "explain",
                ExplainRequest(
                    "f1",
                    recommendation_id="rec-1",
                    language="en",
                    instead_of_item_id="f2",
                    change=True,
                ),
            ),
        ]
    history, popularity = whole.evidence
    assert (history.kind, history.item_id, history.weight) == (
        explain_pb2.EVIDENCE_KIND_HISTORY,
        "f2",
        0.75,
    )
    assert history.HasField("event_value")
    assert history.event_value == 0.0
    assert not popularity.HasField("event_value")
    assert (popularity.count, popularity.window_days, popularity.percentile) == (12, 7, 0.875)
    assert (whole.text, whole.writer, whole.title) == (
        "Because you watched Aliens.",
        "template",
        "Alien",
    )
    assert list(whole.degraded) == ["writer openai failed (no answer), so the template wrote this"]
    assert [part.WhichOneof("part") for part in parts] == ["evidence", "text"]
    assert parts[0].evidence.evidence == whole.evidence
    assert dict(whole.parameters) == {"text": 0.25, "behaviour": 0.75}
    assert (whole.change.text, whole.change.evidence[0].item_id) == (
        "It would drop off your list.",
        "f2",
    )
    wish = whole.less_of_this
    assert (wish.user_id, wish.item_id, wish.event_type) == ("u", "f1", "dislike")
    told = parts[0].evidence
    assert (told.parameters, told.change, told.less_of_this) == (
        whole.parameters,
        whole.change,
        whole.less_of_this,
    )
    assert "".join(part.text.text for part in parts) == whole.text


async def test_a_taste_is_described_with_all_that_was_counted() -> None:
    async with running() as server:
        stub = explain_pb2_grpc.ExplainServiceStub(server.channel)
        answer = await stub.DescribeTaste(explain_pb2.DescribeTasteRequest(user_id="u", writer="w"))
        assert server.backend.asked == [
            ("describe_taste", TasteRequest("u", language="en", writer="w"))
        ]
    assert (answer.user_id, answer.text, answer.writer) == (
        "u",
        "You keep coming back to Horror.",
        "template",
    )
    assert list(answer.degraded) == list(TASTE.degraded)
    assert [from_message(fact, Evidence) for fact in answer.evidence] == list(TASTE.evidence)


async def test_evidence_comes_while_the_writer_is_still_at_it() -> None:
    backend = StandIn(gate=threading.Event())
    async with running(backend) as server:
        stub = explain_pb2_grpc.ExplainServiceStub(server.channel)
        call = stub.StreamExplain(explain_pb2.StreamExplainRequest(item_id="f1", user_id="u"))
        first = await call.read()
        assert [fact.item_id for fact in first.evidence.evidence] == ["f2", ""]
        assert not backend.gate.is_set()
        backend.gate.set()
        assert (await call.read()).text.text == "Because you watched Aliens."
        assert await call.read() is grpc.aio.EOF


async def test_training_streams_progress_and_ends_with_the_model() -> None:
    async with running() as server:
        stub = model_pb2_grpc.ModelServiceStub(server.channel)
        updates = [update async for update in stub.TrainModel(model_pb2.TrainModelRequest())]
    *steps, last = updates
    assert [
        (s.progress.stage, s.progress.done, s.progress.total, s.progress.message) for s in steps
    ] == [
        ("fit", 1, 2, "loss 0.5"),
        ("fit", 2, 2, ""),
    ]
    assert last.model.version == "m1"
    assert last.model.created_at.ToMilliseconds() == 1_700_000_000_500


async def test_a_training_is_told_what_was_asked_for() -> None:
    backend = StandIn()
    async with running(backend) as server:
        stub = model_pb2_grpc.ModelServiceStub(server.channel)
        async for _ in stub.TrainModel(
            model_pb2.TrainModelRequest(incremental=True, seed=7, force=True)
        ):
            pass
    assert backend.asked == [("train", 7, True, True)]


async def test_a_change_of_encoders_streams_progress_and_ends_with_what_serves() -> None:
    async with running() as server:
        stub = model_pb2_grpc.ModelServiceStub(server.channel)
        request = model_pb2.ChangeEncodersRequest(text="st:new", image="none", audio="none")
        *steps, last = [update async for update in stub.ChangeEncoders(request)]
        assert server.backend.asked == [("change_encoders", "st:new", "none", "none")]
    assert [(s.progress.stage, s.progress.done, s.progress.total) for s in steps] == [
        ("encode", 1, 2),
        ("switch", 0, 1),
    ]
    now = last.encoders
    assert (now.text, now.image, now.digest, now.items, now.model_version) == (
        "st:new",
        "none",
        "1a2b3c4d",
        1,
        "m2",
    )


async def test_models_and_users_are_reached() -> None:
    async with running() as server:
        models, users = (
            model_pb2_grpc.ModelServiceStub(server.channel),
            user_pb2_grpc.UserServiceStub(server.channel),
        )
        (model,) = (await models.ListModels(model_pb2.ListModelsRequest())).models
        activated = await models.ActivateModel(model_pb2.ActivateModelRequest(version="m1"))
        back = await models.RollbackModel(model_pb2.RollbackModelRequest())
        assert model == activated.model == back.model
        assert (model.active, dict(model.metrics)) == (True, {"all/ndcg@10": 0.25})
        await users.PutUser(
            user_pb2.PutUserRequest(user_id="u", attributes={"lang": "zh"}, taste="slow")
        )
        contextual = recommend_pb2.PERSONALIZATION_CONTEXTUAL
        await users.SetConsent(user_pb2.SetConsentRequest(user_id="u", personalization=contextual))
        export = await users.ExportUser(user_pb2.ExportUserRequest(user_id="u"))
        deleted = await users.DeleteUser(user_pb2.DeleteUserRequest(user_id="u", retrain=True))
        merged = await users.MergeUsers(
            user_pb2.MergeUsersRequest(guest_user_id="guest", user_id="u")
        )
        assert json.loads(export.json) == {"user_id": "u", "taste": "慢"}
        assert dict(deleted.deleted) == {"events": 2}
        assert (deleted.exposed_model_version, deleted.retraining) == ("m1", True)
        assert dict(merged.merged) == {"events": 3}
        assert server.backend.asked == [
            ("list_models",),
            ("activate_model", "m1"),
            ("rollback_model",),
            ("put_user", UserProfile("u", {"lang": "zh"}, "slow")),
            ("set_consent", "u", Personalization.CONTEXTUAL),
            ("export_user", "u", 0, ""),
            ("delete_user", "u", {"retrain": True}),
            ("merge_users", "guest", "u"),
        ]
