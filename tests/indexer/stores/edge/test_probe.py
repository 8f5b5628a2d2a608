"""A child that opens a store first: what becomes of it is told of the store, or not at all."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from indexer.stores.edge import probe as module
from indexer.stores.edge.probe import REFUSED, probe
from tests.indexer.store_contract import stored
from tests.indexer.stores.edge.test_store import one, opened


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    store = opened(folder)
    store.upsert([stored(index) for index in range(9)])
    store.close()
    return folder


def test_nothing_is_told_of_a_sound_store(sound: Path) -> None:
    assert probe(sound) == ""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (0, ""),
        (REFUSED, "the engine refuses it (broken)"),
        (-signal.SIGABRT, "the engine ends the process that reads it (SIGABRT: broken)"),
        (-signal.SIGBUS, "the engine ends the process that reads it (SIGBUS: broken)"),
        (-signal.SIGKILL, ""),
        (1, ""),
    ],
)
def test_how_the_child_ended_is_told_where_it_is_about_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, code, b"", b"some\nbroken\n")

    monkeypatch.setattr(module.subprocess, "run", run)
    assert probe(tmp_path) == told


def test_a_child_that_hangs_or_cannot_be_had_is_told_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(command: list[str], timeout: float, **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    def cannot(command: list[str], **_: Any) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(module.subprocess, "run", hangs)
    assert "did not end" in probe(tmp_path)
    monkeypatch.setattr(module.subprocess, "run", cannot)
    assert probe(tmp_path) == ""


def test_a_broken_shard_is_told_with_what_the_engine_says(tmp_path: Path) -> None:
    opened(tmp_path).close()
    one(tmp_path / "items", "segment.json").write_text("{")
    assert "failed to load segment" in probe(tmp_path)
