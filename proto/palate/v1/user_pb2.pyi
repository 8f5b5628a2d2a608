from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from palate.v1 import recommend_pb2 as _recommend_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutUserRequest(_message.Message):
    __slots__ = ("user_id", "attributes", "taste")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    TASTE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    attributes: _containers.ScalarMap[str, str]
    taste: str
    def __init__(self, user_id: _Optional[str] = ..., attributes: _Optional[_Mapping[str, str]] = ..., taste: _Optional[str] = ...) -> None: ...

class PutUserResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetConsentRequest(_message.Message):
    __slots__ = ("user_id", "personalization")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERSONALIZATION_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    personalization: _recommend_pb2.Personalization
    def __init__(self, user_id: _Optional[str] = ..., personalization: _Optional[_Union[_recommend_pb2.Personalization, str]] = ...) -> None: ...

class SetConsentResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportUserRequest(_message.Message):
    __slots__ = ("user_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ExportUserResponse(_message.Message):
    __slots__ = ("json", "next_page_token")
    JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    json: str
    next_page_token: str
    def __init__(self, json: _Optional[str] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteUserRequest(_message.Message):
    __slots__ = ("user_id", "retrain")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    RETRAIN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    retrain: bool
    def __init__(self, user_id: _Optional[str] = ..., retrain: bool = ...) -> None: ...

class DeleteUserResponse(_message.Message):
    __slots__ = ("deleted", "exposed_model_version", "retraining")
    class DeletedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    DELETED_FIELD_NUMBER: _ClassVar[int]
    EXPOSED_MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    RETRAINING_FIELD_NUMBER: _ClassVar[int]
    deleted: _containers.ScalarMap[str, int]
    exposed_model_version: str
    retraining: bool
    def __init__(self, deleted: _Optional[_Mapping[str, int]] = ..., exposed_model_version: _Optional[str] = ..., retraining: bool = ...) -> None: ...

class MergeUsersRequest(_message.Message):
    __slots__ = ("guest_user_id", "user_id")
    GUEST_USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    guest_user_id: str
    user_id: str
    def __init__(self, guest_user_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class MergeUsersResponse(_message.Message):
    __slots__ = ("merged",)
    class MergedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MERGED_FIELD_NUMBER: _ClassVar[int]
    merged: _containers.ScalarMap[str, int]
    def __init__(self, merged: _Optional[_Mapping[str, int]] = ...) -> None: ...
