"""Requests: the dataclasses of `service.api.messages` from generated messages, checked.

Owns the ranges of what a caller may ask, and what "not set" means there: InvalidInput names the
field that is out of range. Field by field and not by `converter`, so that no field comes in
unchecked. Rows of batches are `service.rpc.conversion.batches`. Knows nothing of calls, threads or
status codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from indexer.catalog.fields import identifier, label, text
from indexer.catalog.filter import MAX_FILTER_CHARS
from indexer.catalog.item_field import is_group_field
from palate.v1 import explain_pb2, index_pb2, model_pb2, recommend_pb2, user_pb2
from service.api.fairness import MAX_WINDOWS, FairnessRequest, UserGrouping
from service.api.messages import (
    MAX_K,
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
from service.rpc.conversion.timestamps import unix_seconds

MAX_TEXT_CHARS = 10_000
MAX_HISTORY = 1_000
MAX_EXCLUDED = 10_000
MAX_DOMAINS = 1_000
MAX_ATTRIBUTES = 200
MAX_WISH_PARTS = 100
MAX_PAGE_SIZE = 1_000
DEFAULT_PAGE_SIZE = 100
MAX_EXPORT_PAGE_SIZE = 10_000

_PERSONALIZATION: Mapping[int, Personalization] = {
    recommend_pb2.PERSONALIZATION_UNSPECIFIED: Personalization.FULL,
    recommend_pb2.PERSONALIZATION_FULL: Personalization.FULL,
    recommend_pb2.PERSONALIZATION_NON_PROFILED: Personalization.NON_PROFILED,
    recommend_pb2.PERSONALIZATION_CONTEXTUAL: Personalization.CONTEXTUAL,
}


def recommend_request(message: recommend_pb2.RecommendRequest, language: str) -> RecommendRequest:
    """`language` is that of the reasons where the caller names none."""
    if message.personalization not in _PERSONALIZATION:
        names = ", ".join(recommend_pb2.Personalization.keys())
        raise InvalidInput("personalization", message.personalization, f"it must be one of {names}")
    return RecommendRequest(
        user_id=optional_id(message.user_id, "user_id"),
        k=_k(message.k),
        domains=_domains(message.domains),
        filter=text(message.filter, "filter", MAX_FILTER_CHARS),
        exclude_item_ids=ids(message.exclude_item_ids, "exclude_item_ids", MAX_EXCLUDED),
        include_seen=message.include_seen,
        history_item_ids=ids(message.history_item_ids, "history_item_ids", MAX_HISTORY),
        taste=text(message.taste, "taste", MAX_TEXT_CHARS),
        diversity=_share(message.diversity, "diversity"),
        exploration=_share(message.exploration, "exploration"),
        explain=message.explain,
        language=_language(message.language, language),
        personalization=_PERSONALIZATION[message.personalization],
        scenario=label(message.scenario, "scenario"),
        page_token=text(message.page_token, "page_token", MAX_TEXT_CHARS),
        wish=text(message.wish, "wish", MAX_TEXT_CHARS),
        refine_recommendation_id=optional_id(
            message.refine_recommendation_id, "refine_recommendation_id"
        ),
        without_wish_parts=_wish_parts(message.without_wish_parts),
    )


def similar_request(message: recommend_pb2.SimilarItemsRequest) -> SimilarRequest:
    """Items like `item_id`, which is required."""
    return SimilarRequest(
        item_id=required_id(message.item_id, "item_id"),
        k=_k(message.k),
        domains=_domains(message.domains),
        filter=text(message.filter, "filter", MAX_FILTER_CHARS),
        exclude_item_ids=ids(message.exclude_item_ids, "exclude_item_ids", MAX_EXCLUDED),
    )


def search_request(message: recommend_pb2.SearchItemsRequest) -> SearchRequest:
    """One of text, image and audio is required."""
    if not message.text.strip() and not message.image and not message.audio:
        raise InvalidInput(
            "query", message.text, "it is required: set text, image or audio, and not empty"
        )
    return SearchRequest(
        text=text(message.text, "text", MAX_TEXT_CHARS),
        image=message.image,
        audio=message.audio,
        k=_k(message.k),
        domains=_domains(message.domains),
        filter=text(message.filter, "filter", MAX_FILTER_CHARS),
    )


def online_request(message: recommend_pb2.ReportOnlineRequest) -> OnlineRequest:
    """Unset is everything that is kept, by model."""
    number = message.by or recommend_pb2.ONLINE_BY_MODEL
    if number not in recommend_pb2.OnlineBy.values():
        names = ", ".join(recommend_pb2.OnlineBy.keys())
        raise InvalidInput("by", number, f"it must be one of {names}")
    name = recommend_pb2.OnlineBy.Name(number).removeprefix("ONLINE_BY_")
    return OnlineRequest(max(0.0, unix_seconds(message.since)), OnlineBy[name])


def fairness_request(message: recommend_pb2.ReportFairnessRequest) -> FairnessRequest:
    """Unset is everything that is kept, in as many windows as the report has without being told."""
    provider = text(message.provider, "provider", MAX_TEXT_CHARS)
    if provider and not is_group_field(provider):
        todo = "it must be domain, categories or attributes.NAME"
        raise InvalidInput("provider", provider, todo)
    if not 0 <= message.windows <= MAX_WINDOWS:
        raise InvalidInput("windows", message.windows, f"it must be 1 to {MAX_WINDOWS}")
    names = [required_id(one.name, "groupings.name") for one in message.groupings]
    if taken := [name for name, times in Counter(names).items() if times > 1]:
        raise InvalidInput("groupings", taken[0], "two of them have this name: give each its own")
    return FairnessRequest(
        since=max(0.0, unix_seconds(message.since)),
        provider=provider,
        windows=message.windows or FairnessRequest().windows,
        group_by=text(message.group_by, "group_by", MAX_TEXT_CHARS),
        groupings=[UserGrouping(one.name, dict(one.group_of_user)) for one in message.groupings],
    )


def explain_request(
    message: explain_pb2.ExplainRequest | explain_pb2.StreamExplainRequest, language: str
) -> ExplainRequest:
    """`language` is that of the text where the caller names none."""
    if not message.recommendation_id and not message.user_id:
        raise InvalidInput("recommendation_id", "", "it is required unless user_id is set")
    return ExplainRequest(
        item_id=required_id(message.item_id, "item_id"),
        recommendation_id=optional_id(message.recommendation_id, "recommendation_id"),
        user_id=optional_id(message.user_id, "user_id"),
        language=_language(message.language, language),
        writer=label(message.writer, "writer"),
        instead_of_item_id=optional_id(message.instead_of_item_id, "instead_of_item_id"),
        change=message.change,
        wish=text(message.wish, "wish", MAX_TEXT_CHARS),
        taste=text(message.taste, "taste", MAX_TEXT_CHARS),
    )


def encoder_lines(
    message: model_pb2.ChangeEncodersRequest, allowed: Collection[str]
) -> dict[str, str]:
    """By modality, an empty one where the encoder stays. Those that are not allowed are refused alike,
    whether or not there is such a thing on this machine."""
    lines = {"text": message.text, "image": message.image, "audio": message.audio}
    for name, line in lines.items():
        if line and line not in allowed:
            listed = ", ".join(sorted(allowed))
            why = f"is not among those that may be asked for ({listed}); access.encoders of the server allows more"
            raise InvalidInput(name, text(line, name, MAX_TEXT_CHARS), why)
    return lines


def taste_request(message: explain_pb2.DescribeTasteRequest, language: str) -> TasteRequest:
    """`language` is that of the text where the caller names none."""
    return TasteRequest(
        user_id=required_id(message.user_id, "user_id"),
        language=_language(message.language, language),
        writer=label(message.writer, "writer"),
    )


def list_page(message: index_pb2.ListItemsRequest) -> tuple[int, str, str]:
    """page_size, page_token, domain."""
    if not 0 <= message.page_size <= MAX_PAGE_SIZE:
        raise InvalidInput(
            "page_size", message.page_size, f"it must be 0 to {MAX_PAGE_SIZE:,}; 0 means 100"
        )
    token = text(message.page_token, "page_token", MAX_TEXT_CHARS)
    return message.page_size or DEFAULT_PAGE_SIZE, token, label(message.domain, "domain")


def export_page(message: user_pb2.ExportUserRequest) -> tuple[str, int, str]:
    """user_id, page_size, page_token."""
    if not 0 <= message.page_size <= MAX_EXPORT_PAGE_SIZE:
        why = f"it must be 0 to {MAX_EXPORT_PAGE_SIZE:,}; 0 means all in one page"
        raise InvalidInput("page_size", message.page_size, why)
    token = text(message.page_token, "page_token", MAX_TEXT_CHARS)
    return required_id(message.user_id, "user_id"), message.page_size, token


def chosen_events(
    message: index_pb2.DeleteEventsRequest, limit: int
) -> tuple[str, list[str] | None]:
    """user_id and the ids of the events to delete; None is all of them, which must be asked for."""
    user_id = required_id(message.user_id, "user_id")
    if message.all and message.event_ids:
        raise InvalidInput("all", True, "it must not be set together with event_ids")
    if not message.all and not message.event_ids:
        raise InvalidInput(
            "event_ids", [], "it is required; to delete every event of the user, set all"
        )
    return user_id, None if message.all else ids(message.event_ids, "event_ids", limit)


def trial_request(message: model_pb2.StartTrialRequest) -> TrialRequest:
    """Its kind is required."""
    kinds = {model_pb2.TRIAL_KIND_SHADOW: TrialKind.SHADOW, model_pb2.TRIAL_KIND_CANARY: TrialKind.CANARY}  # fmt: skip
    if message.kind not in kinds:
        why = "it must be TRIAL_KIND_SHADOW or TRIAL_KIND_CANARY"
        raise InvalidInput("kind", message.kind, why)
    version = required_id(message.version, "version")
    return TrialRequest(version, kinds[message.kind], _share(message.share, "share"))


def user_profile(message: user_pb2.PutUserRequest) -> UserProfile:
    """At most MAX_ATTRIBUTES attributes, sorted by name."""
    attributes = message.attributes
    if len(attributes) > MAX_ATTRIBUTES:
        raise TooLarge("attributes", len(attributes), MAX_ATTRIBUTES)
    return UserProfile(
        user_id=required_id(message.user_id, "user_id"),
        attributes={
            required_id(name, "attributes"): text(value, f"attributes.{name}", MAX_TEXT_CHARS)
            for name, value in sorted(attributes.items())
        },
        taste=text(message.taste, "taste", MAX_TEXT_CHARS),
    )


def stated_consent(message: user_pb2.SetConsentRequest) -> tuple[str, Personalization]:
    """Whose, and what it is."""
    user_id, number = required_id(message.user_id, "user_id"), message.personalization
    known = {n: one for n, one in _PERSONALIZATION.items() if n}
    if number not in known:
        names = ", ".join(recommend_pb2.Personalization.Name(n) for n in known)
        raise InvalidInput("personalization", number, f"it must be one of {names}")
    return user_id, known[number]


def required_id(value: str, field: str) -> str:
    """InvalidInput names `field` where the id is empty, too long or not printable."""
    return identifier({field: value}, field)


def optional_id(value: str, field: str) -> str:
    """The same, and empty where it is not set."""
    return required_id(value, field) if value else ""


def ids(values: Sequence[str], field: str, limit: int) -> list[str]:
    """Any number up to `limit`, in the order given; TooLarge beyond it."""
    _check_count(values, field, limit)
    return [required_id(value, field) for value in values]


def some_ids(values: Sequence[str], field: str, limit: int) -> list[str]:
    """At least one, each once."""
    if not values:
        raise InvalidInput(field, [], "it is required: at least one")
    return list(dict.fromkeys(ids(values, field, limit)))


def _domains(values: Sequence[str]) -> list[str]:
    return ids(values, "domains", MAX_DOMAINS)


def _wish_parts(texts: Sequence[str]) -> list[str]:
    _check_count(texts, "without_wish_parts", MAX_WISH_PARTS)
    return [text(one, "without_wish_parts", MAX_TEXT_CHARS) for one in texts]


def _check_count(values: Collection[object], field: str, limit: int) -> None:
    if len(values) > limit:
        raise TooLarge(field, len(values), limit)


def _k(value: int) -> int:
    if not 0 <= value <= MAX_K:
        raise InvalidInput("k", value, f"it must be 0 to {MAX_K}; 0 means 10")
    return value


def _share(value: float, field: str) -> float:
    if not 0.0 <= value <= 1.0:  # also true of NaN
        raise InvalidInput(field, value, "it must be a number from 0 to 1")
    return value


def _language(value: str, default: str) -> str:
    if value and value not in language_codes():
        raise InvalidInput("language", value, f"it must be one of {', '.join(language_codes())}")
    return value or default
