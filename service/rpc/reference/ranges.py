"""What JSON Schema can say of the values that a request may have, by `Message.field`.

The numbers are those of the checks (`service.rpc.conversion`, `indexer.catalog.fields`). Rows of a
batch are checked one by one and refused one by one, so that a request with a bad one is a good
request: of them nothing stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from indexer.catalog.fields import MAX_ID_CHARS
from indexer.catalog.filter import MAX_FILTER_CHARS
from service.api.fairness import MAX_WINDOWS
from service.api.messages import MAX_K
from service.explainer.languages.codes import language_codes
from service.rpc.conversion import requests

Schema: TypeAlias = dict[str, Any]

_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_ID = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
_ID_OR_NONE = rf"^([^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*)?$"

ID: Schema = {"pattern": _ID, "minLength": 1, "maxLength": MAX_ID_CHARS}
"""An id that is required."""
_ANY_ID: Schema = {"pattern": _ID_OR_NONE, "maxLength": MAX_ID_CHARS}
_LABEL: Schema = {"pattern": rf"^[^{_CONTROL}]*$", "maxLength": MAX_ID_CHARS}
_TEXT: Schema = {"pattern": r"^[^\u0000]*$", "maxLength": requests.MAX_TEXT_CHARS}
_TOKEN: Schema = {**_TEXT, "format": "page-token"}
_FILTER: Schema = {**_TEXT, "maxLength": MAX_FILTER_CHARS, "format": "aip-160"}
_SHARE: Schema = {"minimum": 0, "maximum": 1, "pattern": r"^(0|1|0?\.[0-9]+)$"}
_K: Schema = {
    "minimum": 0,
    "maximum": MAX_K,
    "pattern": "^([0-9]|[1-9][0-9]|[1-4][0-9]{2}|500)$",
}
_PAGE_SIZE: Schema = {
    "minimum": 0,
    "maximum": requests.MAX_PAGE_SIZE,
    "pattern": "^([0-9]|[1-9][0-9]{1,2}|1000)$",
}
_EXPORT_PAGE_SIZE: Schema = {
    "minimum": 0,
    "maximum": requests.MAX_EXPORT_PAGE_SIZE,
    "pattern": "^([0-9]|[1-9][0-9]{1,3}|10000)$",
}
_WINDOWS: Schema = {"minimum": 0, "maximum": MAX_WINDOWS, "pattern": "^([0-9]|[1-9][0-9]|100)$"}
_GROUP_FIELD: Schema = {**_TEXT, "pattern": r"^(domain|categories|attributes\.[^\u0000]+)?$"}
_LANGUAGE: Schema = {"enum": ["", *language_codes()]}


def _ids(most: int, least: int = 0) -> Schema:
    return {"minItems": least, "maxItems": most, "items": ID}


RANGES: Mapping[str, Schema] = {
    "RecommendRequest.user_id": _ANY_ID,
    "RecommendRequest.k": _K,
    "RecommendRequest.domains": _ids(requests.MAX_DOMAINS),
    "RecommendRequest.filter": _FILTER,
    "RecommendRequest.exclude_item_ids": _ids(requests.MAX_EXCLUDED),
    "RecommendRequest.history_item_ids": _ids(requests.MAX_HISTORY),
    "RecommendRequest.taste": _TEXT,
    "RecommendRequest.diversity": _SHARE,
    "RecommendRequest.exploration": _SHARE,
    "RecommendRequest.scenario": _LABEL,
    "RecommendRequest.page_token": _TOKEN,
    "RecommendRequest.language": _LANGUAGE,
    "RecommendRequest.wish": _TEXT,
    "RecommendRequest.refine_recommendation_id": _ANY_ID,
    "RecommendRequest.without_wish_parts": {"maxItems": requests.MAX_WISH_PARTS, "items": _TEXT},
    "SimilarItemsRequest.item_id": ID,
    "SimilarItemsRequest.k": _K,
    "SimilarItemsRequest.domains": _ids(requests.MAX_DOMAINS),
    "SimilarItemsRequest.filter": _FILTER,
    "SimilarItemsRequest.exclude_item_ids": _ids(requests.MAX_EXCLUDED),
    "SearchItemsRequest.text": {
        **_TEXT,
        "minLength": 1,
        "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
    },
    "SearchItemsRequest.image": {"minLength": 1},
    "SearchItemsRequest.audio": {"minLength": 1},
    "SearchItemsRequest.k": _K,
    "SearchItemsRequest.domains": _ids(requests.MAX_DOMAINS),
    "SearchItemsRequest.filter": _FILTER,
    "ReportFairnessRequest.provider": _GROUP_FIELD,
    "ReportFairnessRequest.windows": _WINDOWS,
    "ReportFairnessRequest.group_by": _TEXT,
    "ExplainRequest.recommendation_id": _ANY_ID,
    "ExplainRequest.item_id": ID,
    "ExplainRequest.user_id": _ANY_ID,
    "ExplainRequest.language": _LANGUAGE,
    "ExplainRequest.writer": _LABEL,
    "ExplainRequest.instead_of_item_id": _ANY_ID,
    "ExplainRequest.wish": _TEXT,
    "ExplainRequest.taste": _TEXT,
    "DescribeTasteRequest.user_id": ID,
    "DescribeTasteRequest.language": _LANGUAGE,
    "DescribeTasteRequest.writer": _LABEL,
    "IndexItemsRequest.items": {"minItems": 1},
    "DeleteItemsRequest.item_ids": {"minItems": 1, "items": ID},
    "GetItemRequest.item_id": ID,
    "ListItemsRequest.page_size": _PAGE_SIZE,
    "ListItemsRequest.page_token": _TOKEN,
    "ListItemsRequest.domain": _LABEL,
    "RecordEventsRequest.events": {"minItems": 1},
    "DeleteEventsRequest.user_id": ID,
    "DeleteEventsRequest.event_ids": {"items": ID},
    "ActivateModelRequest.version": ID,
    "StartTrialRequest.version": ID,
    "StartTrialRequest.kind": {"enum": ["TRIAL_KIND_SHADOW", "TRIAL_KIND_CANARY", 1, 2]},
    "StartTrialRequest.share": _SHARE,
    "PutUserRequest.user_id": ID,
    "PutUserRequest.attributes": {
        "maxProperties": requests.MAX_ATTRIBUTES,
        "propertyNames": ID,
        "additionalProperties": _TEXT,
    },
    "PutUserRequest.taste": _TEXT,
    "SetConsentRequest.user_id": ID,
    "SetConsentRequest.personalization": {
        "enum": [
            "PERSONALIZATION_FULL",
            "PERSONALIZATION_NON_PROFILED",
            "PERSONALIZATION_CONTEXTUAL",
            1,
            2,
            3,
        ]
    },
    "ExportUserRequest.user_id": ID,
    "ExportUserRequest.page_size": _EXPORT_PAGE_SIZE,
    "ExportUserRequest.page_token": _TOKEN,
    "MergeUsersRequest.guest_user_id": ID,
    "MergeUsersRequest.user_id": ID,
    "DeleteUserRequest.user_id": ID,
}


def _only(name: str, *names: str) -> Schema:
    """That one of these, and none of the others."""
    others: Schema = {other: {"type": "null"} for other in names if other != name}
    return {"required": [name], "properties": {name: {"type": "string"}, **others}}


_SOME = {"type": "string", "minLength": 1}
_FOR_WHAT: Schema = {
    "anyOf": [
        {"required": ["recommendationId"], "properties": {"recommendationId": _SOME}},
        {"required": ["userId"], "properties": {"userId": _SOME}},
    ]
}

TOGETHER: Mapping[str, Schema] = {
    "ExplainRequest": _FOR_WHAT,
    "SearchItemsRequest": {
        "oneOf": [_only(name, "text", "image", "audio") for name in ("text", "image", "audio")]
    },
    "DeleteEventsRequest": {
        "oneOf": [
            {
                "required": ["all"],
                "properties": {"all": {"const": True}, "eventIds": {"maxItems": 0}},
            },
            {
                "required": ["eventIds"],
                "properties": {
                    "all": {"enum": [False, None]},
                    "eventIds": {"type": "array", "minItems": 1},
                },
            },
        ]
    },
}
"""What holds of several fields of a message together."""

SAME: Mapping[str, str] = {"StreamExplainRequest": "ExplainRequest"}
"""Messages of the same fields as another one."""
