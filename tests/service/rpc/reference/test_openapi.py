"""The document is one of OpenAPI 3.1, and tells what the server does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from google.protobuf import json_format

from palate.v1 import catalog_pb2, recommend_pb2
from service.rpc.reference.openapi import openapi
from service.rpc.reference.source import read_source
from service.rpc.server import SERVICES

SERVED = [service for service, _, _ in SERVICES]
DOCUMENT = openapi(SERVED, read_source())
SCHEMAS = DOCUMENT["components"]["schemas"]


def _all(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _all(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _all(inner)


def test_every_rpc_is_one_operation() -> None:
    operations = [one for verbs in DOCUMENT["paths"].values() for one in verbs.values()]
    names = [rpc.name for service in SERVED for rpc in service.methods]
    assert sorted(one["operationId"] for one in operations) == sorted(names)
    assert all(one["summary"] and one["description"] for one in operations)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    named = {one["$ref"].rpartition("/")[2] for one in _all(DOCUMENT) if "$ref" in one}
    assert named == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_of_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def _validate(name: str, value: Any) -> None:
    jsonschema.validate(
        value, {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    )


def test_numbers_of_64_bits_are_text_in_answers_and_either_in_requests() -> None:
    assert SCHEMAS["Evidence"]["properties"]["count"]["type"] == "string"
    assert SCHEMAS["RecommendRequest"]["properties"]["k"]["type"] == ["integer", "string", "null"]


def test_what_is_required_may_not_be_null() -> None:
    assert SCHEMAS["ExplainRequest"]["required"] == ["itemId"]
    assert SCHEMAS["ExplainRequest"]["properties"]["itemId"]["type"] == "string"


def test_what_stands_in_the_path_is_not_in_the_body() -> None:
    put = DOCUMENT["paths"]["/v1/users/{user_id}"]["put"]
    assert [one["name"] for one in put["parameters"]] == ["user_id"]
    assert "userId" not in SCHEMAS["PutUserRequest"]["properties"]


def test_answers_as_they_are_written_are_valid() -> None:
    item = catalog_pb2.Item(item_id="a", price=0.0, created_at={"seconds": 12})
    item.attributes["n"].number_value = 1.5
    answer = recommend_pb2.RecommendResponse(recommendation_id="r", stage_ms={"rank": 1.0})
    answer.results.add(item_id="a", rank=1, score=0.5, item=item)
    _validate("RecommendResponse", json_format.MessageToDict(answer))
    _validate("ItemInput", json_format.MessageToDict(item))


def test_events_hold_the_messages_of_the_stream() -> None:
    content = DOCUMENT["paths"]["/v1/models:train"]["post"]["responses"]["200"]["content"]
    data = content["text/event-stream"]["schema"]["properties"]["data"]
    assert data["contentSchema"] == {"$ref": "#/components/schemas/TrainModelResponse"}


def test_it_is_json() -> None:
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
