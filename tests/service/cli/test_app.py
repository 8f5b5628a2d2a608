"""The commands by name, and how each kind of error ends one."""

from __future__ import annotations

import inspect
import os

import pytest
import typer

from indexer.errors import ItemNotFound
from service.cli.app import COMMANDS, app, main

ERRORS = {
    "abort": typer.Abort(),
    "known": ItemNotFound("x"),
    "file": PermissionError(13, "Permission denied", "items.jsonl"),
    "disk": OSError("no space left"),
    "bug": ZeroDivisionError("by zero"),
}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """`palate` with other commands: `end CODE`, and `fail ERROR`."""
    commands = typer.Typer()

    @commands.command()
    def end(code: int) -> int:
        return code

    @commands.command()
    def fail(error: str) -> None:
        raise ERRORS[error]

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
