"""Nothing that was acknowledged is lost, whatever kills the server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from palate.client import Client
from tests.service.world import NOW

ROOT = Path(__file__).resolve().parents[2]
CONFIG = '[encoders]\ntext = "fake"\nimage = "fake"\n[server]\naddress = "127.0.0.1:0"\n'


class Server:
    """`palate serve` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "palate.toml").write_text(CONFIG, encoding="utf-8")
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.kill()


def test_what_was_acknowledged_survives_kill_9(server: Server, tmp_path: Path) -> None:
    with Client(server.address, timeout_s=30) as client:
        client.wait_until_serving(30)
        for batch in range(4):
            rows = [{"item_id": f"b{batch}-{i}", "title": f"item {batch} {i}"} for i in range(25)]
            assert client.index_items(rows).indexed == 25
            seen = [
                {
                    "user_id": "u",
                    "item_id": row["item_id"],
                    "event_type": "watch",
                    "timestamp": NOW + i,
                }
                for i, row in enumerate(rows[:10])
            ]
            assert client.record_events(seen).recorded == 10
        server.kill()
    again = Server(tmp_path)
    try:
        with Client(again.address, timeout_s=30) as client:
            client.wait_until_serving(30)
            assert len(client.list_items(page_size=200).items) == 100
            answer = client.recommend(user_id="u", k=100, include_seen=True)
            assert len(answer.results) == 100  # the index has what the log has
            left = client.recommend(user_id="u", k=100)
            assert len(left.results) == 60  # and the forty events are there too
    finally:
        again.kill()
