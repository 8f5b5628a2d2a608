"""Items, events and row errors: the values whose message has other fields than they have.

Owns how each field of a row is written on the wire, and what "not set" means there. What a value
may be is decided by `Item.from_mapping` and `Event.from_mapping`, as for files. Knows nothing of
batches and calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import Message

from indexer.catalog.event import Event
from indexer.catalog.item import AttributeValue, Item, RowError
from indexer.media.folder import public
from palate.v1 import catalog_pb2, event_pb2
from service.errors import InvalidInput
from service.rpc.conversion.timestamps import timestamp, unix_seconds

_FRAME_BYTES = 8
"""At most, around a message in a list: its tag and its length."""


def item_message(item: Item) -> catalog_pb2.Item:
    """As callers see it: a picture or a sound that lies in a folder of the server is named without
    that folder."""
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


def fitting(messages: Sequence[Message], max_bytes: int) -> int:
    """How many of them, from the first on, fit into a message of that size."""
    total = 0
    for n, message in enumerate(messages):
        total += message.ByteSize() + _FRAME_BYTES
        if total > max_bytes:
            return n
    return len(messages)


def item_of(message: catalog_pb2.Item) -> Item:
    """The item of a message; InvalidInput names the field that cannot be used."""
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
        row["created_at"] = unix_seconds(message.created_at)
    if message.HasField("available"):
        row["available"] = message.available
    return Item.from_mapping(row)


def event_of(message: event_pb2.Event, now: float) -> Event:
    """The event of a message; one without a timestamp happened `now` (unix seconds). InvalidInput
    names the field that cannot be used."""
    happened = unix_seconds(message.timestamp) if message.HasField("timestamp") else now
    return Event.from_mapping(
        {
            "user_id": message.user_id,
            "item_id": message.item_id,
            "event_type": message.event_type,
            "value": message.value if message.HasField("value") else None,
            "timestamp": happened,
            "event_id": message.event_id,
            "recommendation_id": message.recommendation_id,
            "position": message.position if message.HasField("position") else None,
        }
    )


def row_error_message(error: RowError) -> catalog_pb2.RowError:
    """Rows of a message count from 0, lines from 1."""
    return catalog_pb2.RowError(
        row=error.line - 1, item_id=error.item_id or "", reason=error.reason
    )


def row_error_of(message: catalog_pb2.RowError) -> RowError:
    """Rows of a message count from 0, lines from 1."""
    return RowError(message.row + 1, message.item_id or None, message.reason)


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
    if isinstance(value, bool):  # before number_value, for a bool is a number in Python
        return catalog_pb2.AttributeValue(bool_value=value)
    if isinstance(value, str):
        return catalog_pb2.AttributeValue(string_value=value)
    if isinstance(value, tuple):
        return catalog_pb2.AttributeValue(string_list=catalog_pb2.StringList(values=value))
    return catalog_pb2.AttributeValue(number_value=value)
