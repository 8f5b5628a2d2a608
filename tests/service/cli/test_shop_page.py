"""The commands of docs/shop.md, on the exports that it says how to make."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from benchmarks.exports import write_exports
from tests.service.cli.conftest import Run

PAGE = Path(__file__).parents[3] / "docs" / "shop.md"
MAX_COMMANDS = 6


def _commands() -> list[list[str]]:
    """Lines to be typed, block by block."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [block.splitlines() for block in blocks]


def test_a_recommendation_with_its_reason_is_at_most_six_commands_away(run: Run) -> None:
    install, use, *_ = _commands()
    assert len(install) + len(use) <= MAX_COMMANDS
    write_exports(Path("shop"), n_products=40)
    *before, last = (shlex.split(line)[1:] for line in use)
    for command in before:
        ran = run(*command)
        assert ran.code in (0, 1), ran.err  # rows without an id are lost
        assert "recognized as" in ran.out
    ran = run(*last)
    assert ran.code == 0, ran.err
    assert "reason" in ran.out
    assert "red" in ran.out or "blue" in ran.out


def test_what_comes_behind_can_be_typed_as_well(run: Run) -> None:
    write_exports(Path("shop"), n_products=40)
    run("events", "shop/hm-transactions.csv", "--map", "auto")
    others = [line for line in _commands()[2] if "postgresql" not in line]
    assert [run(*shlex.split(line)[1:]).code for line in others] == [0, 0]
