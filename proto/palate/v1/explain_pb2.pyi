from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EvidenceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVIDENCE_KIND_UNSPECIFIED: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_HISTORY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_CATEGORY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_ATTRIBUTE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_TEXT_SIMILARITY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_IMAGE_SIMILARITY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_CO_ENGAGEMENT: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_POPULARITY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_NEWNESS: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_TASTE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_EXPLORATION: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_RULE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_COLD_START: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_TREND: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_SPONSORSHIP: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_CONTRAST: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_CHANGE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_PREFERENCE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_AVERSION: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_RISE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_FALL: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_RANGE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_DOMAIN: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_EXAMPLE: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_AUDIO_SIMILARITY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_MEDIA_SIMILARITY: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_WISH: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_ASPECT: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_PLACEMENT: _ClassVar[EvidenceKind]
    EVIDENCE_KIND_FREQUENT: _ClassVar[EvidenceKind]
EVIDENCE_KIND_UNSPECIFIED: EvidenceKind
EVIDENCE_KIND_HISTORY: EvidenceKind
EVIDENCE_KIND_CATEGORY: EvidenceKind
EVIDENCE_KIND_ATTRIBUTE: EvidenceKind
EVIDENCE_KIND_TEXT_SIMILARITY: EvidenceKind
EVIDENCE_KIND_IMAGE_SIMILARITY: EvidenceKind
EVIDENCE_KIND_CO_ENGAGEMENT: EvidenceKind
EVIDENCE_KIND_POPULARITY: EvidenceKind
EVIDENCE_KIND_NEWNESS: EvidenceKind
EVIDENCE_KIND_TASTE: EvidenceKind
EVIDENCE_KIND_EXPLORATION: EvidenceKind
EVIDENCE_KIND_RULE: EvidenceKind
EVIDENCE_KIND_COLD_START: EvidenceKind
EVIDENCE_KIND_TREND: EvidenceKind
EVIDENCE_KIND_SPONSORSHIP: EvidenceKind
EVIDENCE_KIND_CONTRAST: EvidenceKind
EVIDENCE_KIND_CHANGE: EvidenceKind
EVIDENCE_KIND_PREFERENCE: EvidenceKind
EVIDENCE_KIND_AVERSION: EvidenceKind
EVIDENCE_KIND_RISE: EvidenceKind
EVIDENCE_KIND_FALL: EvidenceKind
EVIDENCE_KIND_RANGE: EvidenceKind
EVIDENCE_KIND_DOMAIN: EvidenceKind
EVIDENCE_KIND_EXAMPLE: EvidenceKind
EVIDENCE_KIND_AUDIO_SIMILARITY: EvidenceKind
EVIDENCE_KIND_MEDIA_SIMILARITY: EvidenceKind
EVIDENCE_KIND_WISH: EvidenceKind
EVIDENCE_KIND_ASPECT: EvidenceKind
EVIDENCE_KIND_PLACEMENT: EvidenceKind
EVIDENCE_KIND_FREQUENT: EvidenceKind

class Evidence(_message.Message):
    __slots__ = ("kind", "weight", "item_id", "title", "event_type", "event_value", "name", "value", "count", "similarity", "score_drop", "domain", "window_days", "percentile", "total", "lift", "since", "earlier_count", "earlier_total", "low", "high")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    EVENT_VALUE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    SCORE_DROP_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    EARLIER_COUNT_FIELD_NUMBER: _ClassVar[int]
    EARLIER_TOTAL_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    kind: EvidenceKind
    weight: float
    item_id: str
    title: str
    event_type: str
    event_value: float
    name: str
    value: str
    count: int
    similarity: float
    score_drop: float
    domain: str
    window_days: int
    percentile: float
    total: int
    lift: float
    since: str
    earlier_count: int
    earlier_total: int
    low: float
    high: float
    def __init__(self, kind: _Optional[_Union[EvidenceKind, str]] = ..., weight: _Optional[float] = ..., item_id: _Optional[str] = ..., title: _Optional[str] = ..., event_type: _Optional[str] = ..., event_value: _Optional[float] = ..., name: _Optional[str] = ..., value: _Optional[str] = ..., count: _Optional[int] = ..., similarity: _Optional[float] = ..., score_drop: _Optional[float] = ..., domain: _Optional[str] = ..., window_days: _Optional[int] = ..., percentile: _Optional[float] = ..., total: _Optional[int] = ..., lift: _Optional[float] = ..., since: _Optional[str] = ..., earlier_count: _Optional[int] = ..., earlier_total: _Optional[int] = ..., low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("recommendation_id", "item_id", "user_id", "language", "writer", "instead_of_item_id", "change", "wish", "taste")
    RECOMMENDATION_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    INSTEAD_OF_ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    TASTE_FIELD_NUMBER: _ClassVar[int]
    recommendation_id: str
    item_id: str
    user_id: str
    language: str
    writer: str
    instead_of_item_id: str
    change: bool
    wish: str
    taste: str
    def __init__(self, recommendation_id: _Optional[str] = ..., item_id: _Optional[str] = ..., user_id: _Optional[str] = ..., language: _Optional[str] = ..., writer: _Optional[str] = ..., instead_of_item_id: _Optional[str] = ..., change: bool = ..., wish: _Optional[str] = ..., taste: _Optional[str] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("evidence", "text")
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    text: str
    def __init__(self, evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., text: _Optional[str] = ...) -> None: ...

class Feedback(_message.Message):
    __slots__ = ("user_id", "item_id", "event_type")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    item_id: str
    event_type: str
    def __init__(self, user_id: _Optional[str] = ..., item_id: _Optional[str] = ..., event_type: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("text", "writer", "evidence", "model_version", "item_id", "title", "language", "degraded", "parameters", "change", "less_of_this")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    LESS_OF_THIS_FIELD_NUMBER: _ClassVar[int]
    text: str
    writer: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    model_version: str
    item_id: str
    title: str
    language: str
    degraded: _containers.RepeatedScalarFieldContainer[str]
    parameters: _containers.ScalarMap[str, float]
    change: Change
    less_of_this: Feedback
    def __init__(self, text: _Optional[str] = ..., writer: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., model_version: _Optional[str] = ..., item_id: _Optional[str] = ..., title: _Optional[str] = ..., language: _Optional[str] = ..., degraded: _Optional[_Iterable[str]] = ..., parameters: _Optional[_Mapping[str, float]] = ..., change: _Optional[_Union[Change, _Mapping]] = ..., less_of_this: _Optional[_Union[Feedback, _Mapping]] = ...) -> None: ...

class StreamExplainRequest(_message.Message):
    __slots__ = ("recommendation_id", "item_id", "user_id", "language", "writer", "instead_of_item_id", "change", "wish", "taste")
    RECOMMENDATION_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    INSTEAD_OF_ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    WISH_FIELD_NUMBER: _ClassVar[int]
    TASTE_FIELD_NUMBER: _ClassVar[int]
    recommendation_id: str
    item_id: str
    user_id: str
    language: str
    writer: str
    instead_of_item_id: str
    change: bool
    wish: str
    taste: str
    def __init__(self, recommendation_id: _Optional[str] = ..., item_id: _Optional[str] = ..., user_id: _Optional[str] = ..., language: _Optional[str] = ..., writer: _Optional[str] = ..., instead_of_item_id: _Optional[str] = ..., change: bool = ..., wish: _Optional[str] = ..., taste: _Optional[str] = ...) -> None: ...

class StreamExplainResponse(_message.Message):
    __slots__ = ("evidence", "text")
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    evidence: ExplanationEvidence
    text: ExplanationText
    def __init__(self, evidence: _Optional[_Union[ExplanationEvidence, _Mapping]] = ..., text: _Optional[_Union[ExplanationText, _Mapping]] = ...) -> None: ...

class ExplanationEvidence(_message.Message):
    __slots__ = ("evidence", "model_version", "item_id", "title", "parameters", "change", "less_of_this")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    LESS_OF_THIS_FIELD_NUMBER: _ClassVar[int]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    model_version: str
    item_id: str
    title: str
    parameters: _containers.ScalarMap[str, float]
    change: Change
    less_of_this: Feedback
    def __init__(self, evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., model_version: _Optional[str] = ..., item_id: _Optional[str] = ..., title: _Optional[str] = ..., parameters: _Optional[_Mapping[str, float]] = ..., change: _Optional[_Union[Change, _Mapping]] = ..., less_of_this: _Optional[_Union[Feedback, _Mapping]] = ...) -> None: ...

class ExplanationText(_message.Message):
    __slots__ = ("text", "writer", "language", "degraded")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    text: str
    writer: str
    language: str
    degraded: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, text: _Optional[str] = ..., writer: _Optional[str] = ..., language: _Optional[str] = ..., degraded: _Optional[_Iterable[str]] = ...) -> None: ...

class DescribeTasteRequest(_message.Message):
    __slots__ = ("user_id", "language", "writer")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    language: str
    writer: str
    def __init__(self, user_id: _Optional[str] = ..., language: _Optional[str] = ..., writer: _Optional[str] = ...) -> None: ...

class DescribeTasteResponse(_message.Message):
    __slots__ = ("user_id", "text", "writer", "evidence", "language", "degraded")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    text: str
    writer: str
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    language: str
    degraded: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., text: _Optional[str] = ..., writer: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., language: _Optional[str] = ..., degraded: _Optional[_Iterable[str]] = ...) -> None: ...
