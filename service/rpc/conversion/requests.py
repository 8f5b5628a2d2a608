"""Requests: the dataclasses of `service.api.messages` from generated messages, checked.

Owns what "not set" means, and what the rules of the contract cannot say: what several fields may be
together, and what depends on the settings. InvalidInput names the field that is not acceptable. Rows
of batches are `service.rpc.conversion.batches`. Knows nothing of calls, threads or status codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from indexer.catalog.fields import identifier
from indexer.catalog.item_field import is_group_field
from palate.v1 import explain_pb2, index_pb2, model_pb2, recommend_pb2, user_pb2
from service.api.fairness import FairnessRequest, UserGrouping
from service.api.messages import (
    DEFAULT_K,
    ExplainRequest,
    OnlineBy,
    OnlineRequest,
    Personalization,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    TrialKind,
    TrialRequest,
    UserProfile,
)
from service.errors import InvalidInput, TooLarge
from service.explainer.languages.codes import language_codes
from service.rpc.conversion.constraints import Constraints
from service.rpc.conversion.timestamps import unix_seconds

M = TypeVar("M", bound=Message)

DEFAULT_PAGE_SIZE = 100

REQUESTS: Sequence[Descriptor] = [
    rpc.input_type
    for file in (explain_pb2, index_pb2, model_pb2, recommend_pb2, user_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for rpc in service.methods
]
_CONSTRAINTS = Constraints(
    REQUESTS,
    zero_means={
        "RecommendRequest.k": str(DEFAULT_K),
        "SimilarItemsRequest.k": str(DEFAULT_K),
        "SearchItemsRequest.k": str(DEFAULT_K),
        "ListItemsRequest.page_size": str(DEFAULT_PAGE_SIZE),
        "ExportUserRequest.page_size": "all in one page",
    },
)

_PERSONALIZATION: Mapping[int, Personalization] = {
    recommend_pb2.PERSONALIZATION_UNSPECIFIED: Personalization.FULL,
    recommend_pb2.PERSONALIZATION_FULL: Personalization.FULL,
    recommend_pb2.PERSONALIZATION_NON_PROFILED: Personalization.NON_PROFILED,
    recommend_pb2.PERSONALIZATION_CONTEXTUAL: Personalization.CONTEXTUAL,
}


def recommend_request(message: recommend_pb2.RecommendRequest, language: str) -> RecommendRequest:
    """`language` is that of the reasons where the caller names none."""
    _CONSTRAINTS.check(message)
    return RecommendRequest(
        user_id=message.user_id,
        k=message.k,
        domains=list(message.domains),
        filter=message.filter,
        exclude_item_ids=list(message.exclude_item_ids),
        include_seen=message.include_seen,
        history_item_ids=list(message.history_item_ids),
        taste=message.taste,
        diversity=message.diversity,
        exploration=message.exploration,
        explain=message.explain,
        language=_language(message.language, language),
        personalization=_PERSONALIZATION[message.personalization],
        scenario=message.scenario,
        page_token=message.page_token,
        wish=message.wish,
        refine_recommendation_id=message.refine_recommendation_id,
        without_wish_parts=list(message.without_wish_parts),
    )


def similar_request(message: recommend_pb2.SimilarItemsRequest) -> SimilarRequest:
    """Items like `item_id`, which is required."""
    _CONSTRAINTS.check(message)
    return SimilarRequest(
        item_id=message.item_id,
        k=message.k,
        domains=list(message.domains),
        filter=message.filter,
        exclude_item_ids=list(message.exclude_item_ids),
    )


def search_request(message: recommend_pb2.SearchItemsRequest) -> SearchRequest:
    """One of text, image and audio is required."""
    _CONSTRAINTS.check(message)
    return SearchRequest(
        text=message.text,
        image=message.image,
        audio=message.audio,
        k=message.k,
        domains=list(message.domains),
        filter=message.filter,
    )


def online_request(message: recommend_pb2.ReportOnlineRequest) -> OnlineRequest:
    """Unset is everything that is kept, by model."""
    _CONSTRAINTS.check(message)
    name = recommend_pb2.OnlineBy.Name(message.by or recommend_pb2.ONLINE_BY_MODEL)
    by = OnlineBy[name.removeprefix("ONLINE_BY_")]
    return OnlineRequest(max(0.0, unix_seconds(message.since)), by)


def fairness_request(message: recommend_pb2.ReportFairnessRequest) -> FairnessRequest:
    """Unset is everything that is kept, in as many windows as the report has without being told."""
    _CONSTRAINTS.check(message)
    if message.provider and not is_group_field(message.provider):
        todo = "it must be domain, categories or attributes.NAME"
        raise InvalidInput("provider", message.provider, todo)
    field = "groupings.name"
    names = [identifier({field: one.name}, field) for one in message.groupings]
    if taken := [name for name, times in Counter(names).items() if times > 1]:
        raise InvalidInput("groupings", taken[0], "two of them have this name: give each its own")
    return FairnessRequest(
        since=max(0.0, unix_seconds(message.since)),
        provider=message.provider,
        windows=message.windows or FairnessRequest().windows,
        group_by=message.group_by,
        groupings=[UserGrouping(one.name, dict(one.group_of_user)) for one in message.groupings],
    )


def explain_request(
    message: explain_pb2.ExplainRequest | explain_pb2.StreamExplainRequest, language: str
) -> ExplainRequest:
    """`language` is that of the text where the caller names none."""
    if not message.recommendation_id and not message.user_id:
        raise InvalidInput("recommendation_id", "", "it is required unless user_id is set")
    _CONSTRAINTS.check(message)
    return ExplainRequest(
        item_id=message.item_id,
        recommendation_id=message.recommendation_id,
        user_id=message.user_id,
        language=_language(message.language, language),
        writer=message.writer,
        instead_of_item_id=message.instead_of_item_id,
        change=message.change,
        wish=message.wish,
        taste=message.taste,
    )


def encoder_lines(
    message: model_pb2.ChangeEncodersRequest, allowed: Collection[str]
) -> dict[str, str]:
    """By modality, an empty one where the encoder stays. Those that are not allowed are refused alike,
    whether or not there is such a thing on this machine."""
    _CONSTRAINTS.check(message)
    lines = {"text": message.text, "image": message.image, "audio": message.audio}
    for name, line in lines.items():
        if line and line not in allowed:
            listed = ", ".join(sorted(allowed))
            why = f"is not among those that may be asked for ({listed}); access.encoders of the server allows more"
            raise InvalidInput(name, line, why)
    return lines


def taste_request(message: explain_pb2.DescribeTasteRequest, language: str) -> TasteRequest:
    """`language` is that of the text where the caller names none."""
    _CONSTRAINTS.check(message)
    return TasteRequest(
        user_id=message.user_id,
        language=_language(message.language, language),
        writer=message.writer,
    )


def list_page(message: index_pb2.ListItemsRequest) -> tuple[int, str, str]:
    """page_size, page_token, domain."""
    _CONSTRAINTS.check(message)
    return message.page_size or DEFAULT_PAGE_SIZE, message.page_token, message.domain


def export_page(message: user_pb2.ExportUserRequest) -> tuple[str, int, str]:
    """user_id, page_size, page_token."""
    _CONSTRAINTS.check(message)
    return message.user_id, message.page_size, message.page_token


def chosen_events(
    message: index_pb2.DeleteEventsRequest, limit: int
) -> tuple[str, list[str] | None]:
    """user_id and the ids of the events to delete; None is all of them, which must be asked for.
    TooLarge for more than `limit`."""
    _check_count(message.event_ids, "event_ids", limit)
    _CONSTRAINTS.check(message)
    if message.all and message.event_ids:
        raise InvalidInput("all", True, "it must not be set together with event_ids")
    if not message.all and not message.event_ids:
        raise InvalidInput(
            "event_ids", [], "it is required; to delete every event of the user, set all"
        )
    return message.user_id, None if message.all else list(message.event_ids)


def chosen_items(message: index_pb2.DeleteItemsRequest, limit: int) -> list[str]:
    """The ids of the items to delete, each once; TooLarge for more than `limit`."""
    _check_count(message.item_ids, "item_ids", limit)
    _CONSTRAINTS.check(message)
    return list(dict.fromkeys(message.item_ids))


def trial_request(message: model_pb2.StartTrialRequest) -> TrialRequest:
    """Its kind is required."""
    _CONSTRAINTS.check(message)
    name = model_pb2.TrialKind.Name(message.kind).removeprefix("TRIAL_KIND_")
    return TrialRequest(message.version, TrialKind[name], message.share)


def user_profile(message: user_pb2.PutUserRequest) -> UserProfile:
    """Its attributes sorted by name."""
    _CONSTRAINTS.check(message)
    attributes = dict(sorted(message.attributes.items()))
    return UserProfile(message.user_id, attributes, message.taste)


def stated_consent(message: user_pb2.SetConsentRequest) -> tuple[str, Personalization]:
    """Whose, and what it is."""
    _CONSTRAINTS.check(message)
    return message.user_id, _PERSONALIZATION[message.personalization]


def checked(message: M) -> M:
    """A request of which the rules of the contract say all."""
    _CONSTRAINTS.check(message)
    return message


def _check_count(values: Collection[object], field: str, limit: int) -> None:
    if len(values) > limit:
        raise TooLarge(field, len(values), limit)


def _language(value: str, default: str) -> str:
    if value and value not in language_codes():
        raise InvalidInput("language", value, f"it must be one of {', '.join(language_codes())}")
    return value or default
