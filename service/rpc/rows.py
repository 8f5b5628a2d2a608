"""Items and events of a batch, between generated messages and the values of `indexer.catalog`.

Owns the rule that rows of a batch are independent: a bad one is reported with its place, the others
go on. What a value may be is decided by `Item.from_mapping` and `Event.from_mapping`, as for files.
Knows nothing of calls and threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from indexer.catalog.event import Event
from indexer.catalog.fields import MAX_ID_CHARS
from indexer.catalog.item import MAX_PER_MODALITY, AttributeValue, Item, RowError
from indexer.media.folder import public
from palate.v1 import catalog_pb2, event_pb2, index_pb2
from service.errors import InvalidInput, TooLarge

_FIRST_UNIX_S, _LAST_UNIX_S = (
    -62_135_596_800.0,
    253_402_300_799.0,
)  # the years 1 to 9999, as far as Timestamp goes

R = TypeVar("R", Item, Event)
M = TypeVar("M", catalog_pb2.Item, event_pb2.Event)


@dataclass(frozen=True, slots=True)
class Batch(Generic[R]):
    """The sound rows of a batch, and what was wrong with the others."""

    rows: Sequence[R]
    places: Sequence[int]
    """Place of each sound row in the request, from 0."""
    failed: Sequence[catalog_pb2.RowError]

    def errors(self, later: Iterable[RowError]) -> list[catalog_pb2.RowError]:
        """All failed rows in the order of the request; `later` failed afterwards, and count the
        sound rows from 1."""
        return sorted([*self.failed, *self.located(later)], key=lambda error: error.row)

    def located(self, errors: Iterable[RowError]) -> list[catalog_pb2.RowError]:
        """`errors` of sound rows, counted from 1, with their place in the request."""
        by_id = {row.item_id: place for row, place in zip(self.rows, self.places, strict=True)}
        return [
            catalog_pb2.RowError(
                row=self._place(error, by_id), item_id=error.item_id or "", reason=error.reason
            )
            for error in errors
        ]

    def _place(self, error: RowError, by_id: Mapping[str, int]) -> int:
        if 1 <= error.line <= len(self.places):
            return self.places[error.line - 1]
        return by_id.get(error.item_id or "", 0)


def item_batch(
    message: index_pb2.IndexItemsRequest, limit: int
) -> tuple[Batch[Item], dict[str, Sequence[bytes]], dict[str, bytes]]:
    """The items, and the pictures and sounds that came with them."""
    images = _images(message)
    seen: dict[str, int] = {}

    def convert(place: int, row: catalog_pb2.Item) -> Item:
        item = Item.from_mapping(item_row(row))
        if item.item_id in seen:
            raise InvalidInput(
                "item_id", item.item_id, f"it appears again; row {seen[item.item_id]} was used"
            )
        seen[item.item_id] = place
        return item

    batch = _batch(message.items, "items", limit, convert)
    pictures = {item_id: given for item_id, given in images.items() if item_id in seen}
    sounds = {item_id: given for item_id, given in message.sounds.items() if item_id in seen}
    return batch, pictures, sounds


def _images(message: index_pb2.IndexItemsRequest) -> dict[str, Sequence[bytes]]:
    item_ids = {item.item_id for item in message.items}
    for field in ("images", "image_lists", "sounds"):
        if unknown := set(getattr(message, field)) - item_ids:
            raise InvalidInput(field, min(unknown), "its keys must be item ids of this request")
    if both := set(message.images) & set(message.image_lists):
        raise InvalidInput(
            "image_lists",
            min(both),
            "it is a key of images as well; send its pictures in one of them",
        )
    lists: dict[str, Sequence[bytes]] = {
        item_id: list(pictures.images) for item_id, pictures in message.image_lists.items()
    }
    for item_id, pictures in lists.items():
        if not 1 <= len(pictures) <= MAX_PER_MODALITY:
            raise InvalidInput(
                "image_lists",
                item_id,
                f"it has {len(pictures)} pictures, it must be 1 to {MAX_PER_MODALITY}",
            )
    return {item_id: [picture] for item_id, picture in message.images.items()} | lists


def event_batch(message: index_pb2.RecordEventsRequest, limit: int) -> Batch[Event]:
    """The events; one without a timestamp happened now."""
    now = time.time()

    def convert(_: int, row: event_pb2.Event) -> Event:
        return Event.from_mapping(_event_row(row, now))

    return _batch(message.events, "events", limit, convert)


def item_message(item: Item) -> catalog_pb2.Item:
    item = public(item)
    pictures = item.perceived("image")
    message = catalog_pb2.Item(
        item_id=item.item_id,
        domain=item.domain,
        title=item.title,
        description=item.description,
        categories=item.categories,
        image="".join(pictures[:1]),
        images=pictures[1:],
        audio="".join(item.perceived("audio")),
        price=item.price,
        created_at=None if item.created_at is None else timestamp(item.created_at),
        available=item.available,
    )
    for name, value in item.attributes.items():
        message.attributes[name].CopyFrom(_attribute_message(value))
    return message


def timestamp(unix_s: float) -> Timestamp:
    """To the microsecond, which is what a float of today's seconds holds."""
    micros = round(min(max(unix_s, _FIRST_UNIX_S), _LAST_UNIX_S) * 1_000_000)
    return Timestamp(seconds=micros // 1_000_000, nanos=micros % 1_000_000 * 1_000)


def _batch(rows: Sequence[M], field: str, limit: int, convert: Callable[[int, M], R]) -> Batch[R]:
    if not rows:
        raise InvalidInput(field, [], "it is required: at least one")
    if len(rows) > limit:
        raise TooLarge(field, len(rows), limit)
    sound: list[R] = []
    places: list[int] = []
    failed: list[catalog_pb2.RowError] = []
    for place, row in enumerate(rows):
        try:
            sound.append(convert(place, row))
            places.append(place)
        except InvalidInput as error:
            failed.append(
                catalog_pb2.RowError(
                    row=place, item_id=row.item_id[:MAX_ID_CHARS], reason=str(error)
                )
            )
    return Batch(rows=sound, places=places, failed=failed)


def item_row(message: catalog_pb2.Item) -> dict[str, object]:
    """The row that `Item.from_mapping` takes."""
    row: dict[str, object] = {
        "item_id": message.item_id,
        "domain": message.domain,
        "title": message.title,
        "description": message.description,
        "categories": list(message.categories),
        "attributes": {
            name: _attribute_value(name, value) for name, value in message.attributes.items()
        },
        "image": message.image,
        "images": list(message.images),
        "audio": message.audio,
    }
    if message.HasField("price"):
        row["price"] = message.price
    if message.HasField("created_at"):
        row["created_at"] = _unix_s(message.created_at)
    if message.HasField("available"):
        row["available"] = message.available
    return row


def _event_row(message: event_pb2.Event, now: float) -> dict[str, object]:
    return {
        "user_id": message.user_id,
        "item_id": message.item_id,
        "event_type": message.event_type,
        "value": message.value if message.HasField("value") else None,
        "timestamp": _unix_s(message.timestamp) if message.HasField("timestamp") else now,
        "event_id": message.event_id,
    }


def _attribute_value(name: str, message: catalog_pb2.AttributeValue) -> AttributeValue:
    match message.WhichOneof("kind"):
        case "string_value":
            return message.string_value
        case "number_value":
            return message.number_value
        case "bool_value":
            return message.bool_value
        case "string_list":
            return tuple(message.string_list.values)
        case _:
            raise InvalidInput(
                f"attributes.{name}", None, "its value is required: a string, number, bool or list"
            )


def _attribute_message(value: AttributeValue) -> catalog_pb2.AttributeValue:
    if isinstance(value, bool):
        return catalog_pb2.AttributeValue(bool_value=value)
    if isinstance(value, str):
        return catalog_pb2.AttributeValue(string_value=value)
    if isinstance(value, tuple):
        return catalog_pb2.AttributeValue(string_list=catalog_pb2.StringList(values=value))
    return catalog_pb2.AttributeValue(number_value=value)


def _unix_s(message: Timestamp) -> float:
    return message.seconds + message.nanos / 1e9
