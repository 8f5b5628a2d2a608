"""What json_format would let through is refused, and what it refuses is left to it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.v1 import index_pb2, recommend_pb2
from service.errors import InvalidInput
from service.rpc.http.strict import check

RECOMMEND = recommend_pb2.RecommendRequest.DESCRIPTOR
INDEX = index_pb2.IndexItemsRequest.DESCRIPTOR
SEARCH = recommend_pb2.SearchItemsRequest.DESCRIPTOR


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"items": [{"price": True}]}, "items.price"),
        (
            {"items": [{}, {"attributes": {"a": {"numberValue": False}}}]},
            "items.attributes.numberValue",
        ),
        ({"images": {"a": "no base64!"}}, "images"),
        ({"image_lists": {"a": {"images": ["AAAA", "A"]}}}, "image_lists.images"),
    ],
)
def test_it_is_found_however_deep(given_: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check(INDEX, given_)
    assert caught.value.field == field


def test_an_enum_is_a_name_or_a_whole_number() -> None:
    check(RECOMMEND, {"personalization": 2})
    check(RECOMMEND, {"personalization": 2.0})
    check(RECOMMEND, {"personalization": "PERSONALIZATION_FULL"})
    for wrong in (True, 1.5):
        with pytest.raises(InvalidInput, match="personalization"):
            check(RECOMMEND, {"personalization": wrong})


def test_what_is_not_its_business_passes() -> None:
    check(INDEX, {"items": "text", "images": [1], "unknown": True, "imageLists": {"a": None}})
    check(RECOMMEND, {"explain": True, "k": None})


@given(st.binary())
def test_bytes_are_base64_of_either_alphabet_with_or_without_padding(content: bytes) -> None:
    for encoded in (base64.b64encode(content), base64.urlsafe_b64encode(content)):
        check(SEARCH, {"image": encoded.decode()})
        check(SEARCH, {"image": encoded.decode().rstrip("=")})
