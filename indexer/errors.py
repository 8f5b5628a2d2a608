"""The errors of catalogue, events and stores.

    PalateError
    ├── InvalidInput                one value is not acceptable: which field, which value, what would be
    │   └── FilterSyntaxError       a filter expression cannot be read
    ├── CatalogError                a file of items or events cannot be read at all, or not any further
    ├── ItemNotFound                the catalogue holds no such item
    └── StoreError                  what is stored stands in the way
        ├── StoreLocked             another process owns the folder
        ├── Damaged                 what is stored is not what was written
        ├── StoreUnavailable        the store cannot be reached, read or written now
        │   └── NoRoom                  its disk is full: it can be read, and not be written
        ├── EncoderMismatch         the stored vectors were made by other encoders
        └── DataVersionMismatch     the data were written by a newer Palate

Knows nothing of status codes: `service.errors` has that table.
"""

from collections.abc import Mapping
from typing import ClassVar

from encoders.errors import PalateError

_SHOWN_CHARS = 80


def shown(value: object) -> str:
    """A value as it appears in a message: its repr, cut short."""
    text = repr(value[: _SHOWN_CHARS * 2] if isinstance(value, str | bytes) else value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


class InvalidInput(PalateError):
    """A field's value is not acceptable. `why` says what would be; the message names field and
    value."""

    reason: ClassVar[str] = "INVALID_INPUT"

    def __init__(self, field: str, value: object, why: str) -> None:
        super().__init__(
            f"{field} is {shown(value)}: {why}",
            metadata={"field": field, "value": shown(value), "why": why},
        )
        self.field = field
        self.value = value
        self.why = why


class FilterSyntaxError(InvalidInput):
    """A filter expression cannot be read: where, what was found, what was expected."""

    reason: ClassVar[str] = "FILTER_SYNTAX"


class CatalogError(PalateError):
    """A file of items or events cannot be read at all, or not any further."""

    reason: ClassVar[str] = "CATALOG_UNREADABLE"

    def __init__(self, path: object, why: str, todo: str) -> None:
        super().__init__(f"{path}: {why}; {todo}", metadata={"path": str(path), "why": why})


class ItemNotFound(PalateError):
    """The catalogue holds no item of this id."""

    reason: ClassVar[str] = "ITEM_NOT_FOUND"

    def __init__(self, item_id: str) -> None:
        super().__init__(
            f"no item {shown(item_id)} in the catalogue; index it first, or check the id",
            metadata={"item_id": item_id},
        )
        self.item_id = item_id


class StoreError(PalateError):
    """What is stored stands in the way."""

    reason: ClassVar[str] = "STORE_ERROR"


class StoreLocked(StoreError):
    """Another process owns an embedded store."""

    reason: ClassVar[str] = "STORE_LOCKED"

    def __init__(self, folder: object, owner_pid: int | None) -> None:
        owner = f"process {owner_pid}" if owner_pid is not None else "another process"
        super().__init__(
            f"{folder} is in use by {owner}, and an embedded store has one owner: stop it first",
            metadata={"folder": str(folder), "pid": str(owner_pid or "")},
        )
        self.owner_pid = owner_pid


class Damaged(StoreError):
    """What is stored is not what was written: trying again does not help."""

    reason: ClassVar[str] = "DATA_DAMAGED"

    def __init__(self, store: object, why: str, todo: str) -> None:
        super().__init__(
            f"{store} is damaged: {why}; {todo}", metadata={"store": str(store), "why": why}
        )
        self.why = why


class StoreUnavailable(StoreError):
    """A store cannot be reached, read or written now; trying again may help."""

    reason: ClassVar[str] = "STORE_UNAVAILABLE"

    def __init__(self, store: object, why: str, todo: str) -> None:
        super().__init__(f"{store}: {why}; {todo}", metadata={"store": str(store), "why": why})


class NoRoom(StoreUnavailable):
    """A disk is full, or nearly: what is there can be read, and nothing be written."""

    reason: ClassVar[str] = "NO_ROOM"


class EncoderMismatch(StoreError):
    """The stored vectors were made by other encoders than the configured ones."""

    reason: ClassVar[str] = "ENCODER_MISMATCH"

    def __init__(
        self, store: object, stored: Mapping[str, str], configured: Mapping[str, str]
    ) -> None:
        names = sorted(n for n in {*stored, *configured} if stored.get(n) != configured.get(n))
        what = ", ".join(
            f"{n}: stored {stored.get(n, 'none')}, configured {configured.get(n, 'none')}"
            for n in names
        )
        super().__init__(
            f"{store} holds vectors of other encoders ({what}); configure the encoders it was made with, run `palate"
            " encoders change` to encode everything beside them, or `palate rebuild` to replace them",
            metadata={"store": str(store), "vectors": ",".join(names)},
        )


class DataVersionMismatch(StoreError):
    """The data were written by a newer Palate than this one."""

    reason: ClassVar[str] = "DATA_VERSION_MISMATCH"

    def __init__(self, store: object, found: str, supported: str) -> None:
        super().__init__(
            f"{store} holds data of version {found}, and this Palate reads up to version {supported}; install a newer"
            " Palate, or use another data folder",
            metadata={"store": str(store), "found": found, "supported": supported},
        )
