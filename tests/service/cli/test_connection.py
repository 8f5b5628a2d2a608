"""By which credential a command asks a server: options, files, the environment, and what is warned of."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from service.cli.app import app
from service.cli.connection import HERE, OPTIONS, Connection, at, connection
from service.cli.session import answering
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn, served


@pytest.fixture(autouse=True)
def _no_environment(run: Run) -> None:
    """`run` takes PALATE_... out of the environment."""


def _commands(group: object, name: str = "palate") -> dict[str, object]:
    found = {name: group}
    for inner, command in getattr(group, "commands", {}).items():
        found |= _commands(command, f"{name} {inner}")
    return found


def test_every_command_that_asks_a_server_takes_a_key_and_certificates() -> None:
    asking = {
        name: {one.name for one in command.params}  # type: ignore[attr-defined]
        for name, command in _commands(typer.main.get_command(app)).items()
    }
    with_server = {name: options for name, options in asking.items() if "server" in options}
    assert {"palate recommend", "palate users delete", "palate train"} <= set(with_server)
    assert len(with_server) >= 12
    assert {name for name, options in with_server.items() if not set(OPTIONS) <= options} == set()


def test_the_folder_is_asked_where_no_server_is_named() -> None:
    assert not HERE
    assert not at("")
    assert at("here:1") == Connection("here:1")
    assert at(HERE) is HERE


def test_a_key_on_the_command_line_is_used_and_warned_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert connection("here:1", key="palate_k").key == "palate_k"
    warned = capsys.readouterr().err
    assert "can be read in the list of processes" in warned
    assert "palate_k" not in warned


def test_a_key_comes_from_a_file_or_from_the_environment_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "given").write_text("palate_given\n")
    (tmp_path / "set").write_text("palate_set\n")
    assert connection("here:1").key == ""
    monkeypatch.setenv("PALATE_CLIENT_KEY_FILE", str(tmp_path / "set"))
    assert connection("here:1").key == "palate_set"
    monkeypatch.setenv("PALATE_CLIENT_KEY", "palate_variable")
    assert connection("here:1").key == "palate_variable"
    assert connection("here:1", key_file=tmp_path / "given").key == "palate_given"
    assert capsys.readouterr().err == ""


def test_certificates_come_from_options_and_then_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_CLIENT_TLS_CA", "set.pem")
    assert connection("here:1").tls_ca == Path("set.pem")
    assert connection("here:1", tls_ca=tmp_path).tls_ca == tmp_path
    assert not connection("here:1").is_tls
    monkeypatch.setenv("PALATE_CLIENT_TLS", "1")
    assert connection("here:1").is_tls


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="belong together"):
        connection("here:1", tls_cert=Path("tls.crt"))


def test_a_key_file_that_is_not_there_is_said(run: Run) -> None:
    ran = run("users", "delete", "u", "--server", "127.0.0.1:1", "--key-file", "nowhere")
    assert (ran.code, "nowhere" in ran.err) == (2, True)


def test_the_key_goes_to_the_server_and_one_that_would_go_in_plain_text_is_warned_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served(StandIn()) as address:
        near = Connection(address, key="palate_k")
        with answering(None, None, near, quiet=True) as backend:
            assert backend.get_item("f1").title == "Alien"
    assert capsys.readouterr().err == ""
    far = Connection("192.0.2.1:1", key="palate_k")
    with answering(None, None, far, quiet=True):
        pass
    assert "goes to 192.0.2.1:1 without TLS" in capsys.readouterr().err
