"""The page about the command line says what the command line is."""

from __future__ import annotations

from benchmarks.commands import PAGE, page
from service.cli.app import app
from service.cli.tree import commands


def test_the_page_is_what_would_be_written() -> None:
    assert page() in PAGE.read_text(encoding="utf-8"), (
        "the commands have changed: python -m benchmarks.commands --write"
    )


def test_every_command_and_option_is_on_it_with_what_it_does() -> None:
    sections = {part.partition("\n")[0]: part for part in page().split("\n## palate ")[1:]}
    assert list(sections) == [path for path, _ in commands(app)]
    for path, command in commands(app):
        for one in command.params:
            name = one.opts[0] if one.opts[0].startswith("-") else (one.metavar or one.name.upper())
            (row,) = [
                line for line in sections[path].splitlines() if line.startswith(f"| `{name}`")
            ]
            assert one.help, f"palate {path} {name} says nothing of itself"
            assert " ".join(one.help.split()).replace("|", "\\|") in row


def test_what_must_be_given_says_so_and_defaults_are_told() -> None:
    text = page()
    assert "| `FILE...` | required |" in text
    assert "| `--every` `SECONDS` | `300` |" in text
    assert "palate restore SOURCE DEST [OPTIONS]" in text
    assert "palate search [TEXT] [OPTIONS]" in text


def test_where_nothing_is_asked_by_default_there_is_no_default() -> None:
    assert "| `--server` `HOST:PORT` |  | Ask this server" in PAGE.read_text()
    assert "Connection(" not in PAGE.read_text()
