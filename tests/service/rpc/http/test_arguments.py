"""A request message from path, query and body; what is wrong is told by field."""

from __future__ import annotations

import contextlib

import orjson
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from palate.v1 import catalog_pb2, index_pb2, recommend_pb2, user_pb2
from service.errors import InvalidInput
from service.rpc.http.arguments import from_body, from_request
from service.rpc.http.bindings import Binding, bindings_of
from service.rpc.server import SERVICES

BINDINGS = {
    binding.rpc.name: binding for binding in bindings_of([service for service, _, _ in SERVICES])
}


def _read(rpc: str, *values: str, query: str = "", body: object = None) -> Message:
    raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    return from_request(BINDINGS[rpc], values, query, raw)


def test_a_body_has_the_fields_by_either_of_their_names() -> None:
    expected = recommend_pb2.RecommendRequest(user_id="u", k=3, explain=True)
    assert _read("Recommend", body={"userId": "u", "k": 3, "explain": True}) == expected
    assert _read("Recommend", body={"user_id": "u", "k": "3", "explain": True}) == expected
    assert _read("Recommend", body=b" ") == recommend_pb2.RecommendRequest()


def test_null_is_not_set() -> None:
    assert _read("Recommend", body={"userId": None, "k": None}) == recommend_pb2.RecommendRequest()


def test_a_query_has_the_fields_of_the_request() -> None:
    expected = index_pb2.ListItemsRequest(page_size=5, domain="a&b")
    assert _read("ListItems", query="pageSize=5&domain=a%26b") == expected
    assert _read("ListItems", query="page_size=5&domain=a%26b") == expected


def test_a_query_repeats_what_may_be_several() -> None:
    rpc = BINDINGS["SimilarItems"].rpc
    binding = Binding(rpc, "GET", "/v1/items/{item_id}/similar", takes_body=False)
    made = from_request(binding, ["i"], "domains=a&domains=b&excludeItemIds=", b"")
    assert made == recommend_pb2.SimilarItemsRequest(item_id="i", domains=["a", "b"])


def test_a_flag_in_a_query_is_true_or_false() -> None:
    binding = Binding(BINDINGS["Recommend"].rpc, "GET", "/v1/recommend", takes_body=False)
    assert from_request(binding, [], "explain=true", b"") == recommend_pb2.RecommendRequest(
        explain=True
    )
    with pytest.raises(InvalidInput, match="explain is '1': it must be true or false"):
        from_request(binding, [], "explain=1", b"")


def test_what_stands_in_the_path_stands_nowhere_else() -> None:
    made = _read("PutUser", "u", body={"taste": "slow"})
    assert made == user_pb2.PutUserRequest(user_id="u", taste="slow")
    with pytest.raises(InvalidInput, match="userId is 'v': it stands in the path"):
        _read("PutUser", "u", body={"userId": "v"})


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        (b"{", "body", "it must be JSON"),
        (b"\xff", "body", "it must be JSON"),
        (b'{"k": NaN}', "body", "it must be JSON"),
        (b'{"a":' * 3_000, "body", "it must be JSON"),
        (b"[]", "body", "it must be a JSON object"),
        ({"user": "u"}, "user", "there is no such field; known are userId, k, "),
        ({"k": "many"}, "k", "invalid literal for int"),
        ({"k": 1.5}, "k", "Couldn't parse integer"),
        ({"k": True}, "k", "it must not be true or false"),
        ({"k": 2**40}, "k", "Value out of range"),
        ({"domains": "films"}, "domains", "repeated field domains must be in"),
        ({"domains": [None]}, "domains[0]", "null is not allowed"),
        ({"personalization": "SOME"}, "personalization", "Invalid enum value SOME"),
        ({"userId": 42}, "userId", "expected string"),
    ],
)
def test_what_is_wrong_with_a_body_is_told_by_field(body: object, field: str, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _read("Recommend", body=body)
    assert caught.value.field == field
    assert why in caught.value.why
    assert "\n" not in str(caught.value)


def test_what_is_wrong_deep_in_a_row_is_told_by_its_path() -> None:
    for row, field in (({"price": "cheap"}, "price"), ({"colour": "red"}, "colour")):
        with pytest.raises(InvalidInput) as caught:
            _read("IndexItems", body={"items": [{"itemId": "a"}, row]})
        assert caught.value.field == f"items[1].{field}"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("page=2", "there is no such parameter; known are pageSize, pageToken, domain"),
        ("domain=a&domain=b", "it must be given once"),
        ("domain=%ff", "it must be percent-encoded UTF-8"),
        ("pageSize=x", "invalid literal for int"),
        ("&".join(["domain=a"] * 2_000), "it must be percent-encoded UTF-8"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(query: str, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _read("ListItems", query=query)
    assert why in caught.value.why


def test_a_body_has_no_query_beside_it() -> None:
    with pytest.raises(InvalidInput, match="takes its fields in the body"):
        _read("Recommend", query="k=3", body={})


def test_connect_leaves_out_what_a_newer_client_has() -> None:
    asked = recommend_pb2.RecommendRequest.DESCRIPTOR
    body = b'{"userId": "u", "ofTomorrow": {"a": [1]}}'
    assert from_body(asked, body) == recommend_pb2.RecommendRequest(user_id="u")


_NAMES = ["itemId", "attributes", "a", "numberValue", "stringList", "values", "createdAt", "images"]
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | _FINITE | _TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(BINDINGS)), st.data())
def test_any_json_is_read_or_refused_and_nothing_else(rpc: str, data: st.DataObject) -> None:
    names = [field.json_name for field in BINDINGS[rpc].rpc.input_type.fields]
    body = data.draw(st.dictionaries(st.sampled_from(names), _JSON)) if names else {}
    with contextlib.suppress(InvalidInput):
        from_body(BINDINGS[rpc].rpc.input_type, orjson.dumps(body))


def test_what_is_written_is_read_again() -> None:
    item = catalog_pb2.Item(
        item_id="a", title="慢", price=0.0, created_at={"seconds": 12, "nanos": 5}
    )
    item.attributes["n"].number_value = 1.5
    item.attributes["s"].string_list.values.extend(["x", "y"])
    request = index_pb2.IndexItemsRequest(items=[item], images={"a": b"\x00\xff\xfe"})
    body = orjson.dumps(json_format.MessageToDict(request))
    assert _read("IndexItems", body=body) == request
