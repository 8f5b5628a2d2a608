"""OpenAPI 3.1 from the descriptors: a path for each binding, a schema for each message.

Comments become descriptions. What a request may hold is as proto3's JSON has it: null for a field
that is not set, numbers also as text. Knows no file that it is written to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import (
    Descriptor,
    EnumDescriptor,
    FieldDescriptor,
    ServiceDescriptor,
)

from service.rpc.descriptors import map_value, message_of
from service.rpc.http.bindings import Binding, bindings_of
from service.rpc.http.strict import BASE64
from service.rpc.reference.ranges import RANGES, SAME, TOGETHER, Schema
from service.rpc.reference.source import Source

_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: "int32",
    FieldDescriptor.CPPTYPE_UINT32: "uint32",
    FieldDescriptor.CPPTYPE_INT64: "int64",
}
_BOUNDS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-(2**63), 2**63 - 1)}
_FLOATS = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_TIMESTAMP = "google.protobuf.Timestamp"
_PROBLEM = "Problem"
_INPUT = "Input"
_WHOLE = "^-?[0-9]{1,9}$"
_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_REQUIRED = re.compile(r"^Required\b(?! unless)")

INFO = {
    "title": "Palate",
    "version": "v1",
    "description": "Recommendations, and why. The calls of package palate.v1 over HTTP and JSON, by the rules of "
    "proto3: a field that has its default (0, false, empty) is left out of an answer. Every call may have the headers "
    "x-request-id, which names it in the server's log, and connect-timeout-ms, how long it is waited for.",
}
PROBLEM: Schema = {
    "type": "object",
    "description": "An error, by RFC 9457.",
    "required": ["type", "title", "status", "detail", "code", "reason", "requestId", "details"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "What the status is called."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {
            "type": "string",
            "description": "What, which value, and what to do. For people.",
        },
        "code": {"type": "string", "description": "The gRPC code, such as INVALID_ARGUMENT."},
        "reason": {"type": "string", "description": "For programs, such as ITEM_NOT_FOUND."},
        "requestId": {"type": "string", "description": "What the server's log calls the call."},
        "details": {
            "type": "array",
            "description": "The details of google.rpc.Status: ErrorInfo, and BadRequest or RetryInfo.",
            "items": {"type": "object"},
        },
    },
}


def openapi(services: Sequence[ServiceDescriptor], source: Source) -> dict[str, Any]:
    """The document."""
    schemas = _Schemas(source)
    paths: dict[str, Any] = {}
    for binding in bindings_of(services):
        operation = _operation(binding, schemas, source.comments)
        paths.setdefault(binding.template, {})[binding.verb.lower()] = operation
    tags = [
        {"name": _tag(service), "description": source.comments[service.name]}
        for service in services
    ]
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {"schemas": {**dict(sorted(schemas.made.items())), _PROBLEM: PROBLEM}},
    }


def _operation(binding: Binding, schemas: _Schemas, comments: Mapping[str, str]) -> dict[str, Any]:
    rpc = binding.rpc
    said = comments[f"{rpc.containing_service.name}.{rpc.name}"]
    operation: dict[str, Any] = {
        "operationId": rpc.name,
        "tags": [_tag(rpc.containing_service)],
        "summary": _first_sentence(said),
        "description": said,
        "parameters": list(_parameters(binding, schemas)),
        "responses": {"200": _answer(binding, schemas), "default": _problem()},
    }
    if binding.takes_body:
        schema = schemas.body(rpc.input_type, binding.path_fields)
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _parameters(binding: Binding, schemas: _Schemas) -> Iterator[Schema]:
    for field in binding.rpc.input_type.fields:
        is_in_path = field.name in binding.path_fields
        if binding.takes_body and not is_in_path:
            continue
        yield {
            "name": field.name if is_in_path else field.json_name,
            "in": "path" if is_in_path else "query",
            "required": is_in_path,
            "description": schemas.said(field),
            "schema": schemas.parameter(field),
        }


def _answer(binding: Binding, schemas: _Schemas) -> Schema:
    answer = binding.rpc.output_type
    if not binding.rpc.server_streaming:
        content = {"application/json": {"schema": schemas.output(answer)}}
        return {"description": schemas.comments[answer.name], "content": content}
    event: Schema = {
        "type": "object",
        "required": ["data"],
        "properties": {
            "event": {"type": "string"},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": schemas.output(answer),
            },
        },
    }
    return {
        "description": f"Server-sent events. The data of each are a {answer.name}; one of type `error` has a "
        f"{_PROBLEM}, and is the last. {schemas.comments[answer.name]}",
        "content": {"text/event-stream": {"schema": event}},
    }


def _problem() -> Schema:
    schema = {"$ref": f"#/components/schemas/{_PROBLEM}"}
    return {
        "description": PROBLEM["description"],
        "content": {"application/problem+json": {"schema": schema}},
    }


class _Schemas:
    """The schemas of messages, each made when it is first named."""

    def __init__(self, source: Source) -> None:
        self.comments = source.comments
        self.made: dict[str, Schema] = {}

    def said(self, field: FieldDescriptor) -> str:
        """The comment on a field."""
        return self.comments[f"{message_of(field)}.{field.name}"]

    def output(self, message: Descriptor) -> Schema:
        """Of a message in an answer."""
        return self._named(message.name, message, is_input=False)

    def body(self, message: Descriptor, path_fields: Sequence[str]) -> Schema:
        """Of a request, without what stands in the path."""
        return self._named(message.name, message, is_input=True, without=path_fields)

    def parameter(self, field: FieldDescriptor) -> Schema:
        """Of a field in a path or a query, where all is text."""
        schema = self._one(field, is_input=False) | _range(field)
        if "minimum" in schema:
            schema.pop("pattern")
        return {"type": "array", **schema} if field.is_repeated else schema

    def _named(
        self, name: str, message: Descriptor, *, is_input: bool, without: Sequence[str] = ()
    ) -> Schema:
        if name not in self.made:
            self.made[name] = {}  # stands for it while it is made
            self.made[name] = self._message(message, is_input, without)
        return {"$ref": f"#/components/schemas/{name}"}

    def _message(self, message: Descriptor, is_input: bool, without: Sequence[str]) -> Schema:
        fields = [field for field in message.fields if field.name not in without]
        schema: Schema = {
            "type": "object",
            "description": self.comments[message.name],
            "properties": {field.json_name: self._field(field, is_input) for field in fields},
        }
        if is_input:
            schema["additionalProperties"] = False
            schema |= TOGETHER.get(SAME.get(message.name, message.name), {})
            if len(message.oneofs) == 1 and len(message.oneofs[0].fields) == len(fields):
                schema["maxProperties"] = 1
            required = [field.json_name for field in fields if self._is_required(field)]
            if required and message.name.endswith("Request"):
                schema["required"] = required
        return schema

    def _is_required(self, field: FieldDescriptor) -> bool:
        return field.containing_oneof is None and bool(_REQUIRED.match(self.said(field)))

    def _field(self, field: FieldDescriptor, is_input: bool) -> Schema:
        said = {"description": self.said(field)}
        schema = self._value(field, is_input) | (_range(field) if is_input else {})
        is_row = not message_of(field).endswith("Request")
        if is_input and (is_row or not self._is_required(field)):
            schema = _or_null(schema)
        return {**schema, **said}

    def _value(self, field: FieldDescriptor, is_input: bool) -> Schema:
        held = map_value(field)
        if held is not None:
            return {"type": "object", "additionalProperties": self._one(held, is_input)}
        one = self._one(field, is_input)
        return {"type": "array", "items": one} if field.is_repeated else one

    def _one(self, field: FieldDescriptor, is_input: bool) -> Schema:
        """One value of a field."""
        if field.message_type is not None:
            if field.message_type.full_name == _TIMESTAMP:
                return {"type": "string", "format": "date-time"}
            name = field.message_type.name + (_INPUT if is_input else "")
            return self._named(name, field.message_type, is_input=is_input)
        if field.enum_type is not None:
            return _enum(field.enum_type, is_input)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return {"type": "string", "contentEncoding": "base64", "pattern": f"^{BASE64}$"}
        if field.type == FieldDescriptor.TYPE_BOOL:
            return {"type": "boolean"}
        if field.cpp_type in _INTEGERS:
            return _integer(_INTEGERS[field.cpp_type], is_input)
        if field.cpp_type in _FLOATS:
            number: Schema = {"type": "number", "format": "double"}
            return number | ({"type": ["number", "string"], "pattern": _NUMBER} if is_input else {})
        return {"type": "string"}


def _range(field: FieldDescriptor) -> Schema:
    message = message_of(field)
    found = RANGES.get(f"{SAME.get(message, message)}.{field.name}", {})
    held = "items" if "items" in found else "additionalProperties"
    return {**found, held: {"type": "string", **found[held]}} if held in found else dict(found)


def _integer(format: str, is_input: bool) -> Schema:
    low, high = _BOUNDS[format]
    if is_input:
        bounds = {"minimum": low, "maximum": high}
        return {"type": ["integer", "string"], "format": format, **bounds, "pattern": _WHOLE}
    if format == "int64":  # as text, for JSON's numbers are doubles in many languages
        return {"type": "string", "format": format, "pattern": "^-?[0-9]+$"}
    return {"type": "integer", "format": format}


def _enum(enum: EnumDescriptor, is_input: bool) -> Schema:
    names: list[str | int] = [value.name for value in enum.values]
    numbers = [value.number for value in enum.values] if is_input else []
    return {"type": ["string", "integer"] if is_input else "string", "enum": [*names, *numbers]}


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    found = {**schema, "type": [*types, "null"]}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found


def _tag(service: ServiceDescriptor) -> str:
    return str(service.name.removesuffix("Service"))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].removesuffix(".")
