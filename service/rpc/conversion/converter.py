"""Dataclasses and generated messages of the same field names, each made from the other.

A field is converted by what it is in the message:

    scalar          as it is; None is "not set" where the field is optional
    enum            a member by its name, which has the enum's prefix in the message
    message         a dataclass; None is "not set"
    Timestamp       unix seconds
    Item, RowError  by functions of `service.rpc.conversion.rows`: their fields have other names
    repeated, map   a list, a dict

Checks nothing: what callers ask is read by `service.rpc.conversion.requests`. Knows no message by
name but those three.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp

from palate.v1 import catalog_pb2
from service.rpc.conversion.rows import (
    item_message,
    item_of,
    row_error_message,
    row_error_of,
)
from service.rpc.conversion.timestamps import timestamp, unix_seconds
from service.rpc.descriptors import map_value

M = TypeVar("M", bound=Message)
D = TypeVar("D")
Convert = Callable[[Any], Any]

_WRITERS: Mapping[str, Convert] = {
    Timestamp.DESCRIPTOR.full_name: timestamp,
    catalog_pb2.Item.DESCRIPTOR.full_name: item_message,
    catalog_pb2.RowError.DESCRIPTOR.full_name: row_error_message,
}
_READERS: Mapping[str, Convert] = {
    Timestamp.DESCRIPTOR.full_name: unix_seconds,
    catalog_pb2.Item.DESCRIPTOR.full_name: item_of,
    catalog_pb2.RowError.DESCRIPTOR.full_name: row_error_of,
}


def to_message(value: object, kind: type[M]) -> M:
    """A message of `kind`, every field of which is a field of the dataclass `value`. What the
    dataclass has beyond that is left out."""
    writers = _writers(kind)  # type: ignore[arg-type]  # a class is hashable
    return kind(**{name: write(getattr(value, name)) for name, write in writers})


def from_message(message: Message, kind: type[D], **others: Any) -> D:
    """A dataclass of `kind` from the fields of `message` that it has. `others` are fields that the
    message does not have, where they have no default."""
    readers = _readers(type(message), kind)  # type: ignore[arg-type]  # classes are hashable
    return kind(**{name: read(message) for name, read in readers}, **others)


@cache
def _writers(kind: type[Message]) -> tuple[tuple[str, Convert], ...]:
    """How each field of a message is made from the field of a dataclass."""
    return tuple((name, _writer(field)) for name, field in _fields(kind).items())


def _writer(field: FieldDescriptor) -> Convert:
    if map_value(field) is not None:
        return _as_it_is
    write = _value_writer(field)
    if _is_in_oneof(field):  # an empty value would unset the others
        return lambda value: write(value) if value else None
    if write is _as_it_is:
        return _as_it_is
    if field.is_repeated:
        return lambda values: [write(value) for value in values]
    return lambda value: None if value is None else write(value)


def _value_writer(field: FieldDescriptor) -> Convert:
    """For one value of the field."""
    if field.enum_type is not None:
        numbers = _numbers(field.enum_type)
        return lambda member: numbers[member.name]
    if field.message_type is None:
        return _as_it_is
    own = _WRITERS.get(field.message_type.full_name)
    if own is not None:
        return own
    kind = GetMessageClass(field.message_type)
    return lambda value: to_message(value, kind)


@cache
def _readers(source: type[Message], kind: type) -> tuple[tuple[str, Convert], ...]:
    """How each field that both have is made from the whole message."""
    fields = _fields(source)
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.name in fields]
    return tuple((name, _reader(fields[name], hints[name])) for name in names)


def _reader(field: FieldDescriptor, hint: Any) -> Convert:
    name = field.name
    if map_value(field) is not None:
        return lambda message: dict(getattr(message, name))
    read = _value_reader(field, _held(hint))
    if field.is_repeated:
        return lambda message: [read(value) for value in getattr(message, name)]
    if field.has_presence and NoneType in get_args(hint):
        return lambda message: read(getattr(message, name)) if message.HasField(name) else None
    return lambda message: read(getattr(message, name))


def _value_reader(field: FieldDescriptor, kind: Any) -> Convert:
    """For one value of the field, which is of `kind` in the dataclass."""
    if field.enum_type is not None:
        return _member_reader(field.enum_type, kind)
    if field.message_type is None:
        return _as_it_is
    own = _READERS.get(field.message_type.full_name)
    if own is not None:
        return own
    return lambda message: from_message(message, kind)


def _fields(kind: type[Message]) -> Mapping[str, FieldDescriptor]:
    return dict(kind.DESCRIPTOR.fields_by_name)  # type: ignore[arg-type]  # the stubs name two classes


def _held(hint: Any) -> Any:
    """X of the type hints X, `X | None` and `Sequence[X]`."""
    inner = [argument for argument in get_args(hint) if argument is not NoneType]
    return inner[0] if inner else hint


def _numbers(enum: EnumDescriptor) -> Mapping[str, int]:
    """Numbers by name without the prefix: that of EVIDENCE_KIND_HISTORY is under HISTORY."""
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix): value.number for value in enum.values}


def _member_reader(enum: EnumDescriptor, kind: type[Enum]) -> Convert:
    numbers = _numbers(enum)
    members = {numbers[member.name]: member for member in kind if member.name in numbers}

    def read(number: int) -> Enum:
        if number not in members:
            raise ValueError(f"{number} is no {kind.__name__} that is known here")
        return members[number]

    return read


def _is_in_oneof(field: FieldDescriptor) -> bool:
    """An `optional` field is in a oneof of its own, which does not count."""
    oneof = field.containing_oneof
    return oneof is not None and len(oneof.fields) > 1


def _as_it_is(value: Any) -> Any:
    return value
