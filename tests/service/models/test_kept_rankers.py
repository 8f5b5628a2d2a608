"""Kept rankers: a start from what is kept serves as one that reads everything, whatever has happened
in between."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.api.messages import TrialKind, TrialRequest, TrialState
from service.models import kept_rankers
from service.models.kept_rankers import FOLDER, UNTRAINED
from service.models.registry import ModelRegistry
from service.models.serving_model import ServingModel
from service.models.training_data import TrainingData
from service.recommender import Recommender
from service.storage import stand
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace
from tests.service.world import NOW, events, filled, items, opened

N = 40


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("untrained")
    filled(folder).close()
    opened(folder).close()  # keeps what serves
    return folder


@pytest.fixture(scope="module")
def trained(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    shutil.copytree(untrained, folder, dirs_exist_ok=True)
    palate = opened(folder)
    palate.train(force=True)
    palate.close()
    return folder


@pytest.fixture(params=["untrained", "trained"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(request.getfixturevalue(request.param), tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many changes are brought up: the catalogue is small."""
    monkeypatch.setattr(stand, "FEW", 1.0)


def kept(folder: Path) -> list[str]:
    return [path.name for path in (folder / FOLDER).iterdir()]


def reads_everything(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Told each time that store and log are read as a whole."""
    told: list[str] = []
    for name in ("read", "read_coded"):
        reading = getattr(TrainingData, name)

        def read(*arguments: object, _reading: Callable[..., object] = reading) -> object:
            told.append("everything")
            return _reading(*arguments)

        monkeypatch.setattr(TrainingData, name, read)
    return told


def anew(folder: Path) -> ServingModel:
    """What serves if nothing is kept."""
    shutil.rmtree(folder / FOLDER)
    palate = opened(folder)
    palate.close()
    return palate.model


def assert_alike(first: ServingModel, second: ServingModel) -> None:
    """The same items, and as popular; with the same content by the same projection, which an untrained
    ranker has of the catalogue that it was made in."""
    ours, theirs = first.ranker.snapshot, second.ranker.snapshot
    live = np.flatnonzero(theirs.content.live)
    np.testing.assert_array_equal(np.flatnonzero(ours.content.live), live)
    for name, vectors in theirs.content.vectors.items() if first.ranker.trained else ():
        np.testing.assert_allclose(ours.content.vectors[name][live], vectors[live], atol=0.02)
    np.testing.assert_array_equal(ours.behaviour.counts[live], theirs.behaviour.counts[live])
    assert first.counted == second.counted


def test_what_serves_is_kept_and_the_next_start_reads_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = reads_everything(monkeypatch)
    palate = opened(folder)
    assert told == []
    assert kept(folder) == [palate.model.ranker.version or UNTRAINED]
    palate.close()
    assert_alike(palate.model, anew(folder))
    assert told == ["everything"]


def change_items(palate: Recommender) -> None:
    changed = items()[3]
    palate.index_items([Item(changed.item_id, changed.domain, "Alien wedding", "rocket heart")], {})


def add_and_delete(palate: Recommender) -> None:
    palate.index_items([Item("new", "films", "Planet dance", "alien kiss")], {})
    palate.record_events([Event("u1", "new", "rating", 5.0, NOW + 5000, None)])
    palate.delete_items(["i7"])


def record(palate: Recommender) -> None:
    palate.record_events(
        [Event("u1", f"i{n}", "rating", 4.0, NOW + 5000 + n, None) for n in (2, 8)]
    )


def delete_events(palate: Recommender) -> None:
    palate.delete_events("u3", None)


def delete_and_record(palate: Recommender) -> None:
    """As many as before."""
    n = palate.delete_events("u3", None)
    palate.record_events([Event("u9", "i9", "rating", 4.0, NOW + 6000 + i, None) for i in range(n)])


def be_recorded_before_it_comes(palate: Recommender) -> None:
    palate.record_events([Event("u1", "late", "rating", 5.0, NOW + 5000, None)])
    palate.index_items([Item("late", "films", "Galaxy letter", "orbit")], {})


@pytest.mark.usefixtures("any_number")
@pytest.mark.parametrize(
    "happen",
    [
        change_items,
        add_and_delete,
        record,
        delete_events,
        delete_and_record,
        be_recorded_before_it_comes,
    ],
)
def test_what_has_happened_since_is_taken_in(
    folder: Path, happen: Callable[[Recommender], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for deleted events in the untrained ranker: its item-item tables are made of them."""
    palate = opened(folder)
    happen(palate)
    deletes = happen in (delete_events, delete_and_record)
    is_anew = deletes and not palate.ranker.trained
    palate.close()
    told = reads_everything(monkeypatch)
    palate = opened(folder)
    palate.close()
    assert told == ["everything"] * is_anew
    assert_alike(palate.model, anew(folder))


def test_a_model_beside_the_active_one_is_kept_with_it_until_it_is_let_go(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    palate = opened(tmp_path)
    before = palate.ranker.version
    active = palate.train(seed=1, force=True).version
    assert kept(tmp_path) == [active]
    palate.start_trial(TrialRequest(before, TrialKind.SHADOW))
    assert sorted(kept(tmp_path)) == [before, active]
    palate.close()
    told = reads_everything(monkeypatch)
    palate = opened(tmp_path)
    trial = palate.get_trial()
    assert trial is not None
    assert (palate.ranker.version, trial.version, trial.state) == (
        active,
        before,
        TrialState.RUNNING,
    )
    assert told == []
    palate.end_trial()
    assert kept(tmp_path) == [active]
    palate.close()


def test_after_many_changes_everything_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    palate = opened(folder)
    change_items(palate)
    palate.close()
    told = reads_everything(monkeypatch)
    opened(folder).close()
    assert told == ["everything"]
    opened(folder).close()
    assert told == ["everything"]


@pytest.mark.parametrize("file", ["about.json", "arrays.safetensors"])
def test_damage_is_said_and_what_is_kept_made_anew(
    folder: Path, file: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = reads_everything(monkeypatch)
    (path,) = (folder / FOLDER).glob(f"*/{file}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 64
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        palate = opened(folder)
    palate.close()
    assert "is damaged and made anew" in caplog.text
    assert told == ["everything"]
    opened(folder).close()
    assert told == ["everything"]


def test_what_another_version_kept_is_made_anew(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.ranker.kept_ranker.FORMAT", 99)
    with caplog.at_level(logging.WARNING):
        opened(folder).close()
    assert "this version reads 99" in caplog.text
    (about,) = (folder / FOLDER).glob("*/about.json")
    assert json.loads(about.read_text())["ranker"]["kept"] == 99


def test_other_settings_are_another_ranker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = reads_everything(monkeypatch)
    opened(folder, events={"rating_negative_below": 3.0}).close()
    assert told == ["everything"]


def test_a_damaged_checkpoint_does_not_serve_from_what_is_kept(
    trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    (weights,) = (tmp_path / "models").glob("*/weights.safetensors")
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 64
    weights.write_bytes(content)
    palate = opened(tmp_path)
    palate.close()
    assert not palate.model.ranker.trained
    assert "weights.safetensors is not as it was written" in palate.model.notes[0]


def test_vectors_that_were_made_anew_get_those_of_the_model_again(
    trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "vectors")
    for _ in range(2):
        palate = opened(tmp_path)
        found, _ = palate.workspace.store.vectors(palate.model.vector_name, range(N))
        palate.close()
        assert found.tolist() == list(range(N))


@pytest.fixture
def workspace(untrained: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(untrained, tmp_path, dirs_exist_ok=True)
    palate = opened(tmp_path)
    yield palate.workspace
    palate.close()


def test_events_ahead_of_the_clock_are_not_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rankers = kept_rankers.KeptRankers(workspace)
    assert rankers.stand() is not None
    monkeypatch.setattr("time.time", lambda: NOW - 10**6)
    assert workspace.log.count_ahead() == len(events())
    assert rankers.stand() is None
    assert rankers.take_up("", {}) is None


def test_while_the_store_has_yet_to_take_in_items_nothing_is_taken_up(workspace: Workspace) -> None:
    workspace.log.put_items([Item("new")])
    assert kept_rankers.KeptRankers(workspace).take_up("", {}) is None


def test_a_catalogue_that_grows_is_read_and_not_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    palate = opened(tmp_path)
    told = reads_everything(monkeypatch)
    palate.index_items(items(), {})
    assert told == ["everything"]
    assert palate.ranker.n_items == N
    palate.close()


def test_beside_a_store_that_serves_nothing_is_kept(workspace: Workspace) -> None:
    workspace.log.activate_store("another")
    registry = ModelRegistry(workspace, ItemIds(workspace.log.item_indices()))
    assert registry.active.ranker.n_items == N
    assert kept_rankers.KeptRankers(workspace).stand() is None
