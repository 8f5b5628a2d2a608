"""The proto files with their comments, as descriptors: what the reference is written from.

The generated stubs have no comments, so that they are read from the sources, with the compiler of
grpcio-tools. Knows nothing of what is written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from google.protobuf import descriptor_pb2

PROTO = Path(__file__).resolve().parents[3] / "proto"
PACKAGE = "palate.v1"

# Numbers of `path` in google.protobuf.SourceCodeInfo.
_MESSAGE, _ENUM, _SERVICE, _FIELD, _METHOD, _VALUE, _PACKAGE = 4, 5, 6, 2, 2, 2, 2


@dataclass(frozen=True)
class Source:
    """The files of `palate.v1`, in the order of their names."""

    files: tuple[descriptor_pb2.FileDescriptorProto, ...]

    @cached_property
    def comments(self) -> Mapping[str, str]:
        """By `Message`, `Message.field`, `Enum`, `Enum.VALUE`, `Service`, `Service.Method`, and
        `file.proto` for what stands over a file; in one paragraph."""
        return {name: text for file in self.files for name, text in _comments(file)}


def read_source(proto: Path = PROTO) -> Source:
    """Compile them."""
    from grpc_tools import protoc

    files = sorted(proto.glob("palate/v1/*.proto"))
    well_known = Path(protoc.__file__).parent / "_proto"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "all.binpb"
        code = protoc.main(
            [
                "protoc",
                f"-I{proto}",
                f"-I{well_known}",
                "--include_source_info",
                f"--descriptor_set_out={out}",
                *map(str, files),
            ]
        )
        if code:
            raise RuntimeError(f"protoc ended with code {code}; it has said above what is wrong")
        found = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    return Source(tuple(found.file))


def _comments(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, str]]:
    said = {
        tuple(place.path): " ".join(place.leading_comments.split())
        for place in file.source_code_info.location
    }
    for name, path in _named(file):
        yield name, said.get(path, "")


def _named(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield Path(file.name).name, (_PACKAGE,)
    for m, message in enumerate(file.message_type):
        yield message.name, (_MESSAGE, m)
        for f, field in enumerate(message.field):
            yield f"{message.name}.{field.name}", (_MESSAGE, m, _FIELD, f)
    for e, enum in enumerate(file.enum_type):
        yield enum.name, (_ENUM, e)
        for v, value in enumerate(enum.value):
            yield f"{enum.name}.{value.name}", (_ENUM, e, _VALUE, v)
    for s, service in enumerate(file.service):
        yield service.name, (_SERVICE, s)
        for r, method in enumerate(service.method):
            yield f"{service.name}.{method.name}", (_SERVICE, s, _METHOD, r)
