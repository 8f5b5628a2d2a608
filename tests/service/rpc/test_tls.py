"""The server's certificate: used, asked for, and exchanged while calls go on."""

from __future__ import annotations

import asyncio
import logging
import ssl
import subprocess
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest

from palate.v1 import recommend_pb2, recommend_pb2_grpc
from service.access.settings import TlsSettings
from service.errors import ConfigError
from service.rpc.tls import server_context, server_credentials
from tests.service.rpc.certificates import Authority, Pair
from tests.service.standin import Running, running

ONE, TWO = "one.example", "two.example"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.of(tmp_path / "server")


def _tls(pair: Pair, **given: Any) -> TlsSettings:
    return TlsSettings(cert=pair.cert, key=pair.key, **given)


def _channel(
    server: Running, authority: Authority, name: str, client: Pair | None = None
) -> grpc.aio.Channel:
    """A connection of its own, to the server as one that is called `name`."""
    credentials = grpc.ssl_channel_credentials(
        authority.file.read_bytes(),
        client.key.read_bytes() if client else None,
        client.cert.read_bytes() if client else None,
    )
    options = [("grpc.ssl_target_name_override", name), ("grpc.use_local_subchannel_pool", 1)]
    return grpc.aio.secure_channel(server.address, credentials, options=options)


async def _recommend(channel: grpc.aio.Channel) -> str:
    stub = recommend_pb2_grpc.RecommendServiceStub(channel)
    answer = await stub.Recommend(recommend_pb2.RecommendRequest(), timeout=20)
    answered: str = answer.recommendation_id
    return answered


async def test_calls_go_over_tls_and_not_without(authority: Authority) -> None:
    async with running(sections={"tls": _tls(authority.issue(ONE))}) as server:
        async with _channel(server, authority, ONE) as channel:
            assert await _recommend(channel) == "rec-1"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await _recommend(server.channel)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_new_certificate_serves_new_connections_and_drops_no_call(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "service.rpc.tls")
    async with (
        running(sections={"tls": _tls(authority.issue(ONE))}) as server,
        _channel(server, authority, ONE) as before,
    ):
        assert await _recommend(before) == "rec-1"
        authority.issue(TWO)
        async with _channel(server, authority, TWO) as after:
            answered = await asyncio.gather(
                *(_recommend(channel) for channel in (before, after) for _ in range(10))
            )
        assert answered == ["rec-1"] * 20
    assert "the certificate has changed" in caplog.text


async def test_half_a_pair_leaves_the_one_of_before_in_use_until_the_other_half_is_there(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    pair = authority.issue(ONE)
    async with running(sections={"tls": _tls(pair)}) as server:
        key = pair.key.read_bytes()
        authority.issue(TWO)
        new_key = pair.key.read_bytes()
        pair.key.write_bytes(key)
        async with _channel(server, authority, ONE) as channel:
            assert await _recommend(channel) == "rec-1"
        assert "the certificate of before stays in use" in caplog.text
        pair.key.write_bytes(new_key)
        async with _channel(server, authority, TWO) as channel:
            assert await _recommend(channel) == "rec-1"


async def test_with_mutual_tls_a_client_needs_a_certificate_of_the_right_authority(
    authority: Authority, tmp_path: Path
) -> None:
    clients = Authority.of(tmp_path / "clients")
    strangers = Authority.of(tmp_path / "strangers")
    tls = _tls(authority.issue(ONE), client_ca=clients.file)
    async with running(sections={"tls": tls}) as server:
        good = clients.issue("client.example")
        async with _channel(server, authority, ONE, good) as channel:
            assert await _recommend(channel) == "rec-1"
        for client in (None, strangers.issue("client.example")):
            async with _channel(server, authority, ONE, client) as channel:
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await _recommend(channel)
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert len(server.backend.asked) == 1


async def test_the_name_of_a_certificate_may_have_a_role(
    authority: Authority, tmp_path: Path
) -> None:
    clients = Authority.of(tmp_path / "clients")
    access = {"certificates": {"shop.example": "read", "boss": "admin"}}
    tls = _tls(authority.issue(ONE), client_ca=clients.file)
    codes = []
    async with running(sections={"tls": tls, "access": access, "data": tmp_path}) as server:
        for names, common_name in (
            (("shop.example",), None),
            (("other.example",), None),
            (("other.example",), "boss"),
        ):
            client = clients.issue(*names, common_name=common_name)
            async with _channel(server, authority, ONE, client) as channel:
                try:
                    await _recommend(channel)
                    codes.append("OK")
                except grpc.aio.AioRpcError as error:
                    codes.append(error.code().name)
    assert codes == ["OK", "UNAUTHENTICATED", "OK"]


@pytest.mark.parametrize("harm", ["missing", "empty", "no key of it", "passphrase", "ca"])
def test_files_that_cannot_be_used_are_said_at_the_start(
    authority: Authority, harm: str, tmp_path: Path
) -> None:
    pair = authority.issue(ONE)
    match harm:
        case "missing":
            pair.cert.unlink()
        case "empty":
            pair.cert.write_bytes(b"")
        case "no key of it":
            other = Authority.of(tmp_path / "other").issue(ONE)
            pair.key.write_bytes(other.key.read_bytes())
        case "passphrase":
            command = ["openssl", "ec", "-aes128", "-passout", "pass:x", "-in", str(pair.key)]
            done = subprocess.run([*command, "-out", str(pair.key)], capture_output=True)
            assert done.returncode == 0
        case "ca":
            authority.file.write_bytes(b"none")
    for used in (server_credentials, server_context):
        with pytest.raises(ConfigError, match=r"tls: .*tls\.crt.* cannot be used"):
            used(_tls(pair, client_ca=authority.file))


HERE = ("127.0.0.1", "localhost")


def _http(server: Running, authority: Authority, client: Pair | None = None) -> httpx.AsyncClient:
    """Of a server that speaks HTTP over TLS, by its name or, without one in the handshake, by its address."""
    trusted = ssl.create_default_context(cafile=authority.file)
    if client is not None:
        trusted.load_cert_chain(client.cert, client.key)
    address = server.http.removeprefix("http://")
    return httpx.AsyncClient(base_url=f"https://{address}", verify=trusted, timeout=20.0)


async def _shown(server: Running, name: str) -> str:
    """The certificate that a new connection is shown."""
    port = int(server.http.rpartition(":")[2])
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    shown_to = name if name == "localhost" else None
    _, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=shown_to or ""
    )
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return ssl.DER_cert_to_PEM_cert(found)


def _first(pair: Pair) -> str:
    pem = pair.cert.read_text()
    return pem[: pem.index("-----END")] + "-----END CERTIFICATE-----\n"


async def test_http_is_over_tls_and_not_without(authority: Authority) -> None:
    tls = _tls(authority.issue(*HERE))
    async with running(sections={"tls": tls}, http="127.0.0.1:0") as server:
        async with _http(server, authority) as http:
            answer = await http.post("/v1/recommend", json={"userId": "u"})
            assert answer.json()["recommendationId"] == "rec-1"
        async with httpx.AsyncClient(base_url=server.http) as plain:
            with pytest.raises(httpx.TransportError):
                await plain.get("/healthz")


@pytest.mark.parametrize("name", HERE)
async def test_a_new_certificate_serves_new_connections_over_http_and_ends_none(
    authority: Authority, name: str
) -> None:
    pair = authority.issue(*HERE)
    async with (
        running(sections={"tls": _tls(pair)}, http="127.0.0.1:0") as server,
        _http(server, authority) as before,
    ):
        first = _first(pair)
        assert (await before.get("/healthz")).status_code == 200
        assert await _shown(server, name) == first
        authority.issue(*HERE)
        assert await _shown(server, name) == _first(pair) != first
        answer = await before.get("/healthz")
        assert answer.status_code == 200
        stream = answer.extensions["network_stream"].get_extra_info("ssl_object")
        assert ssl.DER_cert_to_PEM_cert(stream.getpeercert(binary_form=True)) == first


async def test_with_mutual_tls_http_asks_for_a_certificate_of_the_authorities_of_now(
    authority: Authority, tmp_path: Path
) -> None:
    clients, others = Authority.of(tmp_path / "clients"), Authority.of(tmp_path / "others")
    asked = tmp_path / "asked.pem"
    asked.write_bytes(clients.file.read_bytes())
    good, other = clients.issue("client.example"), others.issue("client.example")
    tls = _tls(authority.issue(*HERE), client_ca=asked)

    async def answers(server: Running, client: Pair | None) -> bool:
        async with _http(server, authority, client) as http:
            try:
                return (await http.get("/healthz")).status_code == 200
            except httpx.TransportError:
                return False

    async with running(sections={"tls": tls}, http="127.0.0.1:0") as server:
        assert [await answers(server, one) for one in (good, other, None)] == [True, False, False]
        asked.write_bytes(others.file.read_bytes())
        assert [await answers(server, one) for one in (good, other, None)] == [False, True, False]
