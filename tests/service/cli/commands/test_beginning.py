"""`palate init`: what it writes, what it refuses, and that the commands it prints lead to an answer."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from service.cli.scenarios.scenario import SCENARIOS
from tests.service.cli.conftest import Ran, Run

MAX_COMMANDS = 6


def test_the_settings_go_into_the_data_folder_and_nothing_else_is_made(
    run: Run, tmp_path: Path
) -> None:
    ran = run("init", "news", "--data", "papers", "--json")
    assert ran.code == 0
    assert ran.json["files"] == ["papers/palate.toml"]
    assert ran.json["next"][0] == "palate index ITEMS --data papers"
    made = [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()]
    assert made == ["papers/palate.toml"]


def test_files_that_are_there_are_kept_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop-items.jsonl").write_text("mine")
    ran = run("init", "shop", "--example")
    assert ran.code == 2
    assert "shop-items.jsonl exist already; --force replaces them" in ran.err
    assert not (tmp_path / "palate-data").exists()
    assert run("init", "shop", "--example", "--force").code == 0
    assert (tmp_path / "shop-items.jsonl").read_text() != "mine"
    assert "palate.toml" in run("init", "shop").err


def test_a_domain_that_is_not_there_is_named_with_those_that_are(run: Run) -> None:
    ran = run("init", "zoo")
    assert ran.code == 2
    assert "'zoo' is not one of shop, news, video" in ran.err


def follow(run: Run, commands: list[str]) -> list[Ran]:
    return [run(*shlex.split(command)[1:]) for command in commands]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_example_comes_in_whole(run: Run, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "none")
    index, events, *_ = run("init", name, "--example", "--json").json["next"]
    (items,) = run(*shlex.split(index)[1:], "--json").json["files"]
    assert (items["counts"]["indexed"], items["failed"], items["warnings"]) == (400, [], [])
    (recorded,) = run(*shlex.split(events)[1:], "--json").json["files"]
    assert recorded["failed"] == []
    assert recorded["counts"]["recorded"] > 2_000
    assert recorded["counts"]["unknown_items"] == recorded["counts"]["duplicates"] == 0


@pytest.mark.slow
def test_the_printed_commands_lead_to_a_recommendation_with_its_reason(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "none")
    commands = run("init", "shop", "--example", "--json").json["next"]
    assert 1 + len(commands) <= MAX_COMMANDS
    ran = follow(run, commands)
    assert [one.code for one in ran][:2] == [0, 0]
    assert ran[2].code in (0, 1)  # the small ranker of tests need not beat the baselines
    assert ran[3].code == 0
    assert ran[3].out.count("shop-") >= 5
    assert "reason" in ran[3].out
