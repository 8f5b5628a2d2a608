from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from palate.v1 import recommend_pb2 as _recommend_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TrialKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIAL_KIND_UNSPECIFIED: _ClassVar[TrialKind]
    TRIAL_KIND_SHADOW: _ClassVar[TrialKind]
    TRIAL_KIND_CANARY: _ClassVar[TrialKind]

class TrialState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIAL_STATE_UNSPECIFIED: _ClassVar[TrialState]
    TRIAL_STATE_RUNNING: _ClassVar[TrialState]
    TRIAL_STATE_ENDED: _ClassVar[TrialState]
    TRIAL_STATE_PROMOTED: _ClassVar[TrialState]
    TRIAL_STATE_RETURNED: _ClassVar[TrialState]
TRIAL_KIND_UNSPECIFIED: TrialKind
TRIAL_KIND_SHADOW: TrialKind
TRIAL_KIND_CANARY: TrialKind
TRIAL_STATE_UNSPECIFIED: TrialState
TRIAL_STATE_RUNNING: TrialState
TRIAL_STATE_ENDED: TrialState
TRIAL_STATE_PROMOTED: TrialState
TRIAL_STATE_RETURNED: TrialState

class ModelInfo(_message.Message):
    __slots__ = ("version", "created_at", "active", "metrics")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    version: str
    created_at: _timestamp_pb2.Timestamp
    active: bool
    metrics: _containers.ScalarMap[str, float]
    def __init__(self, version: _Optional[str] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., active: bool = ..., metrics: _Optional[_Mapping[str, float]] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models",)
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[ModelInfo]
    def __init__(self, models: _Optional[_Iterable[_Union[ModelInfo, _Mapping]]] = ...) -> None: ...

class TrainModelRequest(_message.Message):
    __slots__ = ("incremental", "seed", "force")
    INCREMENTAL_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    incremental: bool
    seed: int
    force: bool
    def __init__(self, incremental: bool = ..., seed: _Optional[int] = ..., force: bool = ...) -> None: ...

class TrainModelResponse(_message.Message):
    __slots__ = ("progress", "model")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    progress: TrainProgress
    model: ModelInfo
    def __init__(self, progress: _Optional[_Union[TrainProgress, _Mapping]] = ..., model: _Optional[_Union[ModelInfo, _Mapping]] = ...) -> None: ...

class ChangeEncodersRequest(_message.Message):
    __slots__ = ("text", "image", "audio")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    text: str
    image: str
    audio: str
    def __init__(self, text: _Optional[str] = ..., image: _Optional[str] = ..., audio: _Optional[str] = ...) -> None: ...

class ChangeEncodersResponse(_message.Message):
    __slots__ = ("progress", "encoders")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ENCODERS_FIELD_NUMBER: _ClassVar[int]
    progress: TrainProgress
    encoders: ServingEncoders
    def __init__(self, progress: _Optional[_Union[TrainProgress, _Mapping]] = ..., encoders: _Optional[_Union[ServingEncoders, _Mapping]] = ...) -> None: ...

class ServingEncoders(_message.Message):
    __slots__ = ("text", "image", "digest", "items", "model_version", "audio")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    text: str
    image: str
    digest: str
    items: int
    model_version: str
    audio: str
    def __init__(self, text: _Optional[str] = ..., image: _Optional[str] = ..., digest: _Optional[str] = ..., items: _Optional[int] = ..., model_version: _Optional[str] = ..., audio: _Optional[str] = ...) -> None: ...

class TrainProgress(_message.Message):
    __slots__ = ("stage", "done", "total", "message")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    stage: str
    done: int
    total: int
    message: str
    def __init__(self, stage: _Optional[str] = ..., done: _Optional[int] = ..., total: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class ActivateModelRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: str
    def __init__(self, version: _Optional[str] = ...) -> None: ...

class ActivateModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: ModelInfo
    def __init__(self, model: _Optional[_Union[ModelInfo, _Mapping]] = ...) -> None: ...

class RollbackModelRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RollbackModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: ModelInfo
    def __init__(self, model: _Optional[_Union[ModelInfo, _Mapping]] = ...) -> None: ...

class StartTrialRequest(_message.Message):
    __slots__ = ("version", "kind", "share")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    version: str
    kind: TrialKind
    share: float
    def __init__(self, version: _Optional[str] = ..., kind: _Optional[_Union[TrialKind, str]] = ..., share: _Optional[float] = ...) -> None: ...

class StartTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: ModelTrial
    def __init__(self, trial: _Optional[_Union[ModelTrial, _Mapping]] = ...) -> None: ...

class GetTrialRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: ModelTrial
    def __init__(self, trial: _Optional[_Union[ModelTrial, _Mapping]] = ...) -> None: ...

class EndTrialRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndTrialResponse(_message.Message):
    __slots__ = ("trial",)
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    trial: ModelTrial
    def __init__(self, trial: _Optional[_Union[ModelTrial, _Mapping]] = ...) -> None: ...

class ModelTrial(_message.Message):
    __slots__ = ("kind", "version", "against", "share", "started_at", "state", "why", "ended_at", "shadow", "arms", "tests")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    ARMS_FIELD_NUMBER: _ClassVar[int]
    TESTS_FIELD_NUMBER: _ClassVar[int]
    kind: TrialKind
    version: str
    against: str
    share: float
    started_at: _timestamp_pb2.Timestamp
    state: TrialState
    why: str
    ended_at: _timestamp_pb2.Timestamp
    shadow: ShadowFigures
    arms: _containers.RepeatedCompositeFieldContainer[TrialArm]
    tests: _containers.RepeatedCompositeFieldContainer[TrialTest]
    def __init__(self, kind: _Optional[_Union[TrialKind, str]] = ..., version: _Optional[str] = ..., against: _Optional[str] = ..., share: _Optional[float] = ..., started_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[TrialState, str]] = ..., why: _Optional[str] = ..., ended_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., shadow: _Optional[_Union[ShadowFigures, _Mapping]] = ..., arms: _Optional[_Iterable[_Union[TrialArm, _Mapping]]] = ..., tests: _Optional[_Iterable[_Union[TrialTest, _Mapping]]] = ...) -> None: ...

class ShadowFigures(_message.Message):
    __slots__ = ("compared", "dropped", "failed", "overlap", "rank_biased_overlap", "score_drift", "seconds")
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    RANK_BIASED_OVERLAP_FIELD_NUMBER: _ClassVar[int]
    SCORE_DRIFT_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    compared: int
    dropped: int
    failed: int
    overlap: float
    rank_biased_overlap: float
    score_drift: float
    seconds: float
    def __init__(self, compared: _Optional[int] = ..., dropped: _Optional[int] = ..., failed: _Optional[int] = ..., overlap: _Optional[float] = ..., rank_biased_overlap: _Optional[float] = ..., score_drift: _Optional[float] = ..., seconds: _Optional[float] = ...) -> None: ...

class TrialArm(_message.Message):
    __slots__ = ("name", "version", "answers", "errors", "people", "impressions", "clicks", "conversions", "ctr", "conversion")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    IMPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    CLICKS_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    CTR_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    answers: int
    errors: int
    people: int
    impressions: int
    clicks: int
    conversions: int
    ctr: _recommend_pb2.OnlineFigure
    conversion: _recommend_pb2.OnlineFigure
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., answers: _Optional[int] = ..., errors: _Optional[int] = ..., people: _Optional[int] = ..., impressions: _Optional[int] = ..., clicks: _Optional[int] = ..., conversions: _Optional[int] = ..., ctr: _Optional[_Union[_recommend_pb2.OnlineFigure, _Mapping]] = ..., conversion: _Optional[_Union[_recommend_pb2.OnlineFigure, _Mapping]] = ...) -> None: ...

class TrialTest(_message.Message):
    __slots__ = ("name", "ratio", "threshold")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    name: str
    ratio: float
    threshold: float
    def __init__(self, name: _Optional[str] = ..., ratio: _Optional[float] = ..., threshold: _Optional[float] = ...) -> None: ...
