"""`palate` as a function of its arguments, in an empty folder or in one that holds the small world."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.cli.app import main
from tests.service import world

SETTINGS = {
    "ENCODERS__TEXT": "fake",
    "ENCODERS__IMAGE": "fake",
    "RANKER__DIM": "16",
    "RANKER__N_BLOCKS": "1",
    "RANKER__N_HEADS": "1",
    "RANKER__MAX_EPOCHS": "4",
    "RANKER__BLEND_LISTS": "60",
    "RANKER__CANDIDATES": "30",
    "RANKER__CONTENT_DIM": "8",
}


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `palate` in an empty folder, with fast encoders and a small ranker."""
    for name in [name for name in os.environ if name.startswith("PALATE_")]:
        monkeypatch.delenv(name)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"PALATE_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """items.jsonl and events.jsonl, and palate-data with both in it; to be copied."""
    folder = tmp_path_factory.mktemp("world")
    with (folder / "items.jsonl").open("w", encoding="utf-8") as stream:
        stream.writelines(item.to_json() + "\n" for item in world.items())
    with (folder / "events.jsonl").open("w", encoding="utf-8") as stream:
        for event in world.events():
            row = {
                "user_id": event.user_id,
                "item_id": event.item_id,
                "event_type": event.event_type,
            }
            stream.write(
                json.dumps({**row, "value": event.value, "timestamp": event.timestamp}) + "\n"
            )
    world.filled(folder / "palate-data").close()
    return folder


@pytest.fixture
def catalogue(small_world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_world / "items.jsonl", tmp_path))


@pytest.fixture
def behaviour(small_world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_world / "events.jsonl", tmp_path))


@pytest.fixture
def filled(run: Run, small_world: Path, tmp_path: Path) -> Run:
    """`run` in a folder of its own where ./palate-data holds the small world, and the files it came
    from beside it."""
    shutil.copytree(small_world, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture(scope="session")
def asked_world(small_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which things are asked: answers that were served are kept there."""
    return Path(shutil.copytree(small_world, tmp_path_factory.mktemp("asked"), dirs_exist_ok=True))


@pytest.fixture
def asking(run: Run, asked_world: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same in the folder that all tests share (copying it takes a second): for what changes
    nothing."""
    monkeypatch.chdir(asked_world)
    return run
