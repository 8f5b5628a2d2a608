"""What `google.protobuf.json_format` takes and the rules of proto3 do not: true for a number, since
it is one in Python, a fraction for an enum, and bytes that are no base64, of which it would read a
part.

Knows nothing of requests. What it does not know, such as a field that there is not, it leaves to
json_format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from service.errors import InvalidInput
from service.rpc.descriptors import map_value

BASE64 = "([A-Za-z0-9+/_-]{4})*([A-Za-z0-9+/_-]{2}(==)?|[A-Za-z0-9+/_-]{3}=?)?"
"""With the characters of either alphabet, and with or without padding."""

_BASE64 = re.compile(BASE64)


def check(message: Descriptor, given: Mapping[str, Any], path: str = "") -> None:
    """InvalidInput names the field, as a path from the outermost message."""
    for name, value in given.items():
        field = message.fields_by_name.get(name) or message.fields_by_camelcase_name.get(name)
        if field is None:
            continue
        where = f"{path}{name}"
        held = map_value(field) or field
        for one in _values(field, value):
            if held.message_type is not None:
                if isinstance(one, dict):
                    check(held.message_type, one, f"{where}.")
            elif isinstance(one, bool) and held.type != FieldDescriptor.TYPE_BOOL:
                raise InvalidInput(where, one, "it must not be true or false")
            elif held.enum_type is not None and isinstance(one, float) and not one.is_integer():
                raise InvalidInput(where, one, "it must be a name, or a whole number")
            elif held.type == FieldDescriptor.TYPE_BYTES and not _is_base64(one):
                raise InvalidInput(where, one, "it must be base64")


def _is_base64(value: object) -> bool:
    return not isinstance(value, str) or _BASE64.fullmatch(value) is not None


def _values(field: FieldDescriptor, value: Any) -> Iterator[Any]:
    if map_value(field) is not None:
        yield from value.values() if isinstance(value, dict) else ()
    elif isinstance(value, list):
        yield from value
    else:
        yield value
