"""Bindings: which rpc an HTTP request calls, by the `google.api.http` annotations of the proto.

A path template is literal segments and `{field}`, one whole segment each; a value keeps its slashes
by `%2F`. Knows nothing of what is in a request beside its method and path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from google.api import annotations_pb2  # type: ignore[attr-defined]  # its stubs are of another package
from service.errors import InvalidInput

VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Binding:
    """One rpc, and the requests that call it."""

    rpc: MethodDescriptor
    verb: str
    """`GET`, `POST`, ..."""
    template: str
    """`/v1/items/{item_id}`"""
    takes_body: bool
    """Whether the fields that are not in the path come in a body; else they are the query."""

    @property
    def method(self) -> str:
        """As gRPC has it: `/palate.v1.IndexService/GetItem`."""
        return method_of(self.rpc)

    @property
    def path_fields(self) -> Sequence[str]:
        """The fields of the request that are in the path."""
        return [name for name in map(_field_of, self.template.split("/")) if name]


def method_of(rpc: MethodDescriptor) -> str:
    """The method as gRPC has it."""
    return f"/{rpc.containing_service.full_name}/{rpc.name}"


def bindings_of(services: Iterable[ServiceDescriptor]) -> list[Binding]:
    """Of every rpc that has an annotation, in the order of the proto."""
    found = []
    for service in services:
        for rpc in service.methods:
            rule = rpc.GetOptions().Extensions[annotations_pb2.http]
            verb = rule.WhichOneof("pattern")
            if verb in VERBS:
                template = getattr(rule, verb)
                found.append(Binding(rpc, verb.upper(), template, rule.body == "*"))
    return found


@dataclass(slots=True)
class _Place:
    """Where a path has come to after some segments."""

    literal: dict[str, _Place] = field(default_factory=dict)
    any: _Place | None = None
    """After a segment that is the value of a field."""
    bindings: dict[str, Binding] = field(default_factory=dict)
    """By verb, for paths that end here."""


class Routes:
    """The bindings as a tree of segments. A literal segment wins over a field."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        self._root = _Place()
        for binding in bindings:
            place = self._root
            for segment in binding.template.split("/"):
                if _field_of(segment):
                    place.any = place.any or _Place()
                    place = place.any
                else:
                    place = place.literal.setdefault(segment, _Place())
            assert binding.verb not in place.bindings, f"{binding.verb} {binding.template} twice"
            place.bindings[binding.verb] = binding

    def find(self, raw_path: str) -> tuple[Mapping[str, Binding], Sequence[str]]:
        """The bindings of a percent-encoded path by verb, none where nothing is there, and the values
        of the fields in it. InvalidInput for a value that is not UTF-8."""
        place = self._root
        values: list[str] = []
        for segment in raw_path.split("/"):
            found = place.literal.get(segment)
            if found is None:
                values.append(segment)
                found = place.any if segment else None
            if found is None:
                return {}, ()
            place = found
        return place.bindings, [_decoded(value) for value in values]


def _field_of(segment: str) -> str:
    """The field whose value the segment is; empty for a literal."""
    return segment[1:-1] if segment.startswith("{") else ""


def _decoded(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("path", segment, "it must be percent-encoded UTF-8") from None
