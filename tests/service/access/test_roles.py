"""The table from rpcs to roles is complete, whoever may have added an rpc."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf.descriptor_pool import Default
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from service.access.roles import METRICS, RPCS, Role, Rpc, rpc_of
from tests.service.api.test_services import SERVICES

FOREIGN = [
    *health_pb2.DESCRIPTOR.services_by_name.values(),
    *reflection_pb2.DESCRIPTOR.services_by_name.values(),
]
METHODS = [
    f"/{service.full_name}/{method.name}"
    for service in (*SERVICES, *FOREIGN)
    for method in service.methods
]


def test_the_table_has_every_rpc_of_every_service_and_no_other() -> None:
    assert len(METHODS) >= 24
    assert sorted(RPCS) == sorted([*METHODS, METRICS])


def test_nobody_is_let_through_without_a_credential_but_to_health() -> None:
    open_to_all = [method for method, rpc in RPCS.items() if rpc.role is None]
    assert {method.split("/")[1] for method in open_to_all} == {"grpc.health.v1.Health"}


def test_what_gives_out_or_erases_a_person_or_changes_what_answers_is_for_administrators() -> None:
    for name in ("ExportUser", "DeleteUser", "TrainModel", "ChangeEncoders", "ActivateModel"):
        (method,) = (method for method in METHODS if method.endswith(f"/{name}"))
        assert RPCS[method].role is Role.ADMIN


def test_a_method_that_the_table_lacks_needs_the_highest_role() -> None:
    assert rpc_of("/palate.v1.IndexService/Forgotten") == Rpc(max(Role))


def test_requests_with_bytes_or_rows_in_them_are_bulk() -> None:
    """A field of bytes, or of items or events, makes a request large; nothing else does."""
    heavy = {"palate.v1.Item", "palate.v1.Event", "palate.v1.ImageList"}
    for service in SERVICES:
        for method in service.methods:
            fields = method.input_type.fields
            entries = [
                f.message_type.fields_by_name.get("value", f) for f in fields if f.message_type
            ]
            carried = any(
                field.type == field.TYPE_BYTES
                or (field.message_type is not None and field.message_type.full_name in heavy)
                for field in (*fields, *entries)
            )
            assert rpc_of(f"/{service.full_name}/{method.name}").bulk == carried, method.name


def test_a_role_has_the_name_that_it_is_written_by() -> None:
    assert [str(role) for role in Role] == ["none", "read", "write", "admin"]
    assert [Role.of(str(role)) for role in Role] == list(Role)
    with pytest.raises(ValueError, match="'root' is no role: none, read, write, admin"):
        Role.of("root")


def test_the_page_says_of_every_rpc_which_role_it_needs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "security.md").read_text(encoding="utf-8")
    for role in Role:
        if role is not Role.NONE:
            (row,) = re.findall(rf"^\| `{role}` \| (.*) \|$", page, re.MULTILINE)
            listed = {name.strip("`") for name in row.split(", ")}
            ours = {
                METRICS if method == METRICS else method.split("/")[-1]
                for method, rpc in RPCS.items()
                if rpc.role is role
            }
            assert listed == {"reflection" if "Reflection" in name else name for name in ours}


def test_the_pool_knows_the_services_that_are_looked_at() -> None:
    assert Default().FindServiceByName("grpc.health.v1.Health") in FOREIGN
