"""Tenants over the wire: a key reaches one backend by gRPC and by HTTP, and what is refused says nothing
of others."""

from __future__ import annotations

from pathlib import Path

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from palate.v1 import index_pb2, index_pb2_grpc
from service.access.keys import KeyFile
from service.access.roles import Role
from service.config import Settings
from service.errors import ItemNotFound, MemoryFull, Overloaded
from tests.service.standin import Several, StandIn, running


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    """Of tenants a and b, of one that is not there, and of none."""
    file = KeyFile(Settings(data=tmp_path).keys_file)
    return {name: file.make("x", Role.ADMIN, tenant=name)[1] for name in ("a", "b", "c", "")}


def sections(folder: Path) -> dict[str, object]:
    return {"data": folder, "tenants": {"enabled": True}}


async def _get(channel: grpc.aio.Channel, key: str) -> grpc.aio.AioRpcError | None:
    stub = index_pb2_grpc.IndexServiceStub(channel)
    metadata = (("authorization", f"Bearer {key}"),)
    try:
        await stub.GetItem(index_pb2.GetItemRequest(item_id="f1"), metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return error
    return None


async def test_each_key_reaches_the_backend_of_its_tenant_by_both_transports(
    tmp_path: Path, keys: dict[str, str]
) -> None:
    several = Several()
    async with (
        running(several, sections=sections(tmp_path), http="127.0.0.1:0") as server,
        httpx.AsyncClient(base_url=server.http) as http,
    ):
        assert await _get(server.channel, keys["a"]) is None
        headers = {"authorization": f"Bearer {keys['b']}"}
        assert (await http.get("/v1/items/f1", headers=headers)).status_code == 200
        asked = {name: backend.asked for name, backend in several.backends.items()}
    assert asked == {"a": [("get_item", "f1")], "b": [("get_item", "f1")]}


async def test_a_tenant_that_is_not_there_is_refused_as_a_key_of_none(
    tmp_path: Path, keys: dict[str, str]
) -> None:
    async with running(Several(), sections=sections(tmp_path)) as server:
        refused = [await _get(server.channel, keys[name]) for name in ("c", "")]
    told = [(error.code(), error.details()) for error in refused if error is not None]
    assert len(told) == 2
    assert told[0] == told[1]
    assert told[0][0] is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("error", [Overloaded("answering", 68, 9.25), MemoryFull(4_321, 4_000)])
async def test_how_much_others_do_is_not_told(
    tmp_path: Path, keys: dict[str, str], error: Exception
) -> None:
    several = Several()
    several.backends["a"] = StandIn(error=error)
    async with running(several, sections=sections(tmp_path)) as server:
        refused = await _get(server.channel, keys["a"])
    assert refused is not None
    status = rpc_status.from_call(refused)
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(retry)
    assert (info.reason, dict(info.metadata), retry.retry_delay.seconds) == ("BUSY", {}, 1)
    assert not any(char.isdigit() for char in status.message)


async def test_what_is_its_own_is_told_as_ever(tmp_path: Path, keys: dict[str, str]) -> None:
    several = Several()
    several.backends["a"] = StandIn(error=ItemNotFound("f1"))
    async with running(several, sections=sections(tmp_path)) as server:
        refused = await _get(server.channel, keys["a"])
    assert refused is not None
    assert refused.code() is grpc.StatusCode.NOT_FOUND


async def test_the_log_says_whose_call_it_was(
    tmp_path: Path, keys: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "service.rpc.interceptor")
    async with running(Several(), sections=sections(tmp_path)) as server:
        await _get(server.channel, keys["a"])
    assert [vars(record).get("tenant") for record in caplog.records] == ["a"]
