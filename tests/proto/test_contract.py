"""The stubs are those of the .proto files, and every rpc and field is explained."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from grpc_tools import protoc

PROTO = Path(__file__).parents[2] / "proto"
FILES = sorted(PROTO.glob("palate/v1/*.proto"))

# Numbers of `path` in google.protobuf.SourceCodeInfo.
_MESSAGE, _ENUM, _SERVICE, _FIELD, _NESTED, _METHOD, _VALUE, _ONEOF = 4, 5, 6, 2, 3, 2, 2, 8


def _protoc(*arguments: str) -> None:
    well_known = Path(protoc.__file__).parent / "_proto"
    assert (
        protoc.main(["protoc", f"-I{PROTO}", f"-I{well_known}", *arguments, *map(str, FILES)]) == 0
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[descriptor_pb2.FileDescriptorProto]:
    out = tmp_path_factory.mktemp("descriptors") / "all.bin"
    _protoc("--include_source_info", f"--descriptor_set_out={out}")
    return list(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file)


def test_the_committed_stubs_are_those_of_the_proto_files(
    files: list[descriptor_pb2.FileDescriptorProto],
) -> None:
    """By what they describe; `make proto-check` compares them byte for byte."""
    stubs = sorted(path.name for path in (PROTO / "palate" / "v1").glob("*_pb2*.py*"))
    assert stubs == sorted(
        f"{path.stem}{kind}" for path in FILES for kind in ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")
    )
    stale = []
    for file in files:
        described = descriptor_pb2.FileDescriptorProto()
        module = importlib.import_module(
            f"{file.name.removesuffix('.proto').replace('/', '.')}_pb2"
        )
        module.DESCRIPTOR.CopyToProto(described)
        if described != _as_in_stubs(file):
            stale.append(file.name)
    assert stale == [], "run `make proto`"


def _as_in_stubs(
    file: descriptor_pb2.FileDescriptorProto,
) -> descriptor_pb2.FileDescriptorProto:
    """Without comments, and without the names in JSON, which follow from those of the fields."""
    bare = descriptor_pb2.FileDescriptorProto.FromString(file.SerializeToString())
    bare.ClearField("source_code_info")
    messages = list(bare.message_type)
    while messages:
        message = messages.pop()
        messages += message.nested_type
        for field in message.field:
            field.ClearField("json_name")
    return bare


def test_the_stubs_are_of_a_compiler_whose_stubs_run_on_later_versions() -> None:
    """From protobuf 5.27 stubs refuse to run where the library is two major versions newer."""
    v1 = PROTO / "palate" / "v1"
    versions = {
        re.search(r"^# Protobuf Python Version: (\S+)$", path.read_text(), re.MULTILINE)[1]  # type: ignore[index]
        for path in v1.glob("*_pb2.py")
    }
    assert versions == {"5.26.1"}
    asked = tomllib.loads((PROTO / "pyproject.toml").read_text())["project"]["dependencies"]
    assert "protobuf>=5.26.1,<8" in asked
    grpc = {
        re.search(r"^GRPC_GENERATED_VERSION = '(\S+)'$", path.read_text(), re.MULTILINE)[1]  # type: ignore[index]
        for path in v1.glob("*_pb2_grpc.py")
    }
    assert grpc == {"1.63.0"}
    assert "grpcio>=1.63,<2" in asked


def test_there_is_no_package_directly_in_proto() -> None:
    assert not (PROTO / "__init__.py").exists()


def _named(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    for m, message in enumerate(file.message_type):
        yield message.name, (_MESSAGE, m)
        optional = {field.oneof_index for field in message.field if field.proto3_optional}
        for f, field in enumerate(message.field):
            yield f"{message.name}.{field.name}", (_MESSAGE, m, _FIELD, f)
        for o, oneof in enumerate(message.oneof_decl):
            if o not in optional:
                yield f"{message.name}.{oneof.name}", (_MESSAGE, m, _ONEOF, o)
    for e, enum in enumerate(file.enum_type):
        yield enum.name, (_ENUM, e)
        for v, value in enumerate(enum.value):
            yield f"{enum.name}.{value.name}", (_ENUM, e, _VALUE, v)
    for s, service in enumerate(file.service):
        yield service.name, (_SERVICE, s)
        for r, method in enumerate(service.method):
            yield f"{service.name}.{method.name}", (_SERVICE, s, _METHOD, r)


def _comments(file: descriptor_pb2.FileDescriptorProto) -> dict[tuple[int, ...], str]:
    return {
        tuple(place.path): place.leading_comments.strip()
        for place in file.source_code_info.location
    }


def test_everything_has_a_comment_that_is_a_sentence(
    files: list[descriptor_pb2.FileDescriptorProto],
) -> None:
    silent = [
        name
        for file in files
        for name, path in _named(file)
        if not re.match(r"[A-Z0-9].*\.$", _comments(file).get(path, ""), re.DOTALL)
    ]
    assert silent == []


def test_every_request_field_says_whether_it_is_required(
    files: list[descriptor_pb2.FileDescriptorProto],
) -> None:
    inputs = re.compile(r"(\w+Request|Item|Event|AttributeValue|StringList)\.\w+")
    in_a_oneof = {
        f"{message.name}.{field.name}"
        for file in files
        for message in file.message_type
        for field in message.field
        if field.HasField("oneof_index") and not field.proto3_optional
    }
    vague = [
        name
        for file in files
        for name, path in _named(file)
        if inputs.fullmatch(name)
        and name not in in_a_oneof
        and not re.search(r"\b(Required|Optional)\b", _comments(file)[path])
    ]
    assert vague == []


def test_names_follow_the_standard_rules_of_buf(
    files: list[descriptor_pb2.FileDescriptorProto],
) -> None:
    requests: list[str] = []
    for file in files:
        assert (file.package, Path(file.name).parent) == ("palate.v1", Path("palate/v1"))
        for enum in file.enum_type:
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", enum.name).upper() + "_"
            assert all(value.name.startswith(prefix) for value in enum.value)
            assert (enum.value[0].name, enum.value[0].number) == (f"{prefix}UNSPECIFIED", 0)
        for service in file.service:
            assert service.name.endswith("Service")
            for method in service.method:
                assert method.input_type == f".palate.v1.{method.name}Request"
                assert method.output_type == f".palate.v1.{method.name}Response"
                requests.append(method.name)
        for message in file.message_type:
            assert all(re.fullmatch(r"[a-z][a-z0-9_]*", field.name) for field in message.field)
    assert len(set(requests)) == len(requests)


def test_the_rpcs_others_rely_on_are_there(files: list[descriptor_pb2.FileDescriptorProto]) -> None:
    found = {
        service.name: {method.name for method in service.method}
        for file in files
        for service in file.service
    }
    promised = {
        "IndexService": {"IndexItems", "DeleteItems", "GetItem", "ListItems", "RecordEvents"},
        "RecommendService": {"Recommend", "SimilarItems", "SearchItems"},
        "ExplainService": {"Explain", "StreamExplain"},
        "ModelService": {"ListModels", "TrainModel", "ActivateModel", "RollbackModel"},
        "UserService": {"PutUser", "ExportUser", "DeleteUser"},
    }
    assert set(found) == set(promised)
    assert all(promised[name] <= found[name] for name in promised)
