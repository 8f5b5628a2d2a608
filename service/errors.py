"""The whole error tree, and the one table from errors to gRPC status codes.

    PalateError                         encoders.errors
    ├── PackageMissing                  encoders.errors
    ├── EncoderError                    encoders.errors
    │   ├── EncoderUnavailable
    │   ├── AlignmentError
    │   ├── MediaError
    │   │   ├── ImageError
    │   │   └── AudioError
    │   └── ModalityUnsupported
    ├── InvalidInput                    indexer.errors
    │   ├── FilterSyntaxError
    │   └── TooLarge                    a batch holds more than one call may
    ├── CatalogError                    indexer.errors
    ├── ItemNotFound
    ├── StoreError
    │   ├── StoreLocked
    │   ├── Damaged
    │   ├── StoreUnavailable
    │   │   └── NoRoom
    │   ├── EncoderMismatch
    │   └── DataVersionMismatch
    └── ServiceError                    here: what answers, and in what state it is
        ├── ConfigError                 the settings cannot be used
        ├── AddressUnavailable          the server cannot listen there
        ├── RecommendationNotFound      nothing was served under this id, or it is no longer kept
        ├── ServedByOtherEncoders       an answer of before a change of encoders cannot be explained
        ├── ModelNotFound               the registry has no such version
        ├── NoTrainedModel              a trained model is needed and there is none
        ├── ModelUnreadable             the checkpoint of a model is damaged, or none that can be used here
        ├── WriterUnavailable           that writer of explanations needs a package or a setting
        ├── TrainingUnderway            one training, or change of encoders, at a time
        ├── NoTrial                     no model is tried beside the one that serves
        ├── TrainingEnded               the process that trained ended without a model
        ├── TrainingOutOfMemory         it needed more memory than it may have
        ├── BackupUnusable              a folder is no place for a backup, or for what is restored
        ├── BackupDamaged               a file of a backup is missing, or not what was written
        ├── CredentialMissing           the call needs a key or a token, and has none
        ├── CredentialRefused           its key, token or certificate is unknown, expired or revoked
        ├── RoleTooLow                  who calls is known, and may not
        ├── RateLimited                 more calls than this caller may make
        ├── TokenKeysUnavailable        what tokens are verified with is not there at the moment
        ├── AuditUnwritable             what must be recorded cannot be, so it was not done
        ├── KeyNotFound                 there is no key of that id
        ├── TenantRefused               who calls is known, and opens no catalogue here
        ├── TenantUnavailable           their catalogue cannot be opened at the moment
        ├── TenantUnusable              a command names a tenant that it cannot be done to
        ├── QuotaExceeded               more than this tenant may have
        ├── RequestTooLarge             more bytes than a request of that method may have
        ├── RequestTooSlow              a request was begun, and did not come
        ├── AnswerTooLarge              more bytes than fit into a message
        ├── NotServing                  the server is loading or stopping
        ├── Overloaded                  too many calls wait already, or for too long
        │   ├── MemoryFull              the server holds more memory than it may
        │   └── Busy                    one of them, where how much others do is nobody's business
        └── DeadlinePassed              the caller's deadline passed before the work began

Knows nothing of gRPC: the codes are names, so that the command line reads this file without loading
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from encoders.errors import (
    AlignmentError,
    AudioError,
    EncoderError,
    EncoderUnavailable,
    ImageError,
    MediaError,
    ModalityUnsupported,
    PackageMissing,
    PalateError,
)
from indexer.errors import (
    CatalogError,
    Damaged,
    DataVersionMismatch,
    EncoderMismatch,
    FilterSyntaxError,
    InvalidInput,
    ItemNotFound,
    NoRoom,
    StoreError,
    StoreLocked,
    StoreUnavailable,
    shown,
)

__all__ = [
    "STATUS",
    "AddressUnavailable",
    "AlignmentError",
    "AnswerTooLarge",
    "AudioError",
    "AuditUnwritable",
    "BackupDamaged",
    "BackupUnusable",
    "Busy",
    "CatalogError",
    "ConfigError",
    "CredentialMissing",
    "CredentialRefused",
    "Damaged",
    "DataVersionMismatch",
    "DeadlinePassed",
    "EncoderError",
    "EncoderMismatch",
    "EncoderUnavailable",
    "FilterSyntaxError",
    "ImageError",
    "InvalidInput",
    "ItemNotFound",
    "KeyNotFound",
    "MediaError",
    "MemoryFull",
    "ModalityUnsupported",
    "ModelNotFound",
    "ModelUnreadable",
    "NoRoom",
    "NoTrainedModel",
    "NoTrial",
    "NotServing",
    "Overloaded",
    "PackageMissing",
    "PalateError",
    "QuotaExceeded",
    "RateLimited",
    "RecommendationNotFound",
    "RequestTooLarge",
    "RequestTooSlow",
    "RoleTooLow",
    "ServedByOtherEncoders",
    "ServiceError",
    "StoreError",
    "StoreLocked",
    "StoreUnavailable",
    "TenantRefused",
    "TenantUnavailable",
    "TenantUnusable",
    "TokenKeysUnavailable",
    "TooLarge",
    "TrainingEnded",
    "TrainingOutOfMemory",
    "TrainingUnderway",
    "WriterUnavailable",
    "status_of",
]


class TooLarge(InvalidInput):
    """A batch holds more than one call may."""

    reason: ClassVar[str] = "TOO_LARGE"

    def __init__(self, field: str, count: int, limit: int) -> None:
        super().__init__(
            field, count, f"entries in one call, at most {limit:,} are taken; send several calls"
        )


class ServiceError(PalateError):
    """The service, as it is now, cannot do it."""

    reason: ClassVar[str] = "SERVICE_ERROR"


class ConfigError(ServiceError):
    """The settings cannot be used: which field, and what would be acceptable."""

    reason: ClassVar[str] = "CONFIG_INVALID"


class AddressUnavailable(ServiceError):
    """The server cannot listen on the configured address."""

    reason: ClassVar[str] = "ADDRESS_UNAVAILABLE"

    def __init__(self, address: str, why: str, option: str = "--address") -> None:
        super().__init__(
            f"cannot listen on {address}: {why}; stop what listens there, or choose another with {option} HOST:PORT",
            metadata={"address": address, "why": why},
        )


class RecommendationNotFound(ServiceError):
    """Nothing was served under this id, or it is no longer kept."""

    reason: ClassVar[str] = "RECOMMENDATION_NOT_FOUND"

    def __init__(self, recommendation_id: str) -> None:
        super().__init__(
            f"no answer {shown(recommendation_id)} is kept; it was never served or is too old, so explain by user_id",
            metadata={"recommendation_id": recommendation_id},
        )


class ServedByOtherEncoders(ServiceError):
    """An answer of before a change of encoders: what its scores rested on does not serve any more."""

    reason: ClassVar[str] = "SERVED_BY_OTHER_ENCODERS"

    def __init__(self, recommendation_id: str) -> None:
        super().__init__(
            f"answer {shown(recommendation_id)} was served with other encoders than those of now, so its scores cannot "
            "be told any more; explain by user_id, or go back to those encoders",
            metadata={"recommendation_id": recommendation_id},
        )


class ModelNotFound(ServiceError):
    """The registry has no such version."""

    reason: ClassVar[str] = "MODEL_NOT_FOUND"

    def __init__(self, version: str) -> None:
        super().__init__(
            f"no model {shown(version)}; `palate models list` shows those there are",
            metadata={"version": version},
        )


class NoTrainedModel(ServiceError):
    """A trained model is needed and there is none."""

    reason: ClassVar[str] = "NO_TRAINED_MODEL"

    def __init__(
        self, why: str = "there is no trained model", todo: str = "train one with `palate train`"
    ) -> None:
        super().__init__(f"{why}; {todo}")


class ModelUnreadable(ServiceError):
    """The checkpoint of a model is damaged, or none that can be used here."""

    reason: ClassVar[str] = "MODEL_UNREADABLE"

    def __init__(self, version: str, why: str) -> None:
        super().__init__(
            f"model {shown(version)}: {why}", metadata={"version": version, "why": why}
        )


class WriterUnavailable(ServiceError):
    """That writer of explanations needs a package or a setting."""

    reason: ClassVar[str] = "WRITER_UNAVAILABLE"

    def __init__(self, writer: str, todo: str) -> None:
        super().__init__(
            f"writer {shown(writer)} is not set up: {todo}", metadata={"writer": writer}
        )
        self.todo = todo


class TrainingUnderway(ServiceError):
    """One training, or change of encoders, at a time."""

    reason: ClassVar[str] = "TRAINING_UNDERWAY"

    def __init__(self) -> None:
        super().__init__(
            "a training or a change of encoders is under way already; wait for it to end, or end it"
        )


class BackupUnusable(ServiceError):
    """A folder is no place for a backup, or for what is restored, as it is now."""

    reason: ClassVar[str] = "BACKUP_UNUSABLE"

    def __init__(self, folder: object, why: str, todo: str) -> None:
        super().__init__(f"{folder}: {why}; {todo}", metadata={"folder": str(folder), "why": why})


class NoTrial(ServiceError):
    """No model is tried beside the one that serves."""

    reason: ClassVar[str] = "NO_TRIAL"

    def __init__(self) -> None:
        super().__init__(
            "no model is tried at this moment; begin with `palate models canary` or `palate models shadow`"
        )


class TrainingEnded(ServiceError):
    """The process that trained ended without a model."""

    reason: ClassVar[str] = "TRAINING_ENDED"

    def __init__(self, how: str) -> None:
        super().__init__(
            f"the training process ended without a model: {how}; what served goes on serving, and a full "
            "training goes on after its last whole epoch when it is asked for again",
            metadata={"how": how},
        )


class TrainingOutOfMemory(ServiceError):
    """The process that trained needed more memory than it may have."""

    reason: ClassVar[str] = "TRAINING_OUT_OF_MEMORY"

    def __init__(self, limit_mb: int, how: str) -> None:
        limit = f"the {limit_mb:,} MB of training.memory_mb" if limit_mb else "the machine has"
        super().__init__(
            f"the training needed more memory than {limit} ({how}); what served goes on serving. Allow it "
            "more, or let the model be smaller (ranker.dim)",
            metadata={"limit_mb": str(limit_mb), "how": how},
        )


class BackupDamaged(ServiceError):
    """A file of a backup is missing, or not what was written."""

    reason: ClassVar[str] = "BACKUP_DAMAGED"

    def __init__(self, file: object, why: str, todo: str) -> None:
        super().__init__(f"{file} {why}; {todo}", metadata={"file": str(file), "why": why})


class CredentialMissing(ServiceError):
    """The call needs a key or a token, and has none."""

    reason: ClassVar[str] = "CREDENTIAL_MISSING"

    def __init__(self) -> None:
        super().__init__(
            "this server answers to those it knows: send a key or a token as metadata `authorization: Bearer ...`"
            " (commands: --key-file); `palate keys make` makes keys"
        )


class CredentialRefused(ServiceError):
    """A key, token or certificate that nobody is known by, or not any more. It is never repeated."""

    reason: ClassVar[str] = "CREDENTIAL_REFUSED"

    def __init__(self, kind: str, why: str, todo: str, key_id: str = "") -> None:
        super().__init__(
            f"the {kind} {why}; {todo}", metadata={"credential": kind, "why": f"{kind} {why}"}
        )
        self.key_id = key_id
        """Of a key that was ours once."""


class RoleTooLow(ServiceError):
    """Who calls is known, and may not call this."""

    reason: ClassVar[str] = "ROLE_TOO_LOW"

    def __init__(self, method: str, role: str, needed: str) -> None:
        super().__init__(
            f"{method} needs the role {needed}, and this credential has {role}; use one with that role",
            metadata={"method": method, "role": role, "needed": needed},
        )


class RateLimited(ServiceError):
    """More calls than this caller may make; nothing was done."""

    reason: ClassVar[str] = "RATE_LIMITED"

    def __init__(self, rate_per_s: float, retry_after_s: float) -> None:
        super().__init__(
            f"more than the {rate_per_s:g} calls a second that this credential may make; try again in"
            f" {retry_after_s:.2f} s",
            metadata={"rate_per_s": f"{rate_per_s:g}"},
        )
        self.retry_after_s = retry_after_s
        """When the next call will be taken."""


class TokenKeysUnavailable(ServiceError):
    """What tokens are verified with is not there at the moment."""

    reason: ClassVar[str] = "TOKEN_KEYS_UNAVAILABLE"

    def __init__(self, source: str, why: str) -> None:
        super().__init__(
            f"tokens cannot be verified now: the keys of {source} {why}; try again later, or use a key",
            metadata={"source": source, "why": why},
        )


class AuditUnwritable(ServiceError):
    """What must be recorded cannot be, so it was not done."""

    reason: ClassVar[str] = "AUDIT_UNWRITABLE"

    def __init__(self, folder: object, why: str) -> None:
        super().__init__(
            f"the audit log in {folder} cannot be written ({why}), so nothing was done; make room there, or see to its"
            " permissions",
            metadata={"why": why},
        )


class KeyNotFound(ServiceError):
    """There is no key of that id."""

    reason: ClassVar[str] = "KEY_NOT_FOUND"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"no key {shown(key_id)}; `palate keys list` shows those there are",
            metadata={"key_id": key_id},
        )


class TenantRefused(ServiceError):
    """Who calls is known, and opens no catalogue here. Why not is not told: whether a tenant exists is
    nobody else's business."""

    reason: ClassVar[str] = "TENANT_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            "this credential does not open what is asked for; ask whoever runs this server for one that does"
        )


class TenantUnavailable(ServiceError):
    """The caller's catalogue cannot be opened at the moment. Why is for the server's log."""

    reason: ClassVar[str] = "TENANT_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "the catalogue of this credential cannot be opened at the moment, and the server's log says why; try again"
            " later, or ask whoever runs this server"
        )


class TenantUnusable(ServiceError):
    """A command names a tenant that it cannot be done to."""

    reason: ClassVar[str] = "TENANT_UNUSABLE"

    def __init__(self, name: str, why: str, todo: str) -> None:
        super().__init__(
            f"tenant {shown(name)}: {why}; {todo}", metadata={"tenant": name, "why": why}
        )


class QuotaExceeded(ServiceError):
    """More than this tenant may have; nothing was done."""

    reason: ClassVar[str] = "QUOTA_EXCEEDED"

    def __init__(self, what: str, would_be: int, limit: int, todo: str) -> None:
        super().__init__(
            f"{what} would be {would_be:,}, and at most {limit:,} are allowed; {todo}",
            metadata={"what": what, "limit": str(limit)},
        )


class RequestTooLarge(ServiceError):
    """More bytes than a request of that method may have; it was not read further."""

    reason: ClassVar[str] = "REQUEST_TOO_LARGE"

    def __init__(self, method: str, n_bytes: int, limit: int, setting: str) -> None:
        super().__init__(
            f"a request of {n_bytes:,} bytes, and {method} takes at most {limit:,}; send less in one call, or raise"
            f" {setting}",
            metadata={"bytes": str(n_bytes), "limit": str(limit), "setting": setting},
        )


class RequestTooSlow(ServiceError):
    """A request was begun, and did not come."""

    reason: ClassVar[str] = "REQUEST_TOO_SLOW"

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(
            f"the request of {method} did not come within {seconds:g} s, so nothing was done; send less at a time",
            metadata={"method": method, "seconds": f"{seconds:g}"},
        )


class AnswerTooLarge(ServiceError):
    """More bytes than fit into a message."""

    reason: ClassVar[str] = "ANSWER_TOO_LARGE"

    def __init__(self, n_bytes: int, limit: int) -> None:
        super().__init__(
            f"the answer has {n_bytes:,} bytes, and a message at most {limit:,}; ask for fewer at a time (k,"
            " page_size), or raise server.max_message_bytes here and max_message_bytes of the client",
            metadata={"bytes": str(n_bytes), "limit": str(limit)},
        )


class NotServing(ServiceError):
    """The server is loading or stopping."""

    reason: ClassVar[str] = "NOT_SERVING"

    def __init__(self, state: str) -> None:
        super().__init__(f"the server is {state}; try again later", metadata={"state": state})


_LEAST_RETRY_S = 0.05
"""Sooner, a caller who is refused would be refused again."""
BUSY_RETRY_S = 1.0
"""Whatever others do: how long they will go on is not told."""
MEMORY_RETRY_S = 5.0
"""After so long memory may have been given back."""


class Overloaded(ServiceError):
    """Too many calls wait already, or for too long for this caller's deadline; nothing was done."""

    reason: ClassVar[str] = "OVERLOADED"

    def __init__(self, lane: str, pending: int, retry_after_s: float = 0.0) -> None:
        super().__init__(
            f"{pending} calls of this kind ({lane}) are under way or waiting; try again later, with fewer at a time",
            metadata={"lane": lane, "pending": str(pending)},
        )
        self.retry_after_s = max(retry_after_s, _LEAST_RETRY_S)
        """When those that wait now are done."""


class MemoryFull(Overloaded):
    """The server holds more memory than it may; what moves much at once is not begun."""

    reason: ClassVar[str] = "MEMORY_FULL"

    def __init__(self, used_mb: int, most_mb: int) -> None:
        ServiceError.__init__(
            self,
            f"the server holds {used_mb:,} MB of memory, more than server.max_memory_mb ({most_mb:,}); it answers, "
            "and takes nothing that moves much at once; try again later, or raise that setting",
            metadata={"used_mb": str(used_mb), "max_memory_mb": str(most_mb)},
        )
        self.retry_after_s = MEMORY_RETRY_S


class Busy(Overloaded):
    """Any of these at a server with tenants: how much is under way is not told, since it is others'."""

    reason: ClassVar[str] = "BUSY"

    def __init__(self) -> None:
        ServiceError.__init__(
            self,
            "the server has as much to do as it can; try again later, with less at a time",
        )
        self.retry_after_s = BUSY_RETRY_S


class DeadlinePassed(ServiceError):
    """The caller's deadline passed before the work began; nothing was done."""

    reason: ClassVar[str] = "DEADLINE_PASSED"

    def __init__(self) -> None:
        super().__init__(
            "the deadline passed before the work began, so nothing was done; try again with a longer one"
        )


STATUS: Mapping[type[PalateError], str] = {
    PalateError: "INTERNAL",
    PackageMissing: "FAILED_PRECONDITION",
    EncoderError: "INTERNAL",
    EncoderUnavailable: "FAILED_PRECONDITION",
    AlignmentError: "FAILED_PRECONDITION",
    MediaError: "INVALID_ARGUMENT",
    ImageError: "INVALID_ARGUMENT",
    AudioError: "INVALID_ARGUMENT",
    ModalityUnsupported: "FAILED_PRECONDITION",
    InvalidInput: "INVALID_ARGUMENT",
    FilterSyntaxError: "INVALID_ARGUMENT",
    TooLarge: "INVALID_ARGUMENT",
    CatalogError: "INVALID_ARGUMENT",
    ItemNotFound: "NOT_FOUND",
    StoreError: "INTERNAL",
    StoreLocked: "FAILED_PRECONDITION",
    Damaged: "DATA_LOSS",
    StoreUnavailable: "UNAVAILABLE",
    NoRoom: "RESOURCE_EXHAUSTED",
    EncoderMismatch: "FAILED_PRECONDITION",
    DataVersionMismatch: "FAILED_PRECONDITION",
    ServiceError: "INTERNAL",
    ConfigError: "FAILED_PRECONDITION",
    AddressUnavailable: "FAILED_PRECONDITION",
    RecommendationNotFound: "NOT_FOUND",
    ServedByOtherEncoders: "FAILED_PRECONDITION",
    ModelNotFound: "NOT_FOUND",
    NoTrainedModel: "FAILED_PRECONDITION",
    ModelUnreadable: "FAILED_PRECONDITION",
    WriterUnavailable: "FAILED_PRECONDITION",
    TrainingUnderway: "FAILED_PRECONDITION",
    NoTrial: "FAILED_PRECONDITION",
    TrainingEnded: "INTERNAL",
    TrainingOutOfMemory: "RESOURCE_EXHAUSTED",
    BackupUnusable: "FAILED_PRECONDITION",
    BackupDamaged: "INTERNAL",
    CredentialMissing: "UNAUTHENTICATED",
    CredentialRefused: "UNAUTHENTICATED",
    RoleTooLow: "PERMISSION_DENIED",
    RateLimited: "RESOURCE_EXHAUSTED",
    TokenKeysUnavailable: "UNAVAILABLE",
    AuditUnwritable: "UNAVAILABLE",
    KeyNotFound: "NOT_FOUND",
    TenantRefused: "PERMISSION_DENIED",
    TenantUnavailable: "UNAVAILABLE",
    TenantUnusable: "FAILED_PRECONDITION",
    QuotaExceeded: "RESOURCE_EXHAUSTED",
    RequestTooLarge: "INVALID_ARGUMENT",
    RequestTooSlow: "DEADLINE_EXCEEDED",
    AnswerTooLarge: "FAILED_PRECONDITION",
    NotServing: "UNAVAILABLE",
    Overloaded: "RESOURCE_EXHAUSTED",
    MemoryFull: "RESOURCE_EXHAUSTED",
    Busy: "RESOURCE_EXHAUSTED",
    DeadlinePassed: "DEADLINE_EXCEEDED",
}
"""The gRPC code of every error. A plug-in's own error has the code of the nearest class above it."""


def status_of(error: PalateError) -> str:
    """The name of the gRPC code that tells a caller about `error`."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
