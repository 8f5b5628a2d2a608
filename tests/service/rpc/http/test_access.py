"""The same keys as over gRPC, and asked for before anything of a body is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.access.exposure import check_exposure
from service.access.keys import KeyFile
from service.access.roles import RPCS, Role
from service.config import ServerSettings, Settings
from service.errors import ConfigError
from service.rpc.http.bindings import bindings_of
from service.rpc.server import SERVICES
from tests.service.rpc.http.conftest import asked

BINDINGS = bindings_of([service for service, _, _ in SERVICES])


async def test_every_path_asks_for_a_key_and_says_how(tmp_path: Path) -> None:
    KeyFile(Settings(data=tmp_path).keys_file).make("somebody", Role.READ)
    async with asked(sections={"data": tmp_path}) as (http, server):
        for binding in BINDINGS:
            path = binding.template.format(item_id="f1", user_id="u")
            body = {"content": b"no json at all"} if binding.takes_body else {}
            response = await http.request(binding.verb, path, **body)  # type: ignore[arg-type]
            connect = await http.post(binding.method, content=b"{}")
            assert (response.status_code, connect.status_code) == (401, 401)
            assert response.headers["www-authenticate"] == "Bearer"
            assert response.json()["reason"] == "CREDENTIAL_MISSING"
        assert server.backend.asked == []
        assert (await http.get("/healthz")).status_code == 200


async def test_a_key_may_what_its_role_may(tmp_path: Path) -> None:
    _, key = KeyFile(Settings(data=tmp_path).keys_file).make("reader", Role.READ)
    async with asked(sections={"data": tmp_path}) as (http, _):
        http.headers["authorization"] = f"Bearer {key}"
        read = await http.get("/v1/items/f1")
        erase = await http.delete("/v1/users/u")
        http.headers["authorization"] = "Bearer " + key[:-1]
        wrong = await http.get("/v1/items/f1")
    assert RPCS["/palate.v1.UserService/DeleteUser"].role is Role.ADMIN
    assert (read.status_code, erase.status_code, wrong.status_code) == (200, 403, 401)
    assert erase.json()["code"] == "PERMISSION_DENIED"


def test_an_address_that_others_reach_needs_keys() -> None:
    settings = Settings(server=ServerSettings(http="0.0.0.0:8080"))
    with pytest.raises(ConfigError, match=r"server\.http 0\.0\.0\.0:8080 can be reached"):
        check_exposure(settings, required=False, has_valid=False)
