"""Nothing that was acknowledged is lost, whatever kills the server, or that of its log."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode

from palate.client import Client
from palate.errors import PalateRpcError
from tests.postgres import PostgresServer
from tests.service.world import NOW

ROOT = Path(__file__).resolve().parents[2]
CONFIG = '[encoders]\ntext = "fake"\nimage = "fake"\n[server]\naddress = "127.0.0.1:0"\n'


class Server:
    """`palate serve` in a process of its own."""

    def __init__(self, folder: Path, log_url: str = "") -> None:
        text = f'{CONFIG}[log]\nurl = "{log_url}"\n'
        (folder / "palate.toml").write_text(text, encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve", "--data", str(folder), "--json"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = ""
        for line in self.process.stdout:
            if "127.0.0.1:" in line:
                self.address = "127.0.0.1:" + line.split("127.0.0.1:")[1].split('"')[0].split()[0]
                break
        assert self.address, self.process.communicate()[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(params=["sqlite", "postgresql"])
def log_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a log in the data folder, and of one on a server."""
    if request.param == "sqlite":
        yield ""
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.database() as url:
            yield url


@contextmanager
def serving(folder: Path, log_url: str) -> Iterator[tuple[Server, Client]]:
    server = Server(folder, log_url)
    try:
        with Client(server.address, timeout_s=30) as client:
            client.wait_until_serving(30)
            yield server, client
    finally:
        server.kill()


def test_what_was_acknowledged_survives_kill_9(log_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, log_url) as (server, client):
        for batch in range(4):
            rows = [{"item_id": f"b{batch}-{i}", "title": f"item {batch} {i}"} for i in range(25)]
            assert client.index_items(rows).indexed == 25
            seen = [_watched(row["item_id"], i) for i, row in enumerate(rows[:10])]
            assert client.record_events(seen).recorded == 10
        server.kill()
    with serving(tmp_path, log_url) as (_, client):
        assert len(client.list_items(page_size=200).items) == 100
        answer = client.recommend(user_id="u", k=100, include_seen=True)
        assert len(answer.results) == 100  # the index has what the log has
        left = client.recommend(user_id="u", k=100)
        assert len(left.results) == 60  # and the forty events are there too


def test_kill_9_between_two_writes_of_many_loses_none_that_was_acknowledged(
    log_url: str, tmp_path: Path
) -> None:
    written: list[str] = []
    with serving(tmp_path, log_url) as (server, client):
        client.index_items([{"item_id": f"i{n}", "title": "x"} for n in range(200)])

        def write(first: int) -> None:
            for n in range(first, first + 100):
                try:
                    assert client.record_events([_watched(f"i{n}", n)]).recorded == 1
                except PalateRpcError:
                    return
                written.append(f"i{n}")
                if len(written) == 40:
                    server.process.kill()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(write, [0, 100]))
    assert 40 <= len(written) < 200
    with serving(tmp_path, log_url) as (_, client):
        events = client.export_user("u")["events"]
        assert set(written) - {event["item_id"] for event in events} == set()


def test_postgresql_may_be_killed_under_a_server_that_goes_on_when_it_is_back(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    with (
        own_postgres.database() as url,
        serving(tmp_path, url) as (_, client),
        Client(client.address, timeout_s=1) as impatient,
    ):
        client.index_items([{"item_id": f"i{n}", "title": "x"} for n in range(3)])
        assert client.record_events([_watched("i0", 0)]).recorded == 1
        own_postgres.kill()
        with pytest.raises(PalateRpcError) as refused:
            impatient.record_events([_watched("i1", 1)])
        assert refused.value.code in (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED)
        own_postgres.start()
        assert client.record_events([_watched("i2", 2)]).recorded == 1
        kept = {event["item_id"] for event in client.export_user("u")["events"]}
        assert {"i0", "i2"} <= kept
        assert [one.item.item_id for one in client.recommend("u", k=3).results] == sorted(
            {"i0", "i1", "i2"} - kept
        )


def _watched(item_id: str, n: int) -> dict[str, Any]:
    return {"user_id": "u", "item_id": item_id, "event_type": "watch", "timestamp": NOW + n}
