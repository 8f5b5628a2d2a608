"""Who was deleted after a backup does not come back with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.backup.backup import back_up
from service.backup.erased import ERASED, Erased, keep_erased
from service.backup.following import follow
from service.backup.point import Point
from service.backup.restore import RestoreReport, restore
from service.config import Settings
from service.errors import BackupDamaged
from tests.service.backup.conftest import settings_of


def restored(tmp_path: Path, name: str, at: Point | None = None) -> tuple[RestoreReport, list[str]]:
    data = tmp_path / name
    report = restore(tmp_path / "vault", data, settings_of, at=at or Point())
    with open_event_log(settings_of(data).log_url) as log:
        known = {user for page in log.read_events() for user in page.user_id.tolist()}
        profiles = {user for user in ("ann", "ben") if log.get_user(user)}
    return report, sorted(known | profiles)


def test_a_backup_of_before_a_deletion_is_restored_without_the_deleted(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    before = back_up(settings, tmp_path / "vault")
    log.delete_user("ann")
    back_up(settings, tmp_path / "vault")
    report, people = restored(tmp_path, "restored", Point(time=before.made_at))
    assert people == ["ben"]
    assert report.backup == before.name
    assert any("2 rows are left out of people who were deleted since" in r for r in report.remarks)


def test_who_came_back_after_the_deletion_keeps_what_came_later(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "vault")
    log.delete_user("ann")
    log.append_events([Event("ann", "a", "view", None, 2.0)])
    back_up(settings, tmp_path / "vault")
    _, people = restored(tmp_path, "restored")
    assert people == ["ann", "ben"]
    with open_event_log(settings_of(tmp_path / "restored").log_url) as again:
        assert [one.event.timestamp for one in again.user_events("ann")] == [2.0]


def test_a_restored_log_gives_no_number_that_a_tombstone_hides(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    first = back_up(settings, tmp_path / "vault")
    log.append_events([Event("ben", "a", "view", None, float(n)) for n in range(5, 25)])
    log.delete_user("ann")
    back_up(settings, tmp_path / "vault")
    restored(tmp_path, "one", Point(time=first.made_at))
    again = settings_of(tmp_path / "one")
    with open_event_log(again.log_url) as one:
        one.append_events([Event("ann", "a", "view", None, 9.0)])
        back_up(again, tmp_path / "vault")
    _, people = restored(tmp_path, "two")
    assert people == ["ann", "ben"]


def test_a_deletion_is_in_the_folder_as_soon_as_the_log_is_followed(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    looks = 0

    def wait(seconds: float) -> bool:
        nonlocal looks
        looks += 1
        if looks == 2:
            log.delete_user("ann")
        return looks == 3

    follow(settings, tmp_path / "vault", wait)
    assert len(list((tmp_path / "vault" / "backups").iterdir())) == 1
    _, people = restored(tmp_path, "restored")
    assert people == ["ben"]


def test_the_list_names_nobody_and_a_damaged_one_is_not_passed_over(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    log.delete_user("ann")
    back_up(settings, tmp_path / "vault")
    file = tmp_path / "vault" / ERASED
    assert "ann" not in file.read_text()
    file.write_text("{")
    with pytest.raises(BackupDamaged, match="cannot be read"):
        restore(tmp_path / "vault", tmp_path / "restored", settings_of, at=Point())
    assert not (tmp_path / "restored").exists()


def test_lists_of_several_logs_lie_side_by_side(tmp_path: Path) -> None:
    rows = [{"user_id": "ann", "seq": 0}, {"user_id": "ben", "seq": 0}]
    for user in ("ann", "ben"):
        with open_event_log("sqlite://") as log:
            keep_erased(tmp_path, log)
            log.delete_user(user)
            keep_erased(tmp_path, log)
    erased = Erased.read(tmp_path)
    assert [erased.hides("events", row) for row in rows] == [True, True]
    assert not erased.hides("events", {"user_id": "cid", "seq": 0})
