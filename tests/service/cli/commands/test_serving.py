"""`palate serve`: what it serves, and what it says of it.

The server itself is tested in `tests/service/rpc`.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.cli.commands import serving
from service.config import Settings
from service.operations.switching import Switching
from service.rpc import server
from service.telemetry.telemetry import SILENT
from tests.service import world
from tests.service.cli.conftest import Run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of every server; none of them listens, or loads anything."""
    seen: list[Settings] = []

    async def serve(
        settings: Settings,
        load: Any,
        *,
        on_listening: Any,
        on_http: Any,
        on_loaded: Any,
        telemetry: Any,
        **_: Any,
    ) -> bool:
        seen.append(settings)
        if settings.server.http:
            on_http(settings.server.http)
        on_listening("127.0.0.1:1234")
        on_loaded({"model": "m1", "items": "40"})
        return True

    monkeypatch.setattr(server, "serve", serve)
    return seen


def test_it_says_where_it_listens_and_what_was_loaded(run: Run, served: list[Settings]) -> None:
    ran = run("serve")
    assert ran.code == 0
    assert ran.out.startswith("listening on 127.0.0.1:1234, loading ...\n")
    assert ["model", "m1"] in [line.split() for line in ran.out.splitlines()]
    assert ran.out.endswith("serving; Ctrl-C stops\n")


def test_json_is_one_line_for_each(run: Run, served: list[Settings]) -> None:
    lines = [json.loads(line) for line in run("serve", "--json").out.splitlines()]
    assert lines == [
        {"listening": "127.0.0.1:1234"},
        {"loaded": {"model": "m1", "items": "40"}},
    ]


def test_the_address_is_that_of_the_option_or_else_of_the_settings(
    run: Run, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_SERVER__ADDRESS", "127.0.0.1:7")
    run("serve")
    run("serve", "--address", "127.0.0.1:0")
    assert [settings.server.address for settings in served] == ["127.0.0.1:7", "127.0.0.1:0"]


def test_http_is_where_the_option_or_else_the_settings_say(
    run: Run, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = run("serve", "--json", "--http", "127.0.0.1:8080").out.splitlines()
    assert json.loads(lines[0]) == {"http": "http://127.0.0.1:8080"}
    monkeypatch.setenv("PALATE_SERVER__HTTP", "127.0.0.1:9")
    assert "http://127.0.0.1:9/docs" in run("serve").out
    assert [settings.server.http for settings in served] == ["127.0.0.1:8080", "127.0.0.1:9"]


def test_with_a_certificate_http_is_said_to_be_over_tls(
    run: Run, served: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_TLS__CERT", "tls.crt")
    monkeypatch.setenv("PALATE_TLS__KEY", "tls.key")
    assert "https://127.0.0.1:8080/docs" in run("serve", "--http", "127.0.0.1:8080").out
    lines = run("serve", "--json", "--http", "127.0.0.1:8080").out.splitlines()
    assert json.loads(lines[0]) == {"http": "https://127.0.0.1:8080"}


def test_what_is_served_is_the_folder_of_the_settings(filled: Run) -> None:
    (Settings().data / "training-input").mkdir(parents=True)  # of a server that was killed
    backend = serving._load(world.settings(Settings().data), SILENT)
    assert not (Settings().data / "training-input").exists()
    try:
        assert isinstance(backend, Switching)
        assert backend.loaded()["items"] == "40"
    finally:
        backend.close()


_LOADING_FOR_EVER = """
import sys, threading
from service.cli.app import main
from service.cli.commands import serving

serving._load = lambda settings, telemetry: threading.Event().wait()
sys.exit(main(["serve", "--data", sys.argv[1], "--address", "127.0.0.1:0", "--json"]))
"""


def test_a_signal_while_it_loads_ends_the_process_at_once_with_0(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LOADING_FOR_EVER, str(tmp_path)],
        cwd=Path(__file__).parents[4],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert "listening" in process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
