"""Who may call, over the wire: every rpc of every service, without a key, with one that may too little,
and with one that may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from service.access.audit_chain import records, verify
from service.access.keys import _LOOK_EVERY_S, KeyFile
from service.access.roles import RPCS, Role
from service.config import Settings
from service.errors import ConfigError
from tests.service.access.test_roles import FOREIGN
from tests.service.api.test_services import SERVICES
from tests.service.standin import Running, StandIn, running

METHODS: dict[str, MethodDescriptor] = {
    f"/{service.full_name}/{method.name}": method
    for service in (*SERVICES, *FOREIGN)
    for method in service.methods
}
CLOSED = [method for method, rpc in RPCS.items() if rpc.role is not None and method in METHODS]


class Keys:
    """Of a data folder."""

    def __init__(self, folder: Path) -> None:
        self.file = KeyFile(Settings(data=folder).keys_file)
        self.texts: dict[Role | None, str] = {
            role: self.file.make(str(role), role)[1] for role in Role if role
        }

    def metadata(self, role: Role | None) -> tuple[tuple[str, str], ...]:
        return () if role is None else (("authorization", f"Bearer {self.texts[role]}"),)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


async def _call(server: Running, method: str, metadata: Any) -> str:
    """The name of the code and the reason, of one empty request, whatever the shape of the rpc. Of a
    stream, what its first message or its end says."""
    described = METHODS[method]
    request = GetMessageClass(described.input_type)().SerializeToString()

    async def requests() -> AsyncIterator[bytes]:
        yield request

    try:
        if described.client_streaming:
            streams = server.channel.stream_stream(method)(requests(), metadata=metadata)
            await streams.read()
            streams.cancel()
        elif described.server_streaming:
            stream = server.channel.unary_stream(method)(request, metadata=metadata)
            await stream.read()
            stream.cancel()
        else:
            await server.channel.unary_unary(method)(request, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {_reason(error)}"
    return "OK"


def _reason(error: grpc.aio.AioRpcError) -> str:
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""


def _sections(folder: Path, **access: Any) -> dict[str, Any]:
    return {"data": folder, "access": access}


async def test_not_one_rpc_is_answered_without_a_key_or_with_one_of_too_low_a_role(
    tmp_path: Path, keys: Keys
) -> None:
    below = [
        (method, role)
        for method in CLOSED
        for role in (None, *(role for role in Role if Role.NONE < role < RPCS[method].role))
    ]
    assert len(below) >= 21 + 8
    async with running(sections=_sections(tmp_path)) as server:
        refused = [
            (role, await _call(server, method, keys.metadata(role))) for method, role in below
        ]
        assert server.backend.asked == []
        answered = [await _call(server, method, keys.metadata(Role.ADMIN)) for method in CLOSED]
    unknown = {told for role, told in refused if role is None}
    too_low = {told for role, told in refused if role is not None}
    assert unknown == {"UNAUTHENTICATED CREDENTIAL_MISSING"}
    assert too_low == {"PERMISSION_DENIED ROLE_TOO_LOW"}
    assert not {told for told in answered if "UNAUTHENTICATED" in told or "PERMISSION" in told}


async def test_health_is_told_to_anybody_also_on_a_port_of_its_own_without_tls(
    tmp_path: Path, keys: Keys, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "service.rpc.server")
    async with running(sections=_sections(tmp_path), health="127.0.0.1:0") as server:
        for method in ("/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"):
            assert await _call(server, method, ()) == "OK"
        where = next(
            record.getMessage().split()[-1]
            for record in caplog.records
            if record.getMessage().startswith("health at ")
        )
        async with grpc.aio.insecure_channel(where) as channel:
            states = health_pb2_grpc.HealthStub(channel)
            state = await states.Check(health_pb2.HealthCheckRequest(), timeout=20)
            assert state.status == health_pb2.HealthCheckResponse.SERVING
            for method in CLOSED[:3]:
                with pytest.raises(grpc.aio.AioRpcError, match="Method not found"):
                    await channel.unary_unary(method)(b"", metadata=keys.metadata(Role.ADMIN))


async def test_what_is_refused_is_not_read(tmp_path: Path, keys: Keys) -> None:
    """The request never ends, and the answer is there."""
    async with running(sections=_sections(tmp_path)) as server:
        never = asyncio.Event()

        async def requests() -> AsyncIterator[bytes]:
            await never.wait()
            yield b""

        call = server.channel.stream_unary("/palate.v1.IndexService/IndexItems")(requests())
        assert await call.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_key_that_is_revoked_is_refused_by_the_server_that_runs(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.access.keys._LOOK_EVERY_S", 0.0)
    assert _LOOK_EVERY_S <= 1.0
    method = "/palate.v1.RecommendService/Recommend"
    async with running(sections=_sections(tmp_path)) as server:
        before = await _call(server, method, keys.metadata(Role.READ))
        made = next(one for one in keys.file.read().values() if one.role == "read")
        keys.file.revoke(made.key_id)
        after = await _call(server, method, keys.metadata(Role.READ))
    assert (before, after) == ("OK", "UNAUTHENTICATED CREDENTIAL_REFUSED")


async def test_too_many_calls_of_a_key_are_told_when_to_come_again(
    tmp_path: Path, keys: Keys
) -> None:
    method = "/palate.v1.RecommendService/Recommend"
    slow = _sections(tmp_path, rate_per_s=0.01)
    async with running(sections=slow) as server:
        assert await _call(server, method, keys.metadata(Role.READ)) == "OK"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await server.channel.unary_unary(method)(b"", metadata=keys.metadata(Role.READ))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        (retry,) = [
            retry
            for detail in rpc_status.from_call(refused.value).details
            if detail.Unpack(retry := error_details_pb2.RetryInfo())
        ]
        assert _reason(refused.value) == "RATE_LIMITED"
        assert 90 < retry.retry_delay.ToTimedelta().total_seconds() <= 100
        assert await _call(server, method, keys.metadata(Role.ADMIN)) == "OK"


async def test_administrative_calls_are_recorded_with_how_they_ended(
    tmp_path: Path, keys: Keys
) -> None:
    admin = keys.metadata(Role.ADMIN)
    async with running(StandIn(), sections=_sections(tmp_path)) as server:
        rollback, delete = "ModelService/RollbackModel", "UserService/DeleteUser"
        assert await _call(server, f"/palate.v1.{rollback}", admin) == "OK"
        assert "INVALID_ARGUMENT" in await _call(server, f"/palate.v1.{delete}", admin)
        train = server.channel.unary_stream("/palate.v1.ModelService/TrainModel")
        assert len([update async for update in train(b"", metadata=admin)]) == 3
    folder = Settings(data=tmp_path).audit_folder
    told = [
        (one["event"], one["what"].split("/")[-1], one.get("status")) for one in records(folder)
    ]
    assert told == [
        ("began", "RollbackModel", None),
        ("ended", "RollbackModel", "OK"),
        ("began", "DeleteUser", None),
        ("ended", "DeleteUser", "INVALID_ARGUMENT"),
        ("began", "TrainModel", None),
        ("ended", "TrainModel", "OK"),
    ]
    assert verify(folder).problems == []


async def test_a_server_that_strangers_could_call_does_not_listen(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can be reached from other machines"):
        async with running(sections={**_sections(tmp_path), "server": {"address": "0.0.0.0:0"}}):
            raise AssertionError("it listens")
