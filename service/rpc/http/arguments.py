"""Arguments: the message that a request asks with, from its path, query and JSON body.

Owns what is refused before an rpc is asked: fields that there are not, values of another type. JSON
is read by the rules of proto3 (`google.protobuf.json_format`). What a value may be is checked where
gRPC's messages are, in `service.rpc.conversion`. Knows no sockets and no answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from service.errors import InvalidInput
from service.rpc.http import strict
from service.rpc.http.bindings import Binding

MAX_DEPTH = 20
"""Of messages within messages in a body; ours nest five deep."""
MAX_QUERY_FIELDS = 1_000

_BOOLEANS = {"true": True, "false": False}

# What `json_format.ParseError` says.
_FAILED = re.compile(r"Failed to parse (\S+) field: ")
_WHERE = re.compile(r" at \w+\.?(\S*?)\.*\Z")
_UNKNOWN = re.compile(
    r"""has no field named "(.*?)" at "\w+\.?(.*?)"\.\s+Available Fields.*?: "\[(.*)\]""", re.DOTALL
)
_QUOTES = re.compile("['\"]")


def from_request(binding: Binding, values: Sequence[str], query: str, body: bytes) -> Message:
    """The request message of a REST call; InvalidInput names what cannot be used."""
    given: dict[str, Any] = {}
    asked = binding.rpc.input_type
    if binding.takes_body:
        if query:
            raise InvalidInput("query", query, "this call takes its fields in the body, as JSON")
        given = _object(body)
    elif query:
        given = _from_query(asked, query)
    for name, value in zip(binding.path_fields, values, strict=True):
        _refuse_twice(asked.fields_by_name[name], given)
        given[name] = value
    return _message(asked, given)


def from_body(asked: Descriptor, body: bytes) -> Message:
    """The request message of a call of Connect's protocol, whose fields are all in the body. Fields
    that are not known are left out, as a newer client may have them."""
    return _message(asked, _object(body), ignore_unknown=True)


def _object(body: bytes) -> dict[str, Any]:
    """An empty body is an empty object."""
    try:
        found = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        start = body[:80].decode("utf-8", "replace")
        raise InvalidInput("body", start, f"it must be JSON ({error})") from None
    if not isinstance(found, dict):
        raise InvalidInput("body", found, "it must be a JSON object")
    return found


def _from_query(asked: Descriptor, query: str) -> dict[str, Any]:
    fields = _by_both_names(asked)
    given: dict[str, Any] = {}
    for name, text in _pairs(query):
        field = fields.get(name)
        if field is None:
            known = ", ".join(one.json_name for one in asked.fields)
            raise InvalidInput(name, text, f"there is no such parameter; known are {known}")
        value = _scalar(field, name, text)
        if field.is_repeated:
            given.setdefault(field.name, []).extend([value] if text else [])
        elif field.name in given:
            raise InvalidInput(name, text, "it must be given once")
        else:
            given[field.name] = value
    return given


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError as error:
        raise InvalidInput("query", query, f"it must be percent-encoded UTF-8 ({error})") from None


def _scalar(field: FieldDescriptor, name: str, text: str) -> Any:
    if field.message_type is not None:
        raise InvalidInput(name, text, "it cannot be given in a query")
    if field.type != FieldDescriptor.TYPE_BOOL:
        return text  # the rules of proto3 read numbers and enums from text
    if text not in _BOOLEANS:
        raise InvalidInput(name, text, "it must be true or false")
    return _BOOLEANS[text]


def _refuse_twice(field: FieldDescriptor, given: Mapping[str, Any]) -> None:
    for name in (field.name, field.json_name):
        if name in given:
            raise InvalidInput(name, given[name], "it stands in the path; leave it out here")


def _by_both_names(asked: Descriptor) -> dict[str, FieldDescriptor]:
    """`item_id` and `itemId` are one field."""
    return {name: field for field in asked.fields for name in (field.name, field.json_name)}


def _message(asked: Descriptor, given: dict[str, Any], *, ignore_unknown: bool = False) -> Message:
    message = GetMessageClass(asked)()
    strict.check(asked, given)
    try:
        json_format.ParseDict(
            given, message, ignore_unknown_fields=ignore_unknown, max_recursion_depth=MAX_DEPTH
        )
    except json_format.ParseError as error:
        raise _refusal(str(error), given) from None
    return message


def _refusal(said: str, given: Mapping[str, Any]) -> InvalidInput:
    """What the reader of JSON has said, by field and in one line."""
    if unknown := _UNKNOWN.search(said):
        name, within, known = unknown.groups()
        field = f"{within}.{name}" if within else name
        why = f"there is no such field; known are {_QUOTES.sub('', known)}"
        return InvalidInput(field, given.get(name), why)
    names = _FAILED.findall(said)
    why = _FAILED.sub("", said)
    where = _WHERE.search(why)
    field = ".".join(names)
    if where is not None:
        why = why[: where.start()]
        field = where[1] or field
    value = given.get(names[0]) if names else given
    return InvalidInput(field or "body", value, " ".join(why.split()))
