"""Scrubbing: damage of every kind of file is found, and what serves goes on beside it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from service.api.messages import TrainProgress
from service.operations import scrubbing
from service.operations.scrubbing import Scrubber, sampled, scrub
from service.operations.switching import Switching
from service.storage.data_folder import media_of
from service.storage.workspace import Workspace
from tests.service.world import filled, opened, settings


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    palate = filled(folder)
    palate.train(force=True)
    media_of(palate.workspace.settings).kept.keep(b"a picture")
    palate.close()
    return folder


@pytest.fixture
def folder(before: Path, tmp_path: Path) -> Path:
    shutil.copytree(before, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    workspace = Workspace.open(settings(folder))
    yield workspace
    workspace.close()


def test_nothing_is_found_in_a_sound_folder_and_all_of_it_is_gone_through(
    workspace: Workspace,
) -> None:
    told: list[TrainProgress] = []
    assert scrub(workspace, told.append) == []
    last = {one.stage: (one.done, one.total) for one in told}
    assert (last["log"], last["vectors"]) == ((280, 280), (40, 40))


def test_what_changes_between_the_look_at_the_store_and_that_at_the_log_is_no_damage(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    get_items = type(workspace.log).get_items

    def newer_at_first(log: EventLog, item_ids: Iterable[str]) -> dict[str, tuple[int, Item]]:
        found = get_items(log, item_ids)  # type: ignore[arg-type]
        looked.append(found)
        if len(looked) > 1:
            return found
        return {name: (index, replace(item, title="new")) for name, (index, item) in found.items()}

    monkeypatch.setattr(type(workspace.log), "get_items", newer_at_first)
    assert scrub(workspace) == []
    assert len(looked) > 1


def _value(workspace: Workspace) -> None:
    with sqlite3.connect(workspace.settings.data / "log.db") as connection:
        connection.execute("UPDATE events SET value = 1 WHERE seq = 9")


def _picture(workspace: Workspace) -> None:
    next((workspace.settings.data / "pictures").rglob("??/*")).write_bytes(b"another")


def _weights(workspace: Workspace) -> None:
    file = next((workspace.settings.data / "models").rglob("weights.safetensors"))
    file.write_bytes(file.read_bytes()[:-1])


def _alignment(workspace: Workspace) -> None:
    (workspace.settings.data / "alignments").mkdir()
    (workspace.settings.data / "alignments" / "active").write_text("gone\n")


def _payload(workspace: Workspace) -> None:
    item = workspace.store.get_items([3])[3]
    workspace.store.set_items([(3, Item(item.item_id, title="Another"))])


def _vector(workspace: Workspace) -> None:
    turned = -workspace.store.vectors("text", [3])[1]
    workspace.store.set_vectors("text", np.array([3]), turned)


@pytest.mark.parametrize(
    ("damage", "what", "found"),
    [
        (_value, "log", "1 events that are not as they were recorded"),
        (_picture, "pictures", "1 are not as they came: kept:"),
        (_weights, "model", "weights.safetensors is not as it was written"),
        (_alignment, "alignment", "there is none of this name"),
        (_payload, "vectors", "1 items that are not as in the log: i3"),
        (_vector, "vectors", "1 items whose text gives another vector than the one that is stored: i3"),
    ],
)  # fmt: skip
def test_damage_is_found_with_what_to_do(
    workspace: Workspace, damage: Callable[[Workspace], None], what: str, found: str
) -> None:
    damage(workspace)
    problem, *_ = [one for one in scrub(workspace) if one.what == what and found in one.found]
    assert problem.todo


def test_a_vector_that_is_not_finite_counts_as_none(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    scroll = workspace.store.scroll

    def without(names: list[str], batch: int = 1000) -> Iterator[list[object]]:
        for page in scroll(names, batch):
            page[5].vectors.pop("text")
            yield list(page)

    monkeypatch.setattr(workspace.store, "scroll", without)
    (problem,) = scrub(workspace)
    assert problem.found == "1 items whose text has no vector, or none that is finite: i5"


def test_a_sample_is_as_large_as_it_may_be(workspace: Workspace) -> None:
    _vector(workspace)
    assert sampled(workspace, size=0) == []
    assert len(sampled(workspace, size=1_000)) == 1


def test_a_server_scrubs_beside_its_calls_and_stops_in_the_midst_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(workspace: Workspace, tell: scrubbing.Tell) -> list[scrubbing.Problem]:
        begun.set()
        while True:
            tell(TrainProgress("log", 0))

    monkeypatch.setattr(scrubbing, "scrub", endless)
    server = Switching(opened(folder), scrub_every_h=1e-9)
    assert begun.wait(30)
    server.close()


def test_what_a_server_finds_is_in_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def finds(workspace: Workspace, tell: scrubbing.Tell) -> list[scrubbing.Problem]:
        done.set()
        return [scrubbing.Problem("vectors", "all turned", "rebuild")]

    monkeypatch.setattr(scrubbing, "scrub", finds)
    palate = opened(folder)
    scrubber = Scrubber(lambda: palate, 1e-9)
    assert done.wait(30)
    scrubber.close()
    palate.close()
    assert "vectors damaged: all turned; rebuild" in caplog.text
