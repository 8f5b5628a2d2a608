"""What the document says of a request's values is what the server checks: on both sides of each
bound, the schema and the check say the same."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from google.protobuf import json_format

from palate.v1 import explain_pb2, index_pb2, model_pb2, recommend_pb2, user_pb2
from service.errors import InvalidInput
from service.rpc.conversion import requests
from service.rpc.reference.openapi import openapi
from service.rpc.reference.ranges import ID, RANGES, SAME, TOGETHER, up_to
from service.rpc.reference.source import read_source
from service.rpc.server import SERVICES

DOCUMENT = openapi([service for service, _, _ in SERVICES], read_source())
CHECKS: dict[str, Any] = {
    "RecommendRequest": lambda m: requests.recommend_request(m, "en"),
    "SimilarItemsRequest": requests.similar_request,
    "SearchItemsRequest": requests.search_request,
    "ReportFairnessRequest": requests.fairness_request,
    "ExplainRequest": lambda m: requests.explain_request(m, "en"),
    "DeleteEventsRequest": lambda m: requests.chosen_events(m, 10_000),
    "ListItemsRequest": requests.list_page,
    "PutUserRequest": requests.user_profile,
    "StartTrialRequest": requests.trial_request,
    "ExportUserRequest": requests.export_page,
    "SetConsentRequest": requests.stated_consent,
    "ChangeEncodersRequest": lambda m: requests.encoder_lines(m, {"bundled"}),
}
IDS = {
    "DescribeTasteRequest": "userId",
    "GetItemRequest": "itemId",
    "ActivateModelRequest": "version",
    "DeleteUserRequest": "userId",
    "MergeUsersRequest": "guestUserId",
}
"""Requests whose servicer checks an id by `required_id`, and nothing else but language and writer."""
IN_PATH = {"PutUserRequest", "SetConsentRequest"}
"""Requests whose user is in the path, and not in the schema of the body."""
BATCHES = {"IndexItemsRequest", "DeleteItemsRequest", "RecordEventsRequest"}
"""Of these only that there is something in them is checked for the whole."""
MODULES = (recommend_pb2, explain_pb2, index_pb2, user_pb2, model_pb2)


def _is_valid(name: str, body: dict[str, Any]) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    try:
        jsonschema.validate(body, schema)
    except jsonschema.ValidationError:
        return False
    return True


def _is_accepted(name: str, body: dict[str, Any]) -> bool:
    kind = next(getattr(module, name) for module in MODULES if hasattr(module, name))
    try:
        CHECKS[name](json_format.ParseDict(body, kind()))
    except (InvalidInput, json_format.ParseError):
        return False
    return True


E = {"itemId": "i", "userId": "u"}


def _values(name: str, good: list[Any], bad: list[Any]) -> list[tuple[str, dict[str, Any], bool]]:
    """Of one field of RecommendRequest."""
    told = [(value, True) for value in good] + [(value, False) for value in bad]
    return [("RecommendRequest", {name: value}, is_good) for value, is_good in told]


CASES: list[tuple[str, dict[str, Any], bool]] = [
    *_values("k", [0, 500, "500"], [-1, 501, "501"]),
    *_values("diversity", [0, 1, "0.5"], [1.01, -0.1]),
    *_values("userId", ["", "x" * 512, "慢 1"], ["x" * 513, " ", "a\nb", "a\u0085b"]),
    *_values("wish", ["x" * 10_000, "a\nb"], ["x" * 10_001, "a\u0000"]),
    *_values("filter", ["a" * 4_000], ["a" * 4_001]),
    *_values("language", ["", "en", "zh"], ["xx"]),
    *_values("personalization", ["PERSONALIZATION_FULL", 3], [4, "FULL"]),
    ("RecommendRequest", {"domains": ["a"] * 1_000}, True),
    ("RecommendRequest", {"domains": ["a"] * 1_001}, False),
    ("RecommendRequest", {"domains": [""]}, False),
    ("RecommendRequest", {"historyItemIds": ["a"] * 1_001}, False),
    ("RecommendRequest", {"excludeItemIds": ["a"] * 10_001}, False),
    ("RecommendRequest", {"withoutWishParts": ["a"] * 101}, False),
    ("RecommendRequest", {"scenario": "a\tb"}, False),
    ("SimilarItemsRequest", {"itemId": "i", "k": 500}, True),
    ("SimilarItemsRequest", {"k": 5}, False),
    ("SearchItemsRequest", {"text": "a"}, True),
    ("SearchItemsRequest", {"text": " "}, False),
    ("SearchItemsRequest", {}, False),
    ("SearchItemsRequest", {"image": "AAAA"}, True),
    ("SearchItemsRequest", {"text": "a", "image": "AAAA"}, False),
    ("ReportFairnessRequest", {"provider": "attributes.brand", "windows": 100}, True),
    ("ReportFairnessRequest", {"provider": "", "groupBy": "x" * 10_000}, True),
    ("ReportFairnessRequest", {"provider": "attributes."}, False),
    ("ReportFairnessRequest", {"provider": "brand"}, False),
    ("ReportFairnessRequest", {"windows": 101}, False),
    ("ReportFairnessRequest", {"windows": -1}, False),
    ("ReportFairnessRequest", {"groupBy": "a\u0000"}, False),
    ("ExplainRequest", E, True),
    ("ExplainRequest", {"itemId": "i"}, False),
    ("ExplainRequest", {"itemId": "i", "recommendationId": "r"}, True),
    ("ExplainRequest", {"userId": "u"}, False),
    ("DeleteEventsRequest", {"userId": "u", "all": True}, True),
    ("DeleteEventsRequest", {"userId": "u", "eventIds": ["e"]}, True),
    ("DeleteEventsRequest", {"userId": "u", "all": True, "eventIds": ["e"]}, False),
    ("DeleteEventsRequest", {"userId": "u"}, False),
    ("StartTrialRequest", {"version": "m1", "kind": "TRIAL_KIND_SHADOW", "share": 1}, True),
    ("StartTrialRequest", {"version": "m1", "kind": 0}, False),
    ("StartTrialRequest", {"version": "m1", "kind": 1, "share": 1.5}, False),
    ("SetConsentRequest", {"personalization": "PERSONALIZATION_CONTEXTUAL"}, True),
    ("SetConsentRequest", {"personalization": 0}, False),
    ("ChangeEncodersRequest", {"text": "bundled"}, True),
    ("ChangeEncodersRequest", {"text": "x" * 10_001}, False),
    ("PutUserRequest", {"attributes": {"a": "b"}}, True),
    ("PutUserRequest", {"attributes": {f"a{n}": "b" for n in range(201)}}, False),
    ("PutUserRequest", {"attributes": {"": "b"}}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "is_good"), CASES)
def test_schema_and_check_agree(name: str, body: dict[str, Any], is_good: bool) -> None:
    given = {"userId": "u", **body} if name in IN_PATH else body  # it is in the path
    assert (_is_valid(name, body), _is_accepted(name, given)) == (is_good, is_good)


@pytest.mark.parametrize(
    ("rpc", "page_size", "is_good"),
    [
        ("ListItems", 0, True),
        ("ListItems", 1_000, True),
        ("ListItems", 1_001, False),
        ("ListItems", -1, False),
        ("ExportUser", 0, True),
        ("ExportUser", 10_000, True),
        ("ExportUser", 10_001, False),
        ("ExportUser", -1, False),
    ],
)
def test_schema_and_check_agree_on_what_is_in_the_query(
    rpc: str, page_size: int, is_good: bool
) -> None:
    operation = next(
        one
        for verbs in DOCUMENT["paths"].values()
        for one in verbs.values()
        if isinstance(one, dict) and one.get("operationId") == rpc
    )
    (parameter,) = (one for one in operation["parameters"] if one["name"] == "pageSize")
    is_valid = jsonschema.Draft202012Validator(parameter["schema"]).is_valid(page_size)
    body = {"pageSize": page_size, **({"userId": "u"} if rpc == "ExportUser" else {})}
    assert (is_valid, _is_accepted(f"{rpc}Request", body)) == (is_good, is_good)


@pytest.mark.parametrize(("name", "field"), IDS.items())
def test_ids_have_the_range_of_every_required_id(name: str, field: str) -> None:
    snake = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", field)
    assert RANGES[f"{name}.{snake}"] == ID


def test_every_request_with_ranges_is_compared() -> None:
    in_query = {"ListItemsRequest", "ExportUserRequest"}
    compared = {name for name, _, _ in CASES} | IDS.keys() | BATCHES | in_query
    assert {field.partition(".")[0] for field in RANGES} - compared == set()


def test_only_what_there_is_has_a_range() -> None:
    fields = {
        f"{rpc.input_type.name}.{field.name}"
        for service, _, _ in SERVICES
        for rpc in service.methods
        for field in rpc.input_type.fields
    }
    assert set(RANGES) - fields == set()
    messages = {field.partition(".")[0] for field in fields}
    assert {*TOGETHER, *SAME, *SAME.values()} <= messages


@pytest.mark.parametrize("most", [1, 7, 9, 10, 19, 20, 99, 100, 101, 500, 909, 1_000, 2_345])
def test_a_pattern_of_numbers_takes_those_up_to_the_most_and_no_others(most: int) -> None:
    taken = [n for n in range(4_000) if re.match(up_to(most), str(n))]
    assert taken == list(range(most + 1))
    assert not any(re.match(up_to(most), text) for text in ("", "00", "01", "-1", "1.0"))
