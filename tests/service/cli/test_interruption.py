"""What Ctrl-C leaves is said of every long command, and of none that there is not."""

from __future__ import annotations

import pytest

from service.cli.app import app
from service.cli.interruption import BY_SERVER, LEFT, left
from service.cli.tree import commands

LONG = (
    "index", "events", "train", "align", "rebuild", "evaluate", "tune", "enrich", "backup", "restore", "scrub",
    "simulate", "encoders change", "users import", "export",
)  # fmt: skip


@pytest.mark.parametrize("command", LONG)
def test_a_long_command_says_what_is_kept_and_how_to_go_on(command: str) -> None:
    assert left(command).startswith("stopped by hand: ")
    assert len(left(command).split()) > 8


def test_what_stands_in_the_table_is_a_command() -> None:
    there = dict(commands(app))
    assert set(LEFT) | set(BY_SERVER) <= set(there)
    assert all(any(one.name == "server" for one in there[name].params) for name in BY_SERVER)


def test_work_of_a_server_ends_with_the_call_and_of_a_short_command_there_is_nothing_to_say() -> (
    None
):
    assert "the server was told to stop" in left("train", by_server=True)
    assert left("index", by_server=True) == left("index")
    assert left("recommend") == "stopped by hand"
