"""The rules that stand beside the fields of `palate.v1`: what each may hold.

They are those of [protovalidate](https://protovalidate.com), and are read here from the options of
the descriptors. Knows no field by name, and checks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, OneofDescriptor
from google.protobuf.descriptor_pb2 import FieldOptions
from google.protobuf.message import Message

from buf.validate import validate_pb2

_FIELD: Any = validate_pb2.field
_ONEOF: Any = validate_pb2.oneof


def rules_of(message: type[Message]) -> Mapping[str, validate_pb2.FieldRules]:
    """By the name of the field; of one that may hold anything there are none."""
    fields: Sequence[FieldDescriptor] = list(message.DESCRIPTOR.fields)  # type: ignore[arg-type]  # the stubs name two classes
    return {field.name: rules for field in fields if (rules := field_rules(field))}


def field_rules(field: FieldDescriptor) -> validate_pb2.FieldRules | None:
    """None where the field may hold anything."""
    return rules_in(field.GetOptions())


def rules_in(options: FieldOptions) -> validate_pb2.FieldRules | None:
    """Those among the options of a field."""
    if not options.HasExtension(_FIELD):
        return None
    rules: validate_pb2.FieldRules = options.Extensions[_FIELD]
    return rules


def is_required(oneof: OneofDescriptor) -> bool:
    """Whether one of its fields must be set."""
    return bool(oneof.GetOptions().Extensions[_ONEOF].required)
