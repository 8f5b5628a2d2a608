from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from palate.v1 import catalog_pb2 as _catalog_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Personalization(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERSONALIZATION_UNSPECIFIED: _ClassVar[Personalization]
    PERSONALIZATION_FULL: _ClassVar[Personalization]
    PERSONALIZATION_NON_PROFILED: _ClassVar[Personalization]
    PERSONALIZATION_CONTEXTUAL: _ClassVar[Personalization]

class WishPartKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WISH_PART_KIND_UNSPECIFIED: _ClassVar[WishPartKind]
    WISH_PART_KIND_WANTED: _ClassVar[WishPartKind]
    WISH_PART_KIND_PREFERRED: _ClassVar[WishPartKind]
    WISH_PART_KIND_RULED_OUT: _ClassVar[WishPartKind]
    WISH_PART_KIND_AVOIDED: _ClassVar[WishPartKind]
    WISH_PART_KIND_LIMIT: _ClassVar[WishPartKind]
    WISH_PART_KIND_LIKE_ITEM: _ClassVar[WishPartKind]
    WISH_PART_KIND_UNLIKE_ITEM: _ClassVar[WishPartKind]
    WISH_PART_KIND_NOT_UNDERSTOOD: _ClassVar[WishPartKind]
    WISH_PART_KIND_LESS: _ClassVar[WishPartKind]

class OnlineBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ONLINE_BY_UNSPECIFIED: _ClassVar[OnlineBy]
    ONLINE_BY_MODEL: _ClassVar[OnlineBy]
    ONLINE_BY_SOURCE: _ClassVar[OnlineBy]
    ONLINE_BY_SCENARIO: _ClassVar[OnlineBy]
    ONLINE_BY_SLICE: _ClassVar[OnlineBy]
    ONLINE_BY_POSITION: _ClassVar[OnlineBy]
PERSONALIZATION_UNSPECIFIED: Personalization
PERSONALIZATION_FULL: Personalization
PERSONALIZATION_NON_PROFILED: Personalization
PERSONALIZATION_CONTEXTUAL: Personalization
WISH_PART_KIND_UNSPECIFIED: WishPartKind
WISH_PART_KIND_WANTED: WishPartKind
WISH_PART_KIND_PREFERRED: WishPartKind
WISH_PART_KIND_RULED_OUT: WishPartKind
WISH_PART_KIND_AVOIDED: WishPartKind
WISH_PART_KIND_LIMIT: WishPartKind
WISH_PART_KIND_LIKE_ITEM: WishPartKind
WISH_PART_KIND_UNLIKE_ITEM: WishPartKind
WISH_PART_KIND_NOT_UNDERSTOOD: WishPartKind
WISH_PART_KIND_LESS: WishPartKind
ONLINE_BY_UNSPECIFIED: OnlineBy
ONLINE_BY_MODEL: OnlineBy
ONLINE_BY_SOURCE: OnlineBy
ONLINE_BY_SCENARIO: OnlineBy
ONLINE_BY_SLICE: OnlineBy
ONLINE_BY_POSITION: OnlineBy

class RecommendRequest(_message.Message):
    __slots__ = ("user_id", "k", "domains", "filter", "exclude_item_ids", "include_seen", "history_item_ids", "taste", "diversity", "exploration", "explain", "personalization", "scenario", "page_token", "language", "wish", "refine_recommendation_id", "without_wish_parts")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SEEN_FIELD_NUMBER: _ClassVar[int]
    HISTORY_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    TASTE_FIELD_NUMBER: _ClassVar[int]
    DIVERSITY_FIELD_NUMBER: _ClassVar[int]
    EXPLORATION_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    PERSONALIZATION_FIELD_NUMBER: _ClassVar[int]
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    REFINE_RECOMMENDATION_ID_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_WISH_PARTS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    k: int
    domains: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    exclude_item_ids: _containers.RepeatedScalarFieldContainer[str]
    include_seen: bool
    history_item_ids: _containers.RepeatedScalarFieldContainer[str]
    taste: str
    diversity: float
    exploration: float
    explain: bool
    personalization: Personalization
    scenario: str
    page_token: str
    language: str
    wish: str
    refine_recommendation_id: str
    without_wish_parts: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., k: _Optional[int] = ..., domains: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., exclude_item_ids: _Optional[_Iterable[str]] = ..., include_seen: bool = ..., history_item_ids: _Optional[_Iterable[str]] = ..., taste: _Optional[str] = ..., diversity: _Optional[float] = ..., exploration: _Optional[float] = ..., explain: bool = ..., personalization: _Optional[_Union[Personalization, str]] = ..., scenario: _Optional[str] = ..., page_token: _Optional[str] = ..., language: _Optional[str] = ..., wish: _Optional[str] = ..., refine_recommendation_id: _Optional[str] = ..., without_wish_parts: _Optional[_Iterable[str]] = ...) -> None: ...

class WishPart(_message.Message):
    __slots__ = ("kind", "text", "field", "values", "filter", "item_id", "low", "high", "is_strict", "words")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    IS_STRICT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    kind: WishPartKind
    text: str
    field: str
    values: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    item_id: str
    low: float
    high: float
    is_strict: bool
    words: str
    def __init__(self, kind: _Optional[_Union[WishPartKind, str]] = ..., text: _Optional[str] = ..., field: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., item_id: _Optional[str] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., is_strict: bool = ..., words: _Optional[str] = ...) -> None: ...

class WishReading(_message.Message):
    __slots__ = ("text", "parts", "reader")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    text: str
    parts: _containers.RepeatedCompositeFieldContainer[WishPart]
    reader: str
    def __init__(self, text: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[WishPart, _Mapping]]] = ..., reader: _Optional[str] = ...) -> None: ...

class RecommendResponse(_message.Message):
    __slots__ = ("recommendation_id", "results", "model_version", "degraded", "missing_item_ids", "next_page_token", "stage_ms", "wish")
    class StageMsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    RECOMMENDATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    MISSING_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STAGE_MS_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    recommendation_id: str
    results: _containers.RepeatedCompositeFieldContainer[ScoredItem]
    model_version: str
    degraded: _containers.RepeatedScalarFieldContainer[str]
    missing_item_ids: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    stage_ms: _containers.ScalarMap[str, float]
    wish: WishReading
    def __init__(self, recommendation_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[ScoredItem, _Mapping]]] = ..., model_version: _Optional[str] = ..., degraded: _Optional[_Iterable[str]] = ..., missing_item_ids: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., stage_ms: _Optional[_Mapping[str, float]] = ..., wish: _Optional[_Union[WishReading, _Mapping]] = ...) -> None: ...

class ScoredItem(_message.Message):
    __slots__ = ("item_id", "rank", "score", "sources", "item", "reason")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    rank: int
    score: float
    sources: _containers.RepeatedScalarFieldContainer[str]
    item: _catalog_pb2.Item
    reason: str
    def __init__(self, item_id: _Optional[str] = ..., rank: _Optional[int] = ..., score: _Optional[float] = ..., sources: _Optional[_Iterable[str]] = ..., item: _Optional[_Union[_catalog_pb2.Item, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class SimilarItemsRequest(_message.Message):
    __slots__ = ("item_id", "k", "domains", "filter", "exclude_item_ids")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    EXCLUDE_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    k: int
    domains: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    exclude_item_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, item_id: _Optional[str] = ..., k: _Optional[int] = ..., domains: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ..., exclude_item_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class SimilarItemsResponse(_message.Message):
    __slots__ = ("results", "model_version", "degraded", "missing_item_ids", "stage_ms")
    class StageMsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    MISSING_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    STAGE_MS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ScoredItem]
    model_version: str
    degraded: _containers.RepeatedScalarFieldContainer[str]
    missing_item_ids: _containers.RepeatedScalarFieldContainer[str]
    stage_ms: _containers.ScalarMap[str, float]
    def __init__(self, results: _Optional[_Iterable[_Union[ScoredItem, _Mapping]]] = ..., model_version: _Optional[str] = ..., degraded: _Optional[_Iterable[str]] = ..., missing_item_ids: _Optional[_Iterable[str]] = ..., stage_ms: _Optional[_Mapping[str, float]] = ...) -> None: ...

class SearchItemsRequest(_message.Message):
    __slots__ = ("text", "image", "audio", "k", "domains", "filter")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    DOMAINS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    text: str
    image: bytes
    audio: bytes
    k: int
    domains: _containers.RepeatedScalarFieldContainer[str]
    filter: str
    def __init__(self, text: _Optional[str] = ..., image: _Optional[bytes] = ..., audio: _Optional[bytes] = ..., k: _Optional[int] = ..., domains: _Optional[_Iterable[str]] = ..., filter: _Optional[str] = ...) -> None: ...

class SearchItemsResponse(_message.Message):
    __slots__ = ("results", "model_version", "degraded", "stage_ms")
    class StageMsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    STAGE_MS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ScoredItem]
    model_version: str
    degraded: _containers.RepeatedScalarFieldContainer[str]
    stage_ms: _containers.ScalarMap[str, float]
    def __init__(self, results: _Optional[_Iterable[_Union[ScoredItem, _Mapping]]] = ..., model_version: _Optional[str] = ..., degraded: _Optional[_Iterable[str]] = ..., stage_ms: _Optional[_Mapping[str, float]] = ...) -> None: ...

class ReportOnlineRequest(_message.Message):
    __slots__ = ("since", "by")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    since: _timestamp_pb2.Timestamp
    by: OnlineBy
    def __init__(self, since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[_Union[OnlineBy, str]] = ...) -> None: ...

class ReportOnlineResponse(_message.Message):
    __slots__ = ("by", "since", "kept_since", "answers", "groups", "shown_placements", "attribution")
    BY_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    KEPT_SINCE_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    SHOWN_PLACEMENTS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    by: OnlineBy
    since: _timestamp_pb2.Timestamp
    kept_since: _timestamp_pb2.Timestamp
    answers: int
    groups: _containers.RepeatedCompositeFieldContainer[OnlineGroup]
    shown_placements: _containers.RepeatedScalarFieldContainer[str]
    attribution: OnlineAttribution
    def __init__(self, by: _Optional[_Union[OnlineBy, str]] = ..., since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., kept_since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., answers: _Optional[int] = ..., groups: _Optional[_Iterable[_Union[OnlineGroup, _Mapping]]] = ..., shown_placements: _Optional[_Iterable[str]] = ..., attribution: _Optional[_Union[OnlineAttribution, _Mapping]] = ...) -> None: ...

class OnlineGroup(_message.Message):
    __slots__ = ("name", "answers", "people", "served", "impressions", "clicks", "conversions", "impressions_with_dwell", "ctr", "conversion", "dwell_s")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    SERVED_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    CLICKS_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_WITH_DWELL_FIELD_NUMBER: _ClassVar[int]
    CTR_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    DWELL_S_FIELD_NUMBER: _ClassVar[int]
    name: str
    answers: int
    people: int
    served: int
    impressions: int
    clicks: int
    conversions: int
    impressions_with_dwell: int
    ctr: OnlineFigure
    conversion: OnlineFigure
    dwell_s: OnlineFigure
    def __init__(self, name: _Optional[str] = ..., answers: _Optional[int] = ..., people: _Optional[int] = ..., served: _Optional[int] = ..., impressions: _Optional[int] = ..., clicks: _Optional[int] = ..., conversions: _Optional[int] = ..., impressions_with_dwell: _Optional[int] = ..., ctr: _Optional[_Union[OnlineFigure, _Mapping]] = ..., conversion: _Optional[_Union[OnlineFigure, _Mapping]] = ..., dwell_s: _Optional[_Union[OnlineFigure, _Mapping]] = ...) -> None: ...

class OnlineFigure(_message.Message):
    __slots__ = ("value", "low", "high")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    value: float
    low: float
    high: float
    def __init__(self, value: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class OnlineAttribution(_message.Message):
    __slots__ = ("attributed", "unattributed", "unknown_answer", "other_person", "other_item", "late")
    ATTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    UNATTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_ANSWER_FIELD_NUMBER: _ClassVar[int]
    OTHER_PERSON_FIELD_NUMBER: _ClassVar[int]
    OTHER_ITEM_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    attributed: int
    unattributed: int
    unknown_answer: int
    other_person: int
    other_item: int
    late: int
    def __init__(self, attributed: _Optional[int] = ..., unattributed: _Optional[int] = ..., unknown_answer: _Optional[int] = ..., other_person: _Optional[int] = ..., other_item: _Optional[int] = ..., late: _Optional[int] = ...) -> None: ...

class ReportFairnessRequest(_message.Message):
    __slots__ = ("since", "provider", "windows", "group_by", "groupings")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    GROUPINGS_FIELD_NUMBER: _ClassVar[int]
    since: _timestamp_pb2.Timestamp
    provider: str
    windows: int
    group_by: str
    groupings: _containers.RepeatedCompositeFieldContainer[UserGrouping]
    def __init__(self, since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., provider: _Optional[str] = ..., windows: _Optional[int] = ..., group_by: _Optional[str] = ..., groupings: _Optional[_Iterable[_Union[UserGrouping, _Mapping]]] = ...) -> None: ...

class UserGrouping(_message.Message):
    __slots__ = ("name", "group_of_user")
    class GroupOfUserEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    GROUP_OF_USER_FIELD_NUMBER: _ClassVar[int]
    name: str
    group_of_user: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., group_of_user: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ReportFairnessResponse(_message.Message):
    __slots__ = ("since", "answers", "people", "impressions", "items", "gini", "effective_items", "exposure", "users", "windows", "trends", "notes")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    GINI_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ITEMS_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    TRENDS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    since: _timestamp_pb2.Timestamp
    answers: int
    people: int
    impressions: int
    items: int
    gini: OnlineFigure
    effective_items: OnlineFigure
    exposure: _containers.RepeatedCompositeFieldContainer[ExposureBy]
    users: _containers.RepeatedCompositeFieldContainer[UsersBy]
    windows: _containers.RepeatedCompositeFieldContainer[FairnessWindow]
    trends: _containers.RepeatedCompositeFieldContainer[FairnessTrend]
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., answers: _Optional[int] = ..., people: _Optional[int] = ..., impressions: _Optional[int] = ..., items: _Optional[int] = ..., gini: _Optional[_Union[OnlineFigure, _Mapping]] = ..., effective_items: _Optional[_Union[OnlineFigure, _Mapping]] = ..., exposure: _Optional[_Iterable[_Union[ExposureBy, _Mapping]]] = ..., users: _Optional[_Iterable[_Union[UsersBy, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[FairnessWindow, _Mapping]]] = ..., trends: _Optional[_Iterable[_Union[FairnessTrend, _Mapping]]] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class ExposureBy(_message.Message):
    __slots__ = ("kind", "groups", "unexposed")
    KIND_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    UNEXPOSED_FIELD_NUMBER: _ClassVar[int]
    kind: str
    groups: _containers.RepeatedCompositeFieldContainer[ExposureGroup]
    unexposed: int
    def __init__(self, kind: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[ExposureGroup, _Mapping]]] = ..., unexposed: _Optional[int] = ...) -> None: ...

class ExposureGroup(_message.Message):
    __slots__ = ("name", "items", "of_catalogue", "of_choices", "impressions", "exposure", "to_catalogue", "to_choices", "ctr")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    OF_CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    OF_CHOICES_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    TO_CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    TO_CHOICES_FIELD_NUMBER: _ClassVar[int]
    CTR_FIELD_NUMBER: _ClassVar[int]
    name: str
    items: int
    of_catalogue: float
    of_choices: float
    impressions: int
    exposure: OnlineFigure
    to_catalogue: OnlineFigure
    to_choices: OnlineFigure
    ctr: OnlineFigure
    def __init__(self, name: _Optional[str] = ..., items: _Optional[int] = ..., of_catalogue: _Optional[float] = ..., of_choices: _Optional[float] = ..., impressions: _Optional[int] = ..., exposure: _Optional[_Union[OnlineFigure, _Mapping]] = ..., to_catalogue: _Optional[_Union[OnlineFigure, _Mapping]] = ..., to_choices: _Optional[_Union[OnlineFigure, _Mapping]] = ..., ctr: _Optional[_Union[OnlineFigure, _Mapping]] = ...) -> None: ...

class UsersBy(_message.Message):
    __slots__ = ("kind", "groups")
    KIND_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    groups: _containers.RepeatedCompositeFieldContainer[UserGroup]
    def __init__(self, kind: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[UserGroup, _Mapping]]] = ...) -> None: ...

class UserGroup(_message.Message):
    __slots__ = ("figures", "ctr_difference", "head")
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    CTR_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    figures: OnlineGroup
    ctr_difference: OnlineFigure
    head: OnlineFigure
    def __init__(self, figures: _Optional[_Union[OnlineGroup, _Mapping]] = ..., ctr_difference: _Optional[_Union[OnlineFigure, _Mapping]] = ..., head: _Optional[_Union[OnlineFigure, _Mapping]] = ...) -> None: ...

class FairnessWindow(_message.Message):
    __slots__ = ("since", "until", "answers", "people", "gini", "effective_items", "head")
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    GINI_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ITEMS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    answers: int
    people: int
    gini: OnlineFigure
    effective_items: OnlineFigure
    head: OnlineFigure
    def __init__(self, since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., answers: _Optional[int] = ..., people: _Optional[int] = ..., gini: _Optional[_Union[OnlineFigure, _Mapping]] = ..., effective_items: _Optional[_Union[OnlineFigure, _Mapping]] = ..., head: _Optional[_Union[OnlineFigure, _Mapping]] = ...) -> None: ...

class FairnessTrend(_message.Message):
    __slots__ = ("figure", "slope", "verdict")
    FIGURE_FIELD_NUMBER: _ClassVar[int]
    SLOPE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    figure: str
    slope: OnlineFigure
    verdict: str
    def __init__(self, figure: _Optional[str] = ..., slope: _Optional[_Union[OnlineFigure, _Mapping]] = ..., verdict: _Optional[str] = ...) -> None: ...
