"""A backup has everything that was acknowledged before it began, is made beside a server, copies what
changed, and counts only once it is whole."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.opening import open_event_log
from service.backup.backup import back_up
from service.backup.point import Point
from service.backup.restore import restore
from service.backup.vault import Vault
from service.errors import BackupDamaged, BackupUnusable
from service.recommender import Recommender
from tests.service import world

ROOT = Path(__file__).parents[3]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A log with forty items and their events; vectors are not needed here."""
    folder = tmp_path / "data"
    folder.mkdir()
    with open_event_log(world.settings(folder).log_url) as log:
        log.put_items(world.items())
        log.append_events(world.events())
    return folder


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Recommender]:
    """A recommender that has its folder, `tmp_path / "serving"`, open."""
    recommender = world.filled(tmp_path / "serving")
    yield recommender
    recommender.close()


def _event_ids(data: Path) -> set[str]:
    with open_event_log(world.settings(data).log_url) as log, log.snapshot() as snapshot:
        return {str(row["event_id"]) for page in snapshot.rows("events") for row in page}


def test_a_second_backup_copies_only_what_changed(data: Path, tmp_path: Path) -> None:
    settings, folder = world.settings(data), tmp_path / "backups"
    first = back_up(settings, folder)
    assert (first.position, first.rows["events"], first.rows["items"]) == (240, 240, 40)
    assert first.new_blocks == first.blocks
    second = back_up(settings, folder)
    assert (second.new_blocks, second.new_bytes, second.blocks) == (0, 0, first.blocks)
    with open_event_log(settings.log_url) as log:
        log.append_events([Event("u0", "i1", "view", None, world.NOW + 9_999)])
    third = back_up(settings, folder)
    assert (third.position, third.new_blocks) == (241, 2)  # events, and their number in meta


def test_pictures_models_and_alignments_are_in_it_and_what_can_be_made_anew_is_not(
    data: Path, tmp_path: Path
) -> None:
    with open_event_log(world.settings(data).log_url) as log:
        log.add_model("m1", "models/m1", {})
    kept = {
        "palate.toml": "",
        "pictures/ab/abcd": "picture",
        "models/m1/config.json": "{}",
        "alignments/a1/alignment.json": "{}",
        "alignments/active": "a1\n",
    }
    others = {
        "models/m2/config.json": "trained, and not registered yet",
        "pictures/ab/ab.1.new": "being written",
        "alignments/a2.partial/alignment.json": "being written",
        "training/state": "",
        "networks/n": "",
        "lock": "",
    }
    for name, content in (kept | others).items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(content)
    folder = tmp_path / "backups"
    assert back_up(world.settings(data), folder).files == len(kept)
    (manifest,) = Vault(folder).manifests()
    assert set(manifest.files) == set(kept)
    (data / "alignments/active").write_text("a2\n")
    assert back_up(world.settings(data), folder).new_blocks == 1


def test_every_event_that_was_acknowledged_before_it_began_is_in_it(
    data: Path, tmp_path: Path
) -> None:
    settings = world.settings(data)
    acknowledged: list[str] = []
    some, enough = threading.Event(), threading.Event()

    def write() -> None:
        with open_event_log(settings.log_url) as log:
            while not enough.is_set():
                event_id = f"live-{len(acknowledged)}"
                log.append_events([Event("u", "i1", "view", None, 1.0, event_id)])
                acknowledged.append(event_id)
                if len(acknowledged) == 20:
                    some.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert some.wait(20)
        before = set(acknowledged)
        back_up(settings, tmp_path / "backups")
    finally:
        enough.set()
        writer.join()
    restore(tmp_path / "backups", tmp_path / "restored", world.settings, at=Point())
    restored = _event_ids(tmp_path / "restored")
    assert before <= restored
    live = sorted(int(one.removeprefix("live-")) for one in restored if one.startswith("live-"))
    assert live == list(range(len(live)))  # one moment: none is missing in between


def test_it_is_made_beside_who_has_the_folder_open_but_for_vectors(
    serving: Recommender, tmp_path: Path
) -> None:
    settings = world.settings(tmp_path / "serving")
    assert back_up(settings, tmp_path / "backups").rows["items"] == 40
    with pytest.raises(BackupUnusable, match="leave --vectors out"):
        back_up(settings, tmp_path / "backups", vectors=True)
    serving.close()
    assert back_up(settings, tmp_path / "backups", vectors=True).items_with_vectors == 40
    again = world.opened(tmp_path / "serving")
    again.close()


_KILLED = """
import os, signal, sys
from pathlib import Path
from service.backup import backup
from service.backup.vault import Vault
from service.config_file import load_settings

def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
def die_at_the_second(self, content, put=Vault.put):
    if self.written_blocks == 1: die()
    return put(self, content)
{dies}
backup.back_up(load_settings(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "dies", ["Vault.put = die_at_the_second", "Vault.verify = die", "Vault.publish = die"]
)
def test_kill_9_in_the_middle_leaves_the_one_before_usable(
    data: Path, tmp_path: Path, dies: str
) -> None:
    folder = tmp_path / "backups"
    before = back_up(world.settings(data), folder)
    with open_event_log(world.settings(data).log_url) as log:
        log.append_events([Event("u0", "i1", "view", None, 1.0)])
        log.put_items([Item("new")])
    code = _KILLED.format(dies=dies)
    ran = subprocess.run([sys.executable, "-c", code, data, folder], cwd=ROOT, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert [one.name for one in Vault(folder).manifests()] == [before.name]
    report = restore(folder, tmp_path / "restored", world.settings, at=Point())
    assert (report.position, report.rows["items"]) == (240, 40)
    after = back_up(world.settings(data), folder)
    assert (after.position, after.rows["items"]) == (241, 41)


def test_only_so_many_backups_stay(data: Path, tmp_path: Path) -> None:
    reports = [back_up(world.settings(data), tmp_path / "backups", keep=2) for _ in range(4)]
    assert [report.forgotten for report in reports] == [0, 0, 1, 1]
    names = [one.name for one in Vault(tmp_path / "backups").manifests()]
    assert names == [report.name for report in reports[2:]]


def test_a_block_of_before_that_was_damaged_since_is_found_and_named(
    data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    back_up(world.settings(data), folder)
    block = next((folder / "blocks").glob("??/*"))
    block.write_bytes(b"damaged")
    with pytest.raises(BackupDamaged, match=block.name):
        back_up(world.settings(data), folder)
    assert len(Vault(folder).manifests()) == 1


def test_an_empty_log_is_backed_up_and_restored(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    assert back_up(world.settings(data), tmp_path / "backups").position == 0
    report = restore(tmp_path / "backups", tmp_path / "restored", world.settings, at=Point())
    assert (report.vectors, report.position, report.rows["meta"] > 0) == (0, 0, True)
