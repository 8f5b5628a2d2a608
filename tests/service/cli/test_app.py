"""The commands by name, and how each kind of error ends one."""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from indexer.errors import ItemNotFound, StoreLocked
from service.cli.app import COMMANDS, app, main
from service.cli.interruption import INTERRUPTED, left
from service.cli.tree import commands

ERRORS = {
    "abort": typer.Abort(),
    "known": ItemNotFound("x"),
    "file": PermissionError(13, "Permission denied", "items.jsonl"),
    "disk": OSError("no space left"),
    "locked": StoreLocked("data", 7),
    "bug": ZeroDivisionError("by zero"),
}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """`palate` with other commands: `end CODE`, `fail ERROR`, `ask`, `evaluate`, and `index` and `train`,
    which Ctrl-C ends."""
    commands = typer.Typer()

    @commands.command()
    def end(code: int) -> int:
        return code

    @commands.command()
    def fail(error: str) -> None:
        raise ERRORS[error]

    @commands.command()
    def ask(server: str = "") -> None:
        raise ERRORS["locked"]

    @commands.command()
    def evaluate() -> None:
        raise ERRORS["locked"]

    @commands.command()
    def index() -> None:
        raise KeyboardInterrupt

    @commands.command()
    def train(server: str = "") -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.cli.app.app", commands)


def test_every_command_is_there_once_under_its_heading() -> None:
    commands = [one for one in app.registered_commands if one.callback is not None]
    assert [(one.rich_help_panel, inspect.unwrap(one.callback)) for one in commands] == [
        (group, command) for group, members in COMMANDS.items() for command in members
    ]
    groups = [(one.name, one.rich_help_panel) for one in app.registered_groups]
    assert groups == [
        ("models", "Keep"),
        ("encoders", "Keep"),
        ("users", "Keep"),
        ("enrich", "Keep"),
        ("keys", "Keep"),
        ("tenants", "Keep"),
        ("audit", "Keep"),
        ("log", "Keep"),
        ("report", "Keep"),
        ("rules", "Keep"),
    ]


@pytest.mark.usefixtures("failing")
def test_the_exit_code_is_what_the_command_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(["end", code]) for code in ("0", "1", "2")] == [0, 1, 2]
    assert main(["--help"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fail", "abort"], "aborted"),
        (["fail", "known"], "no item 'x' in the catalogue; index it first, or check the id"),
        (["fail", "file"], "items.jsonl: Permission denied"),
        (["fail", "disk"], "file: no space left"),
        (
            ["fail", "bug"],
            "ZeroDivisionError: by zero; this is a bug in Palate, please report it with the output"
            " of --debug",
        ),
        (["dance"], "No such command 'dance'; see `palate --help`"),
        (["end", "soon"], "; see `palate end --help`"),
    ],
)
def test_an_error_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert printed.out == ""


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    "arguments",
    [["--debug", "fail", "bug"], ["fail", "--debug", "bug"], ["fail", "bug", "--debug"]],
)
def test_debug_shows_the_traceback_wherever_it_stands(arguments: list[str]) -> None:
    with pytest.raises(ZeroDivisionError, match="by zero"):
        main(arguments)


@pytest.mark.parametrize(("given", "then"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_wait_passively_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, given: str | None, then: str
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", given or "")
    if given is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    main(["--help"])
    assert os.environ["OMP_WAIT_POLICY"] == then


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (["fail", "locked"], "stop it first"),
        (["ask"], "stop it first, or go through that server with --server ADDRESS"),
        (
            ["evaluate"],
            "stop it first, or let `palate evaluate` read a copy: `palate backup DEST`,"
            " `palate restore DEST COPY`, then --data COPY",
        ),
    ],
)
def test_beside_a_server_nobody_is_sent_to_an_option_that_is_not_there(
    capsys: pytest.CaptureFixture[str], command: list[str], advice: str
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().err.endswith(f"has one owner: {advice}\n")


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["index"], left("index")),
        (["train"], left("train")),
        (["train", "--server", "a:1"], left("train", by_server=True)),
        (["train", "--server=a:1"], left("train", by_server=True)),
    ],
)
def test_ctrl_c_says_what_is_kept_and_ends_with_130(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == INTERRUPTED == 130
    assert capsys.readouterr() == ("", f"{said}\n")


def test_ctrl_c_ends_a_command_that_runs(tmp_path: Path) -> None:
    """A process of its own, which reads a file that nobody writes to."""
    catalogue = tmp_path / "items.jsonl"
    os.mkfifo(catalogue)
    environment = {
        **os.environ,
        "PALATE_ENCODERS__TEXT": "fake",
        "PALATE_ENCODERS__IMAGE": "none",
    }
    command = [sys.executable, "-m", "service.cli", "events", str(catalogue), "--data", "data"]
    with (
        subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=tmp_path,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as running,
        catalogue.open("w"),
    ):  # opens when the command has opened it to read
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said == f"{left('events')}\n"  # and once


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"palate {version('palate')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell: str) -> None:
    def completed(typed: str) -> list[str]:
        asking = {
            "_PALATE_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(len(typed.split(" ")) - 1),
            "_TYPER_COMPLETE_ARGS": typed,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        done = subprocess.run(
            [sys.executable, "-m", "service.cli"],
            env={**os.environ, **asking},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    assert any("evaluate" in one for one in completed("palate eval"))
    assert any("--incremental" in one for one in completed("palate train --inc"))


def test_no_command_takes_an_address_for_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever takes a path says so where it is given a bucket."""
    tried = 0
    for name, command in commands(app):
        for parameter in command.params:
            if parameter.type_descriptor.annotation in (Path, list[Path]):
                given = [parameter.opts[0]]
                if not parameter.opts[0].startswith("-"):  # after the arguments before it
                    given = ["items"] * command.params.index(parameter)
                code = main([*name.split(), *given, "s3://bucket/key"])
                said = capsys.readouterr().err
                assert (code, "s3://bucket/key: s3:// is not read" in said) == (2, True), (
                    name,
                    said,
                )
                tried += 1
    assert tried > 40
