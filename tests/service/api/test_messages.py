"""The dataclasses mirror the messages of the wire, field by field."""

from __future__ import annotations

import dataclasses
import inspect

import pytest
from google.protobuf.message import Message

from encoders.modality import media_types
from indexer.catalog.event import Event
from indexer.catalog.item import Item, _fields_with
from palate.v1 import (
    catalog_pb2,
    event_pb2,
    explain_pb2,
    index_pb2,
    model_pb2,
    recommend_pb2,
    user_pb2,
)
from service.api import fairness, messages
from service.api.fairness import (
    ExposureBy,
    ExposureGroup,
    FairnessReport,
    FairnessRequest,
    FairnessTrend,
    FairnessWindow,
    UserGroup,
    UserGrouping,
    UsersBy,
)
from service.api.messages import (
    Change,
    EventReport,
    ExplainRequest,
    Explanation,
    Feedback,
    ModelInfo,
    ModelTrial,
    OnlineAttribution,
    OnlineFigure,
    OnlineGroup,
    OnlineReport,
    OnlineRequest,
    Personalization,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    SearchRequest,
    ServingEncoders,
    ShadowFigures,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    TrialArm,
    TrialRequest,
    TrialTest,
    UserDeletion,
    UserExport,
    UserProfile,
)
from service.explainer.evidence import Evidence, EvidenceKind

MIRRORED: list[tuple[type, type[Message]]] = [
    (RecommendRequest, recommend_pb2.RecommendRequest),
    (Recommendation, recommend_pb2.RecommendResponse),
    (ScoredItem, recommend_pb2.ScoredItem),
    (SimilarRequest, recommend_pb2.SimilarItemsRequest),
    (SearchRequest, recommend_pb2.SearchItemsRequest),
    (ExplainRequest, explain_pb2.ExplainRequest),
    (ExplainRequest, explain_pb2.StreamExplainRequest),
    (Explanation, explain_pb2.ExplainResponse),
    (Change, explain_pb2.Change),
    (Feedback, explain_pb2.Feedback),
    (Evidence, explain_pb2.Evidence),
    (TasteRequest, explain_pb2.DescribeTasteRequest),
    (TasteSummary, explain_pb2.DescribeTasteResponse),
    (EventReport, index_pb2.RecordEventsResponse),
    (ModelInfo, model_pb2.ModelInfo),
    (ServingEncoders, model_pb2.ServingEncoders),
    (OnlineRequest, recommend_pb2.ReportOnlineRequest),
    (OnlineReport, recommend_pb2.ReportOnlineResponse),
    (FairnessRequest, recommend_pb2.ReportFairnessRequest),
    (UserGrouping, recommend_pb2.UserGrouping),
    (FairnessReport, recommend_pb2.ReportFairnessResponse),
    (ExposureBy, recommend_pb2.ExposureBy),
    (ExposureGroup, recommend_pb2.ExposureGroup),
    (UsersBy, recommend_pb2.UsersBy),
    (UserGroup, recommend_pb2.UserGroup),
    (FairnessWindow, recommend_pb2.FairnessWindow),
    (FairnessTrend, recommend_pb2.FairnessTrend),
    (OnlineGroup, recommend_pb2.OnlineGroup),
    (OnlineFigure, recommend_pb2.OnlineFigure),
    (OnlineAttribution, recommend_pb2.OnlineAttribution),
    (TrainProgress, model_pb2.TrainProgress),
    (TrialRequest, model_pb2.StartTrialRequest),
    (ModelTrial, model_pb2.ModelTrial),
    (ShadowFigures, model_pb2.ShadowFigures),
    (TrialArm, model_pb2.TrialArm),
    (TrialTest, model_pb2.TrialTest),
    (UserProfile, user_pb2.PutUserRequest),
    (UserDeletion, user_pb2.DeleteUserResponse),
]
"""The dataclass and the message that mirrors it; `converter` makes each from the other."""

ROWS: list[tuple[type, type[Message]]] = [
    (Item, catalog_pb2.Item),
    (Event, event_pb2.Event),
]
"""Of the same field names as well, but converted by functions of their own; a row of an item has
fields for each modality that it may have."""


def fields_of(dataclass: type) -> set[str]:
    if dataclass is Item:
        return set(_fields_with(media_types().values()))
    return {field.name for field in dataclasses.fields(dataclass)}


def fields_of_message(message: type[Message]) -> set[str]:
    return {field.name for field in message.DESCRIPTOR.fields}


@pytest.mark.parametrize(("dataclass", "message"), MIRRORED + ROWS)
def test_a_field_is_on_both_sides(dataclass: type, message: type[Message]) -> None:
    ours, theirs = fields_of(dataclass), fields_of_message(message)
    only_ours, only_theirs = sorted(ours - theirs), sorted(theirs - ours)
    assert (only_ours, only_theirs) == ([], [])


def test_every_dataclass_mirrors_a_message() -> None:
    defined = {
        one
        for module in (fairness, messages)
        for _, one in inspect.getmembers(module, dataclasses.is_dataclass)
        if one.__module__ == module.__name__
    }
    assert defined
    written = {UserExport}  # its data are text on the wire
    assert defined - {dataclass for dataclass, _ in MIRRORED} == written


@pytest.mark.parametrize(
    ("message", "left_out"),
    [
        (recommend_pb2.SimilarItemsResponse, {"recommendation_id", "next_page_token", "wish"}),
        (
            recommend_pb2.SearchItemsResponse,
            {"recommendation_id", "next_page_token", "missing_item_ids", "wish"},
        ),
    ],
)
def test_answers_to_nobody_lack_what_only_a_recommendation_has(
    message: type[Message], left_out: set[str]
) -> None:
    assert fields_of(Recommendation) - fields_of_message(message) == left_out
    assert fields_of_message(message) - fields_of(Recommendation) == set()


def test_the_two_parts_of_a_streamed_explanation_are_the_whole() -> None:
    evidence = fields_of_message(explain_pb2.ExplanationEvidence)
    text = fields_of_message(explain_pb2.ExplanationText)
    assert evidence | text == fields_of(Explanation)
    assert evidence & text == set()


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (EvidenceKind, explain_pb2.EvidenceKind, "EVIDENCE_KIND_"),
        (Personalization, recommend_pb2.Personalization, "PERSONALIZATION_"),
    ],
)
def test_the_enums_have_the_same_members(ours: type, theirs: object, prefix: str) -> None:
    names = {name.removeprefix(prefix) for name in theirs.keys()}  # type: ignore[attr-defined]  # noqa: SIM118
    assert names == {member.name for member in ours} | {"UNSPECIFIED"}  # type: ignore[attr-defined]
