"""The reference pages: every service, message and field with its comment and its rules, as Markdown,
one page for each proto file.

Knows no file that they are written to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import ServiceDescriptor

from palate.rules import rules_in
from service.rpc.http.bindings import Binding, bindings_of
from service.rpc.reference.source import PACKAGE, Source
from service.rpc.reference.words import in_words

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    value: name.removeprefix("TYPE_").lower()
    for name, value in _Field.Type.items()
    if name not in ("TYPE_MESSAGE", "TYPE_ENUM", "TYPE_GROUP")
}
MADE_BY = "<!-- Written by `make proto` from the comments in the .proto files. -->"


def pages(services: list[ServiceDescriptor], source: Source) -> dict[str, str]:
    """Markdown by file name, and `README.md`, which lists them."""
    bindings = {
        f"{binding.rpc.containing_service.name}.{binding.rpc.name}": binding
        for binding in bindings_of(services)
    }
    places = {
        f".{PACKAGE}.{name}": _page_of(file)
        for file in source.files
        for name in [
            *(one.name for one in file.message_type),
            *(one.name for one in file.enum_type),
        ]
    }
    made = {
        _page_of(file): "\n".join(_page(file, source.comments, bindings, places)) + "\n"
        for file in source.files
    }
    return {**made, "README.md": "\n".join(_list(source)) + "\n"}


def _list(source: Source) -> Iterator[str]:
    yield from ("# Reference", "", MADE_BY, "")
    yield "Every call, message and field of package `palate.v1`. Over HTTP the same is at `/openapi.json`."
    yield ""
    for file in source.files:
        name = Path(file.name).name
        yield f"- [{name}]({_page_of(file)}): {source.comments[name]}"


def _page(
    file: descriptor_pb2.FileDescriptorProto,
    comments: Mapping[str, str],
    bindings: Mapping[str, Binding],
    places: Mapping[str, str],
) -> Iterator[str]:
    name = Path(file.name).name
    yield from (f"# {name}", "", MADE_BY, "", comments[name], "")
    for service in file.service:
        yield from (f"## {service.name}", "", comments[service.name], "")
        yield from ("| rpc | request, answer | over HTTP | what it does |", "|---|---|---|---|")
        for method in service.method:
            key = f"{service.name}.{method.name}"
            stream = "stream of " if method.server_streaming else ""
            asked, answered = (
                _link(one, places) for one in (method.input_type, method.output_type)
            )
            binding = bindings[key]
            cells = f"{asked}, {stream}{answered}", f"`{binding.verb} {binding.template}`"
            yield _row(f"`{method.name}`", *cells, comments[key])
        yield ""
    for message in file.message_type:
        yield from (f"## {message.name}", "", comments[message.name], "")
        if message.field:
            yield from ("| field | type | may hold | |", "|---|---|---|---|")
            for field in message.field:
                rules = rules_in(field.options)
                cells = _type(field, message, places), "" if rules is None else in_words(rules)
                yield _row(f"`{field.name}`", *cells, comments[f"{message.name}.{field.name}"])
            yield ""
    for enum in file.enum_type:
        yield from (f"## {enum.name}", "", comments[enum.name], "", "| value | |", "|---|---|")
        for value in enum.value:
            yield _row(f"`{value.name}` = {value.number}", comments[f"{enum.name}.{value.name}"])
        yield ""


def _type(
    field: descriptor_pb2.FieldDescriptorProto,
    message: descriptor_pb2.DescriptorProto,
    places: Mapping[str, str],
) -> str:
    entries = {f".{PACKAGE}.{message.name}.{entry.name}": entry for entry in message.nested_type}
    if field.type_name in entries:
        key, value = (_one(one, places) for one in entries[field.type_name].field)
        return f"map of {key} to {value}"
    prefix = "repeated " if field.label == _Field.LABEL_REPEATED else ""
    prefix = "optional " if field.proto3_optional else prefix
    return prefix + _one(field, places)


def _one(field: descriptor_pb2.FieldDescriptorProto, places: Mapping[str, str]) -> str:
    return _SCALARS.get(field.type) or _link(field.type_name, places)


def _link(type_name: str, places: Mapping[str, str]) -> str:
    name = type_name.rpartition(".")[2]
    if type_name not in places:
        return f"`{type_name.removeprefix('.')}`"
    return f"[{name}]({places[type_name]}#{name.lower()})"


def _row(*cells: str) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Without what Markdown would take for the end of a cell, or for HTML."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if n % 2 else part.replace("<", "\\<") for n, part in enumerate(parts))


def _page_of(file: descriptor_pb2.FileDescriptorProto) -> str:
    return f"{Path(file.name).stem}.md"
