"""`palate mcp` over stdio and over HTTP, asked by the client of the official package."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from service.rpc.sockets import bound, with_real_port
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn, served

ROOT = Path(__file__).parents[4]
COMMAND = [sys.executable, "-m", "service.cli", "mcp"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"}


async def test_over_stdio_an_agent_asks_a_server() -> None:
    backend = StandIn()
    with served(backend) as address:
        over = StdioServerParameters(
            command=COMMAND[0], args=[*COMMAND[1:], "--server", address], env=ENVIRONMENT, cwd=ROOT
        )
        async with Client(stdio_client(over)) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            called = await client.call_tool("recommend", {"user_id": "u", "wish": "in space"})
    assert "record_event" not in names
    assert called.structured_content is not None
    assert called.structured_content["results"][0]["untrusted"]["title"] == "Alien"
    assert backend.asked[0][1].wish == "in space"


async def test_over_http_an_agent_asks_a_server() -> None:
    with bound("127.0.0.1:0") as free:
        at = with_real_port("127.0.0.1:0", free)
    environment = {**ENVIRONMENT, "PALATE_MCP__RECORD_EVENTS": "true"}
    with served(StandIn()) as address:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "--server", address, "--http", at,
            env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            await _until_listening(process, at)
            async with Client(f"http://{at}/mcp") as client:
                names = [tool.name for tool in (await client.list_tools()).tools]
                called = await client.call_tool("describe_taste", {"user_id": "u"})
            async with httpx.AsyncClient() as http:
                elsewhere = await http.post(
                    f"http://{at}/mcp", json={}, headers={"host": "evil.example"}
                )
        finally:
            process.terminate()
            await process.communicate()
    assert "record_event" in names
    assert called.structured_content is not None
    assert called.structured_content["untrusted"]["text"] == "You keep coming back to Horror."
    assert elsewhere.status_code == 421  # a page that gave its name this address


async def _until_listening(process: asyncio.subprocess.Process, address: str) -> None:
    assert process.stderr is not None
    host, _, port = address.rpartition(":")
    while True:
        line = await process.stderr.readline()
        assert line, "it has ended"
        if b"Uvicorn running" in line:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            await writer.wait_closed()
            return


@pytest.mark.parametrize("at", ["8080", "127.0.0.1:", "127.0.0.1:x"])
def test_an_address_that_is_none_is_said(run: Run, at: str) -> None:
    ran = run("mcp", "--http", at, "--server", "127.0.0.1:1")
    assert ran.code == 2
    assert "must be HOST:PORT" in ran.err


def test_strangers_are_kept_out(run: Run) -> None:
    ran = run("mcp", "--http", "0.0.0.0:8765", "--server", "127.0.0.1:1")
    assert ran.code == 2
    assert "can be reached from other machines" in ran.err


def test_a_folder_without_data_is_said_before_an_agent_waits(run: Run, tmp_path: Path) -> None:
    ran = run("mcp", "--data", str(tmp_path / "nowhere"))
    assert ran.code == 2
    assert "there are no data in" in ran.err
