"""What is restored answers as what was backed up; a point is kept to as far as the log can tell; what
is damaged is refused."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.opening import open_event_log
from service.api.messages import Recommendation, RecommendRequest
from service.backup import backup
from service.backup.backup import back_up
from service.backup.journal import Journal
from service.backup.manifest import Blocks, Manifest
from service.backup.point import Point
from service.backup.restore import RestoreReport, restore
from service.backup.vault import Vault
from service.config import Settings
from service.config_file import load_settings
from service.errors import BackupDamaged, BackupUnusable
from service.recommender import Recommender
from service.storage.workspace import Workspace
from tests.service import world

FOLDERS = Path(__file__).parents[2] / "folders" / "034e339"
SettingsOf = Callable[[Path], Settings]


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SettingsOf:
    """`tmp_path / "data"` with a trained model, pictures and an alignment; and its settings."""
    with tarfile.open(FOLDERS / "text_image.tar.xz") as archive:
        archive.extractall(tmp_path / "data", filter="data")
    expected = json.loads((FOLDERS / "text_image.expected.json").read_text("utf-8"))
    monkeypatch.setattr("time.time", lambda: expected["asked_at"])
    return lambda data: load_settings(data, overrides=expected["settings"])


def _people(settings: Settings) -> list[str]:
    with open_event_log(settings.log_url) as log:
        found = {user for page in log.read_events() for user in page.user_id.tolist()}
    return sorted(found)[:12]


def _answers(settings: Settings) -> list[tuple[str, list[tuple[str, float]]]]:
    """The model, and items with their scores, of some people."""
    people = _people(settings)
    recommender = Recommender(Workspace.open(settings))
    try:
        return [_plain(recommender.recommend(RecommendRequest(one, k=10))) for one in people]
    finally:
        recommender.close()


def _plain(answer: Recommendation) -> tuple[str, list[tuple[str, float]]]:
    return answer.model_version, [(one.item.item_id, one.score) for one in answer.results]


@pytest.mark.parametrize("vectors", [False, True])
def test_what_is_restored_answers_the_same(
    trained: SettingsOf, tmp_path: Path, vectors: bool
) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    expected = _answers(trained(data))
    assert all(model and items for model, items in expected)
    back_up(trained(data), folder, vectors=vectors)
    shutil.rmtree(data)
    report = restore(folder, tmp_path / "restored", trained, at=Point())
    assert report.remarks == []
    assert (report.vectors, report.encoded) == (
        report.rows["items"],
        0 if vectors else report.vectors,
    )
    assert _answers(trained(tmp_path / "restored")) == expected


def _backed_up(tmp_path: Path) -> Path:
    """A backup of forty items and 240 events at NOW, then ten more events, an eleventh item and
    another backup a day later."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    settings = world.settings(data)
    with open_event_log(settings.log_url) as log, pytest.MonkeyPatch.context() as patch:
        log.put_items(world.items())
        log.append_events(world.events())
        patch.setattr(backup.time, "time", lambda: world.NOW + 10_000)
        back_up(settings, tmp_path / "backups")
        times = [world.NOW + 20_000 + n for n in range(10)]
        log.append_events([Event("late", f"i{n}", "view", None, t) for n, t in enumerate(times)])
        log.put_items([Item("new", created_at=world.NOW + 20_000)])
        log.delete_items(["i39"])
        patch.setattr(backup.time, "time", lambda: world.NOW + 86_400)
        back_up(settings, tmp_path / "backups")
    return tmp_path / "backups"


def _restored(tmp_path: Path, at: Point) -> tuple[RestoreReport, int, int]:
    """The report, live items and events."""
    report = restore(tmp_path / "backups", tmp_path / "restored", world.settings, at=at)
    with open_event_log(world.settings(tmp_path / "restored").log_url) as log:
        return report, log.count_items(), log.count_events()


@pytest.mark.parametrize(
    ("at", "events", "items"),
    [
        (Point(), 250, 40),
        (Point(position=250), 250, 40),
        (Point(position=245), 245, 40),
        (Point(position=240), 240, 40),
        (Point(time=world.NOW + 20_003.5), 244, 40),
        (Point(time=world.NOW + 10_000), 240, 40),
        (Point(position=100), 100, 40),
        (Point(time=world.NOW + 250), 90, 40),
        (Point(time=world.NOW - 1), 0, 0),
    ],
)
def test_events_and_items_after_the_point_are_left_out(
    tmp_path: Path, at: Point, events: int, items: int
) -> None:
    _backed_up(tmp_path)
    report, n_items, n_events = _restored(tmp_path, at)
    assert (n_items, n_events) == (items, events)
    assert report.vectors == items
    assert bool(report.remarks) == (not at.is_newest)


def test_what_was_deleted_after_the_point_is_there_again(tmp_path: Path) -> None:
    _backed_up(tmp_path)
    restore(tmp_path / "backups", tmp_path / "restored", world.settings, at=Point(position=245))
    with open_event_log(world.settings(tmp_path / "restored").log_url) as log:
        assert {"i39"} == set(log.get_items(["i39", "new"]))


def test_a_number_is_not_given_again_after_a_restore_to_a_point(tmp_path: Path) -> None:
    _backed_up(tmp_path)
    restore(tmp_path / "backups", tmp_path / "restored", world.settings, at=Point(position=100))
    with open_event_log(world.settings(tmp_path / "restored").log_url) as log:
        log.append_events([Event("u", "i1", "view", None, 1.0)])
        assert log.last_seq() == 241


def test_the_journal_goes_on_where_the_newest_backup_ends(tmp_path: Path) -> None:
    folder = _backed_up(tmp_path)
    row = {"event_id": "j", "user_id": "late", "item_id": "i1", "event_type": "view"}
    row |= {"value": None, "timestamp": world.NOW + 90_000}
    journal = Journal(Vault(folder).journal, Vault(folder).manifests()[-1])
    journal.append([row | {"seq": 251}, row | {"seq": 255, "event_id": "k"}])
    journal.close()
    report, _, n_events = _restored(tmp_path, Point())
    assert (report.position, n_events) == (255, 252)
    shutil.rmtree(tmp_path / "restored")
    assert _restored(tmp_path, Point(position=251))[2] == 251


def test_a_model_that_came_after_the_point_does_not_serve(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with open_event_log(world.settings(data).log_url) as log:
        log.put_items(world.items(2))
        log.activate_store("0" * 8)
        log.add_model("m", "models/m", {})
        log.set_active_model("m")
    back_up(world.settings(data), tmp_path / "backups")
    report, _, _ = _restored(tmp_path, Point(time=world.NOW))
    assert report.left_out["models"] == 1
    assert any("palate models activate" in remark for remark in report.remarks)


@pytest.mark.parametrize("what", ["blocks/*/*", "backups/*.json"])
def test_a_damaged_backup_is_refused_with_its_file_named_and_leaves_nothing(
    tmp_path: Path, what: str
) -> None:
    folder = _backed_up(tmp_path)
    files = sorted(map(str, folder.glob(what)))
    for file in files:
        Path(file).write_bytes(Path(file).read_bytes()[:-3])
    with pytest.raises(BackupDamaged) as caught:
        _restored(tmp_path, Point())
    assert caught.value.metadata["file"] in files
    assert str(caught.value).startswith(caught.value.metadata["file"])
    assert not (tmp_path / "restored").exists()
    assert list(tmp_path.glob("*.partial")) == []


def test_damaged_vectors_leave_nothing_either(trained: SettingsOf, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    back_up(trained(tmp_path / "data"), folder, vectors=True)
    (manifest,) = Vault(folder).manifests()
    assert manifest.vectors is not None
    digest = manifest.vectors.items.digests[0]
    (folder / "blocks" / digest[:2] / digest).unlink()
    with pytest.raises(BackupDamaged, match=f"{digest} is missing"):
        restore(folder, tmp_path / "restored", trained, at=Point())
    assert not (tmp_path / "restored").exists()


def test_a_file_outside_the_data_folder_is_not_written(tmp_path: Path) -> None:
    with closing(Vault.writing(tmp_path / "backups")) as vault:
        stray = {"../stray": Blocks([vault.put(b"stray")], 5)}
        vault.publish(Manifest(1.0, 0, False, {}, stray))
    with pytest.raises(BackupUnusable, match="outside"):
        restore(tmp_path / "backups", tmp_path / "restored", world.settings, at=Point())
    assert [path.name for path in tmp_path.iterdir()] == ["backups"]


def test_an_event_that_was_deleted_and_came_again_is_restored_once(tmp_path: Path) -> None:
    folder = _backed_up(tmp_path)
    with open_event_log(world.settings(tmp_path / "data").log_url) as log:
        again = world.events()[0]
        log.delete_events(again.user_id)
        log.append_events([again])
    back_up(world.settings(tmp_path / "data"), folder)
    _, _, n_events = _restored(tmp_path, Point(time=world.NOW + 90_000))
    assert n_events == 250
    shutil.rmtree(tmp_path / "restored")
    assert _restored(tmp_path, Point(position=251))[2] == 250 - 8 + 1


def test_a_folder_that_is_not_empty_is_left_alone_and_an_empty_one_is_taken(tmp_path: Path) -> None:
    _backed_up(tmp_path)
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored" / "mine.txt").write_text("mine")
    with pytest.raises(BackupUnusable, match="not empty"):
        _restored(tmp_path, Point())
    assert [path.name for path in (tmp_path / "restored").iterdir()] == ["mine.txt"]
    (tmp_path / "restored" / "mine.txt").unlink()
    assert _restored(tmp_path, Point())[1] == 40


def test_what_an_interrupted_restore_left_is_replaced(tmp_path: Path) -> None:
    _backed_up(tmp_path)
    (tmp_path / "restored.partial").mkdir()
    (tmp_path / "restored.partial" / "log.db").write_text("half")
    assert _restored(tmp_path, Point())[1] == 40


@pytest.mark.parametrize(
    ("overrides", "why"),
    [
        ({"log": {"url": "sqlite:////elsewhere/log.db"}}, "log.url"),
        ({"store": {"kind": "qdrant", "url": "http://localhost:1"}}, "Qdrant server"),
        ({"encoders": {"text": "no-such-encoder", "image": "fake"}}, "no-such-encoder"),
    ],
)
def test_what_lies_elsewhere_is_left_alone_and_the_vectors_are_yet_to_be_made(
    tmp_path: Path, overrides: dict[str, object], why: str
) -> None:
    folder = _backed_up(tmp_path)
    report = restore(
        folder, tmp_path / "restored", lambda data: world.settings(data, **overrides), at=Point()
    )
    assert report.vectors is None
    assert any(why in remark for remark in report.remarks)
    assert (tmp_path / "restored" / "log.db").is_file()
