"""Requests come in whole, with the defaults of the server, and out-of-range values name a field.

The ranges of every field are asked over the wire in `tests/service/rpc/test_server_limits.py`.
"""

from __future__ import annotations

from typing import Any

import pytest

from palate.v1 import explain_pb2, index_pb2, model_pb2, recommend_pb2, user_pb2
from service.api.fairness import FairnessRequest, UserGrouping
from service.api.messages import (
    ExplainRequest,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    UserProfile,
)
from service.errors import InvalidInput, TooLarge
from service.rpc.conversion.converter import to_message
from service.rpc.conversion.requests import (
    chosen_events,
    chosen_items,
    encoder_lines,
    explain_request,
    fairness_request,
    list_page,
    recommend_request,
    search_request,
    similar_request,
    taste_request,
    user_profile,
)
from service.rpc.conversion.timestamps import timestamp

FULL = RecommendRequest(
    user_id="u",
    k=500,
    domains=["films"],
    filter="price < 2",
    exclude_item_ids=["a"],
    include_seen=True,
    history_item_ids=["b", "c"],
    taste="slow",
    diversity=0.5,
    exploration=1.0,
    explain=True,
    language="zh",
    scenario="home",
    page_token="p",
    wish="a western",
    refine_recommendation_id="r",
    without_wish_parts=["no horror"],
)


def test_every_field_of_a_request_comes_in() -> None:
    message = to_message(FULL, recommend_pb2.RecommendRequest)
    assert recommend_request(message, "en") == FULL
    similar = SimilarRequest("f1", k=3, domains=["d"], filter="x", exclude_item_ids=["a"])
    assert similar_request(to_message(similar, recommend_pb2.SimilarItemsRequest)) == similar
    search = SearchRequest(text="ship", k=2, domains=["d"], filter="x")
    assert search_request(to_message(search, recommend_pb2.SearchItemsRequest)) == search
    why = ExplainRequest("i", "r", "u", "zh", "openai", "j", True, "a western", "slow")
    assert explain_request(to_message(why, explain_pb2.ExplainRequest), "en") == why
    taste = TasteRequest("u", "zh", "openai")
    assert taste_request(to_message(taste, explain_pb2.DescribeTasteRequest), "en") == taste
    user = UserProfile("u", {"country": "NL"}, "slow")
    assert user_profile(to_message(user, user_pb2.PutUserRequest)) == user


def test_the_language_is_that_of_the_server_where_the_caller_names_none() -> None:
    assert recommend_request(recommend_pb2.RecommendRequest(), "zh").language == "zh"
    why = explain_pb2.ExplainRequest(item_id="i", user_id="u")
    assert explain_request(why, "zh").language == "zh"
    assert taste_request(explain_pb2.DescribeTasteRequest(user_id="u"), "zh").language == "zh"


def test_a_page_is_100_items_unless_told() -> None:
    assert list_page(index_pb2.ListItemsRequest()) == (100, "", "")
    asked = index_pb2.ListItemsRequest(page_size=5, page_token="t", domain="films")
    assert list_page(asked) == (5, "t", "films")


def test_all_events_of_a_user_are_chosen_only_when_asked_for() -> None:
    some = index_pb2.DeleteEventsRequest(user_id="u", event_ids=["e"])
    assert chosen_events(some, limit=1) == ("u", ["e"])
    everything = index_pb2.DeleteEventsRequest(user_id="u", all=True)
    assert chosen_events(everything, limit=1) == ("u", None)
    with pytest.raises(InvalidInput, match="set all"):
        chosen_events(index_pb2.DeleteEventsRequest(user_id="u"), limit=1)


def test_chosen_items_are_counted_and_each_taken_once() -> None:
    message = index_pb2.DeleteItemsRequest(item_ids=["a", "b", "a"])
    assert chosen_items(message, limit=3) == ["a", "b"]
    with pytest.raises(TooLarge):
        chosen_items(message, limit=2)
    with pytest.raises(InvalidInput, match="at least one"):
        chosen_items(index_pb2.DeleteItemsRequest(), limit=3)


@pytest.mark.parametrize(
    ("read", "message", "field"),
    [
        (lambda m: recommend_request(m, "en"), recommend_pb2.RecommendRequest(k=501), "k"),
        (
            lambda m: recommend_request(m, "en"),
            recommend_pb2.RecommendRequest(diversity=float("nan")),
            "diversity",
        ),
        (similar_request, recommend_pb2.SimilarItemsRequest(), "item_id"),
        (search_request, recommend_pb2.SearchItemsRequest(text=" "), "query"),
        (
            lambda m: explain_request(m, "en"),
            explain_pb2.ExplainRequest(item_id="i"),
            "recommendation_id",
        ),
        (list_page, index_pb2.ListItemsRequest(page_size=-1), "page_size"),
        (user_profile, user_pb2.PutUserRequest(), "user_id"),
    ],
)
def test_a_value_out_of_range_names_its_field(read: Any, message: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(message)
    assert caught.value.field == field


def test_encoders_that_are_not_allowed_are_refused_alike_whether_or_not_they_are_there() -> None:
    allowed = {"bundled", "none", "st:/models/good"}
    message = model_pb2.ChangeEncodersRequest(text="st:/models/good", image="none")
    assert encoder_lines(message, allowed) == {
        "text": "st:/models/good",
        "image": "none",
        "audio": "",
    }
    told = set()
    for line in ("st:/root", "st:/no/such/folder", "open_clip:local-dir:/etc", "Bundled"):
        with pytest.raises(InvalidInput, match=r"access\.encoders") as refused:
            encoder_lines(model_pb2.ChangeEncodersRequest(image=line), allowed)
        told.add(str(refused.value).replace(line, "LINE"))
    assert len(told) == 1


def test_a_report_on_fairness_is_of_everything_where_nothing_is_said() -> None:
    assert fairness_request(recommend_pb2.ReportFairnessRequest()) == FairnessRequest(groupings=[])
    asked = recommend_pb2.ReportFairnessRequest(
        since=timestamp(1.5), provider="attributes.brand", windows=100, group_by="country"
    )
    asked.groupings.add(name="plan").group_of_user["u"] = "paid"
    assert fairness_request(asked) == FairnessRequest(
        1.5, "attributes.brand", 100, "country", [UserGrouping("plan", {"u": "paid"})]
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider": "brand"}, "provider"),
        ({"windows": 101}, "windows"),
        ({"windows": -1}, "windows"),
        ({"groupings": [{"name": "plan"}, {"name": "plan"}]}, "groupings"),
        ({"groupings": [{"name": ""}]}, "groupings.name"),
    ],
)
def test_what_a_report_on_fairness_cannot_tell_is_refused(fields: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        fairness_request(recommend_pb2.ReportFairnessRequest(**fields))
    assert field in str(refused.value)
