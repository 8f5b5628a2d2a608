"""In what condition a store is: told without a child where its sums say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.stores.edge import condition as module
from indexer.stores.edge.condition import Condition, condition_of, told_changed, told_suspect
from indexer.stores.edge.sums import suspect, write_sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("items", "users"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "chunk").write_text("x")
    write_sums(tmp_path)
    return tmp_path


def tried(monkeypatch: pytest.MonkeyPatch, found: str) -> list[Path]:
    asked: list[Path] = []

    def probe(folder: Path) -> str:
        asked.append(folder)
        return found

    monkeypatch.setattr(module, "probe", probe)
    return asked


def test_what_was_closed_and_is_as_it_was_needs_no_child(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tried(monkeypatch, "")
    assert condition_of(folder).sound
    assert asked == []
    assert condition_of(folder, unclean=True) == Condition()
    (folder / "sums.json").unlink()
    assert condition_of(folder) == Condition()
    assert asked == [folder, folder]


def test_changed_items_are_named_and_changed_users_are_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(monkeypatch, "")
    (folder / "items" / "chunk").write_text("y")
    assert condition_of(folder) == Condition(changed=["items/chunk"])
    write_sums(folder)
    (folder / "users" / "chunk").write_text("y")
    assert condition_of(folder).sound


def test_users_that_were_forgotten_are_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(monkeypatch, "")
    (folder / "users" / "chunk").unlink()
    (folder / "users").rmdir()
    assert condition_of(folder).sound


def test_what_is_changed_is_told_shortly(tmp_path: Path) -> None:
    assert told_changed(["a"]) == "a is not as when the store was closed"
    assert told_changed(list("abcde")).startswith("a, b, c and 2 more are not")
    assert told_suspect(tmp_path) == ""
    suspect(tmp_path, ["a"])
    assert told_suspect(tmp_path).startswith("vectors may be damaged: a is not as")
