"""The stubs are those of the .proto files, every rpc and field is explained, and the dataclasses
mirror them."""

from __future__ import annotations

import dataclasses
import filecmp
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from grpc_tools import protoc

from indexer.catalog.event import Event
from indexer.catalog.item import item_fields
from palate.v1 import catalog_pb2, event_pb2, explain_pb2, model_pb2, recommend_pb2, user_pb2
from service.api.messages import (
    Change,
    ExplainRequest,
    Explanation,
    Feedback,
    ModelInfo,
    Personalization,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
    TasteSummary,
    TrainProgress,
    UserProfile,
)
from service.explainer.evidence import Evidence, EvidenceKind

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


def test_the_committed_stubs_are_those_of_the_proto_files(tmp_path: Path) -> None:
    _protoc(f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", f"--grpc_python_out={tmp_path}")
    fresh = tmp_path / "palate" / "v1"
    made = sorted(path.name for path in fresh.iterdir())
    committed = sorted(path.name for path in (PROTO / "palate" / "v1").glob("*_pb2*.py*"))
    assert made == committed
    stale = [
        name
        for name in made
        if not filecmp.cmp(fresh / name, PROTO / "palate" / "v1" / name, shallow=False)
    ]
    assert stale == [], "run `make proto`, with the grpcio-tools of constraints.txt"


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


def test_a_row_and_the_message_of_an_item_have_the_same_fields() -> None:
    assert set(item_fields()) == set(catalog_pb2.Item.DESCRIPTOR.fields_by_name)


@pytest.mark.parametrize(
    ("dataclass", "message"),
    [
        (Event, event_pb2.Event),
        (RecommendRequest, recommend_pb2.RecommendRequest),
        (Recommendation, recommend_pb2.RecommendResponse),
        (ScoredItem, recommend_pb2.ScoredItem),
        (SimilarRequest, recommend_pb2.SimilarItemsRequest),
        (SearchRequest, recommend_pb2.SearchItemsRequest),
        (ExplainRequest, explain_pb2.ExplainRequest),
        (ExplainRequest, explain_pb2.StreamExplainRequest),
        (Explanation, explain_pb2.ExplainResponse),
        (Change, explain_pb2.Change),
        (Feedback, explain_pb2.Feedback),
        (Evidence, explain_pb2.Evidence),
        (TasteRequest, explain_pb2.DescribeTasteRequest),
        (TasteSummary, explain_pb2.DescribeTasteResponse),
        (ModelInfo, model_pb2.ModelInfo),
        (TrainProgress, model_pb2.TrainProgress),
        (UserProfile, user_pb2.PutUserRequest),
    ],
)
def test_the_dataclass_and_the_message_have_the_same_fields(dataclass: type, message: type) -> None:
    names = {field.name for field in dataclasses.fields(dataclass)}
    assert names == set(message.DESCRIPTOR.fields_by_name)  # type: ignore[attr-defined]


def test_the_enums_have_the_same_members() -> None:
    def without_prefix(names: list[str], prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name in names} - {"UNSPECIFIED"}

    evidence = without_prefix(explain_pb2.EvidenceKind.keys(), "EVIDENCE_KIND_")
    personalization = without_prefix(recommend_pb2.Personalization.keys(), "PERSONALIZATION_")
    assert evidence == {kind.name for kind in EvidenceKind}
    assert personalization == {choice.name for choice in Personalization}
