"""Batches: the rows of one request, converted and checked one by one.

Owns the rule that rows of a batch are independent: a bad one is reported with its place, the others
go on. Knows nothing of calls and threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from indexer.catalog.event import Event
from indexer.catalog.item import Item, RowError
from palate.limits import MAX_ID_CHARS, MAX_PER_MODALITY
from palate.v1 import catalog_pb2, event_pb2, index_pb2
from service.errors import InvalidInput, TooLarge
from service.rpc.conversion.requests import checked
from service.rpc.conversion.rows import event_of, item_of

R = TypeVar("R", Item, Event)
M = TypeVar("M", catalog_pb2.Item, event_pb2.Event)


@dataclass(frozen=True, slots=True)
class Batch(Generic[R]):
    """The rows of a request that can be used, and what was wrong with the others."""

    rows: Sequence[R]
    lines: Sequence[int]
    """Line of each of the `rows`: its position in the request, from 1."""
    failed: Sequence[RowError]
    """Rows that cannot be used, by their line in the request."""

    def all_failed(self, later: Iterable[RowError]) -> list[RowError]:
        """All failed rows, in the order of the request; `later` are those of `rows` that failed
        afterwards, as for `in_request`."""
        return sorted([*self.failed, *self.in_request(later)], key=lambda error: error.line)

    def in_request(self, errors: Iterable[RowError]) -> list[RowError]:
        """`errors` whose lines count `rows` from 1, with their lines in the request. One that has
        no line is placed by its item_id."""
        by_id = {row.item_id: line for row, line in zip(self.rows, self.lines, strict=True)}
        return [RowError(self._line(error, by_id), error.item_id, error.reason) for error in errors]

    def _line(self, error: RowError, by_id: Mapping[str, int]) -> int:
        if 1 <= error.line <= len(self.lines):
            return self.lines[error.line - 1]
        return by_id.get(error.item_id or "", 1)


def item_batch(
    message: index_pb2.IndexItemsRequest, limit: int
) -> tuple[Batch[Item], dict[str, Sequence[bytes]], dict[str, bytes]]:
    """The items, and the encoded pictures and sounds that came with them, by item_id.

    InvalidInput for a request without items, or with pictures or sounds of none of its items;
    TooLarge for one of more than `limit` items.
    """
    images = _images(checked(message))
    first_places: dict[str, int] = {}

    def convert(place: int, row: catalog_pb2.Item) -> Item:
        item = item_of(row)
        if item.item_id in first_places:
            used = first_places[item.item_id]
            raise InvalidInput("item_id", item.item_id, f"it appears again; row {used} was used")
        first_places[item.item_id] = place
        return item

    batch = _batch(message.items, "items", limit, convert)
    pictures = {item_id: given for item_id, given in images.items() if item_id in first_places}
    sounds = {
        item_id: given for item_id, given in message.sounds.items() if item_id in first_places
    }
    return batch, pictures, sounds


def event_batch(message: index_pb2.RecordEventsRequest, limit: int) -> Batch[Event]:
    """The events; one without a timestamp happened now. InvalidInput for a request without events,
    TooLarge for one of more than `limit`."""
    now = time.time()
    checked(message)

    def convert(_: int, row: event_pb2.Event) -> Event:
        return event_of(row, now)

    return _batch(message.events, "events", limit, convert)


def _images(message: index_pb2.IndexItemsRequest) -> dict[str, Sequence[bytes]]:
    """Encoded pictures by item_id, one or several; every key is an item of the request."""
    item_ids = {item.item_id for item in message.items}
    for field in ("images", "image_lists", "sounds"):
        unknown = set(getattr(message, field)) - item_ids
        if unknown:
            raise InvalidInput(field, min(unknown), "its keys must be item ids of this request")
    twice = set(message.images) & set(message.image_lists)
    if twice:
        raise InvalidInput(
            "image_lists",
            min(twice),
            "it is a key of images as well; send its pictures in one of them",
        )
    images: dict[str, Sequence[bytes]] = {
        item_id: [picture] for item_id, picture in message.images.items()
    }
    for item_id, given in message.image_lists.items():
        pictures = list(given.images)
        if not 1 <= len(pictures) <= MAX_PER_MODALITY:
            raise InvalidInput(
                "image_lists",
                item_id,
                f"it has {len(pictures)} pictures, it must be 1 to {MAX_PER_MODALITY}",
            )
        images[item_id] = pictures
    return images


def _batch(rows: Sequence[M], field: str, limit: int, convert: Callable[[int, M], R]) -> Batch[R]:
    """`convert` gets the place of a row in the request, from 0, and the row."""
    if len(rows) > limit:
        raise TooLarge(field, len(rows), limit)
    usable: list[R] = []
    lines: list[int] = []
    failed: list[RowError] = []
    for place, row in enumerate(rows):
        line = place + 1
        try:
            usable.append(convert(place, row))
        except InvalidInput as error:
            failed.append(RowError(line, row.item_id[:MAX_ID_CHARS] or None, str(error)))
        else:
            lines.append(line)
    return Batch(rows=usable, lines=lines, failed=failed)
