"""Every dataclass of the api becomes its message, and the message the dataclass again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import Enum
from itertools import count
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from google.protobuf.message import Message

from indexer.catalog.item import Item, RowError
from palate.v1 import explain_pb2, model_pb2, recommend_pb2
from service.api.messages import (
    Explanation,
    ModelInfo,
    Personalization,
    Recommendation,
    RecommendRequest,
    SearchRequest,
)
from service.explainer.evidence import Evidence, EvidenceKind
from service.rpc.conversion.converter import from_message, to_message
from tests.service.api.test_messages import MIRRORED
from tests.service.standin import ALIEN, ANSWER, EXPLANATION, MODEL, with_lists

SEARCHES = (
    SearchRequest(text="ship", k=3),
    SearchRequest(image=b"png"),
    SearchRequest(audio=b"ogg"),
)
"""A request is for one of the three, so it cannot be filled like the others."""


def _filled(hint: Any, numbers: Iterator[int]) -> Any:
    """A value of a type, unlike any other that was made with the same `numbers`, and no default."""
    inner = [argument for argument in get_args(hint) if argument is not NoneType]
    if isinstance(hint, UnionType):
        return _filled(inner[0], numbers)
    origin = get_origin(hint)
    if origin is not None and len(inner) == 2:
        return {_filled(inner[0], numbers): _filled(inner[1], numbers)}
    if origin is not None:
        return [_filled(inner[0], numbers), _filled(inner[0], numbers)]
    if hint is Item:
        return dataclasses.replace(ALIEN, title=f"Alien {next(numbers)}")
    if hint is RowError:
        return RowError(next(numbers), f"item {next(numbers)}", "why")
    if dataclasses.is_dataclass(hint):
        return filled(hint, numbers)
    if issubclass(hint, Enum):
        return list(hint)[-1]
    if hint is bool:
        return True
    return hint(next(numbers)) if hint in (int, float) else f"text {next(numbers)}"


def filled(dataclass: Any, numbers: Iterator[int] | None = None) -> Any:
    numbers = numbers or count(1)
    hints = get_type_hints(dataclass)
    names = [field.name for field in dataclasses.fields(dataclass)]
    return dataclass(**{name: _filled(hints[name], numbers) for name in names})


CASES = [
    (value, message)
    for dataclass, message in MIRRORED
    for value in (SEARCHES if dataclass is SearchRequest else (filled(dataclass),))
]


@pytest.mark.parametrize(("value", "message"), CASES)
def test_what_was_written_is_read_again(value: Any, message: type[Message]) -> None:
    written = to_message(value, message)
    again = from_message(type(written).FromString(written.SerializeToString()), type(value))
    assert with_lists(again) == with_lists(value)
    assert to_message(again, message) == written


@pytest.mark.parametrize(("value", "message"), CASES)
def test_every_field_is_written(value: Any, message: type[Message]) -> None:
    written = {field.name for field, _ in to_message(value, message).ListFields()}
    expected = {field.name for field in message.DESCRIPTOR.fields}
    if isinstance(value, SearchRequest):
        expected = {name for name in expected if getattr(value, name)}
    assert written == expected


def test_what_is_none_is_not_set_and_zero_is() -> None:
    without = dataclasses.replace(EXPLANATION, change=None, less_of_this=None)
    written = to_message(without, explain_pb2.ExplainResponse)
    assert (written.HasField("change"), written.HasField("less_of_this")) == (False, False)
    zero, none = written.evidence
    assert (zero.HasField("event_value"), zero.event_value) == (True, 0.0)
    assert not none.HasField("event_value")
    read = from_message(written, Explanation)
    assert (read.change, read.less_of_this) == (None, None)
    assert [fact.event_value for fact in read.evidence] == [0.0, None]


def test_enums_are_written_by_name() -> None:
    fact = Evidence(EvidenceKind.CO_ENGAGEMENT, 0.5)
    assert to_message(fact, explain_pb2.Evidence).kind == explain_pb2.EVIDENCE_KIND_CO_ENGAGEMENT
    anonymous = RecommendRequest(personalization=Personalization.NON_PROFILED)
    message = to_message(anonymous, recommend_pb2.RecommendRequest)
    assert message.personalization == recommend_pb2.PERSONALIZATION_NON_PROFILED


@pytest.mark.parametrize("number", [explain_pb2.EVIDENCE_KIND_UNSPECIFIED, 99])
def test_a_member_of_a_later_version_is_named(number: Any) -> None:
    with pytest.raises(ValueError, match=f"^{number} is no EvidenceKind that is known here$"):
        from_message(explain_pb2.Evidence(kind=number), Evidence)


def test_times_are_unix_seconds() -> None:
    written = to_message(MODEL, model_pb2.ModelInfo)
    assert written.created_at.ToJsonString() == "2023-11-14T22:13:20.500Z"
    assert from_message(written, ModelInfo) == MODEL
    assert from_message(model_pb2.ModelInfo(version="m"), ModelInfo) == ModelInfo(
        "m", 0.0, False, {}
    )


def test_a_message_of_fewer_fields_takes_what_it_has() -> None:
    written = to_message(ANSWER, recommend_pb2.SearchItemsResponse)
    assert (written.model_version, written.results[0].item_id) == ("m1", "f1")
    read = from_message(written, Recommendation, recommendation_id="")
    assert (read.recommendation_id, read.next_page_token) == ("", "")
    assert (read.model_version, read.stage_ms) == (ANSWER.model_version, ANSWER.stage_ms)


def test_a_field_that_the_dataclass_lacks_is_named() -> None:
    with pytest.raises(AttributeError, match="recommendation_id"):
        to_message(MODEL, recommend_pb2.RecommendResponse)


def test_a_field_that_the_message_lacks_must_be_given() -> None:
    with pytest.raises(TypeError, match="recommendation_id"):
        from_message(recommend_pb2.SearchItemsResponse(), Recommendation)
