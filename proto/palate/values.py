"""Simple Python values to messages: dictionaries with the fields of a catalogue or event row.

Knows nothing of calls. What a value may be is the server's business; here it must only fit its
type.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from palate.v1 import catalog_pb2, event_pb2, index_pb2, model_pb2, recommend_pb2

Row = Mapping[str, Any]


def item(row: Row | catalog_pb2.Item) -> catalog_pb2.Item:
    """An item from a mapping with the fields of `Item`; attributes are strings, numbers, booleans
    or lists of strings.

    `created_at` is unix seconds, RFC 3339 text, or a datetime (without a zone: UTC).
    """
    if isinstance(row, catalog_pb2.Item):
        return row
    values = _known(row, catalog_pb2.Item.DESCRIPTOR.fields_by_name)
    attributes = values.pop("attributes", {})
    created_at = values.pop("created_at", None)
    message = catalog_pb2.Item(
        **values, created_at=None if created_at is None else timestamp(created_at)
    )
    for name, value in attributes.items():
        if value is not None:
            message.attributes[name].CopyFrom(attribute(name, value))
    return message


def pictures(
    images: Mapping[str, bytes | Sequence[bytes]],
) -> tuple[dict[str, bytes], dict[str, index_pb2.ImageList]]:
    """Items that have one picture, and those that have a list of them."""
    single = {item_id: given for item_id, given in images.items() if isinstance(given, bytes)}
    several = {
        item_id: index_pb2.ImageList(images=given)
        for item_id, given in images.items()
        if not isinstance(given, bytes)
    }
    return single, several


def event(row: Row | event_pb2.Event) -> event_pb2.Event:
    """An event from a mapping with the fields of `Event`; without a timestamp it happens now.

    The time is set here and not left to the server, so that a repeated attempt is the same event.
    """
    if isinstance(row, event_pb2.Event):
        message = event_pb2.Event()
        message.CopyFrom(row)
        if not message.HasField("timestamp"):
            message.timestamp.CopyFrom(timestamp(time.time()))
        return message
    values = _known(row, event_pb2.Event.DESCRIPTOR.fields_by_name)
    happened = values.pop("timestamp", time.time())
    return event_pb2.Event(**values, timestamp=timestamp(happened))


def attribute(name: str, value: object) -> catalog_pb2.AttributeValue:
    """One attribute value in its own type."""
    if isinstance(value, bool):
        return catalog_pb2.AttributeValue(bool_value=value)
    if isinstance(value, str):
        return catalog_pb2.AttributeValue(string_value=value)
    if isinstance(value, int | float):
        return catalog_pb2.AttributeValue(number_value=value)
    if isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value):
        return catalog_pb2.AttributeValue(string_list=catalog_pb2.StringList(values=value))
    raise ValueError(
        f"attribute {name!r} is {value!r}: it must be a string, number, boolean or list of strings"
    )


def timestamp(value: float | str | datetime) -> Timestamp:
    """A point in time from unix seconds, RFC 3339 text or a datetime."""
    message = Timestamp()
    if isinstance(value, datetime):
        message.FromDatetime(value if value.tzinfo else value.replace(tzinfo=timezone.utc))
    elif isinstance(value, str):
        message.FromJsonString(value)
    else:
        message.FromMicroseconds(round(value * 1_000_000))
    return message


def personalization(value: str | int) -> int:
    """From "full", "contextual", "non_profiled" or the enum's number; empty means unspecified."""
    if isinstance(value, int):
        return value
    name = f"PERSONALIZATION_{value.upper() or 'UNSPECIFIED'}"
    if name not in recommend_pb2.Personalization.keys():  # noqa: SIM118 - it is a wrapper, not a dict
        raise ValueError(
            f"personalization is {value!r}: it must be full, contextual or non_profiled"
        )
    return int(recommend_pb2.Personalization.Value(name))


def online_by(value: str | int) -> int:
    """From "model", "source", "scenario", "slice", "position" or the enum's number; empty means
    unspecified."""
    if isinstance(value, int):
        return value
    name = f"ONLINE_BY_{value.upper() or 'UNSPECIFIED'}"
    if name not in recommend_pb2.OnlineBy.keys():  # noqa: SIM118 - it is a wrapper, not a dict
        known = "model, source, scenario, slice or position"
        raise ValueError(f"by is {value!r}: it must be {known}")
    return int(recommend_pb2.OnlineBy.Value(name))


def trial_kind(value: str | int) -> int:
    """From "shadow", "canary" or the enum's number."""
    if isinstance(value, int):
        return value
    name = f"TRIAL_KIND_{value.upper() or 'UNSPECIFIED'}"
    if name not in model_pb2.TrialKind.keys():  # noqa: SIM118 - it is a wrapper, not a dict
        raise ValueError(f"kind is {value!r}: it must be shadow or canary")
    return int(model_pb2.TrialKind.Value(name))


def _known(row: Row, fields: Mapping[str, object]) -> dict[str, Any]:
    """The values that are there; None is absent."""
    if unknown := set(row) - set(fields):
        raise ValueError(f"unknown field {min(unknown)!r}; known: {', '.join(sorted(fields))}")
    return {name: value for name, value in row.items() if value is not None}
