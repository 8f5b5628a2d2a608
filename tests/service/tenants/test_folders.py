"""Folders of tenants: made, listed, limited, suspended, moved and deleted, also beside a process that has
one open."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import StoreLocked
from indexer.log.opening import open_event_log
from service.config import Settings
from service.errors import TenantUnusable
from service.storage.data_folder import alone
from service.tenants.folders import FILE, TenantFolders


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def folders(settings: Settings) -> TenantFolders:
    """With tenants a and b; nobody is waited for."""
    made = TenantFolders(settings, patience_s=0)
    made.create("b")
    made.create("a", max_items=10)
    return made


def test_those_that_were_made_are_listed_with_their_limits(folders: TenantFolders) -> None:
    assert folders.names() == ["a", "b"]
    assert (folders.required("a").max_items, folders.required("b").max_items) == (10, None)


def test_without_any_there_are_none(tmp_path: Path) -> None:
    assert TenantFolders(Settings(data=tmp_path)).names() == []


def test_a_folder_without_a_record_is_no_tenant(folders: TenantFolders, settings: Settings) -> None:
    (settings.data / "tenants" / "c").mkdir()
    assert folders.record("c") is None
    with pytest.raises(TenantUnusable, match="'c': there is none"):
        folders.required("c")
    with pytest.raises(TenantUnusable, match="there already"):
        folders.create("c")


def test_a_record_that_is_damaged_is_said(folders: TenantFolders, settings: Settings) -> None:
    (settings.data / "tenants" / "a" / FILE).write_text("{")
    with pytest.raises(TenantUnusable, match="cannot be read"):
        folders.record("a")


def test_no_name_of_a_caller_leads_out_of_the_folder(
    folders: TenantFolders, settings: Settings
) -> None:
    (settings.data / "tenants" / "a" / FILE).rename(settings.data / FILE)
    assert folders.record("..") is None


def test_limits_and_state_change_apart(folders: TenantFolders) -> None:
    folders.suspend("a")
    folders.limit("a", None, 5)
    record = folders.required("a")
    assert (record.is_suspended, record.max_items, record.max_events_per_day) == (True, None, 5)
    folders.suspend("a", suspended=False)
    assert not folders.required("a").is_suspended


def test_what_is_deleted_is_gone_and_the_others_stay(
    folders: TenantFolders, settings: Settings
) -> None:
    (settings.data / "tenants" / "a" / "log.db").write_text("x")
    folders.delete("a")
    assert folders.names() == ["b"]
    assert [one.name for one in (settings.data / "tenants").iterdir()] == ["b"]


def test_one_that_is_open_is_neither_deleted_nor_moved_and_goes_on(
    folders: TenantFolders, tmp_path: Path
) -> None:
    with alone(folders.settings_of("a")):
        with pytest.raises(StoreLocked):
            folders.delete("a")
        with pytest.raises(StoreLocked):
            folders.move("a", tmp_path / "other")
    assert not folders.required("a").is_suspended


def test_one_that_was_suspended_is_so_after_a_deletion_that_failed(folders: TenantFolders) -> None:
    folders.suspend("a")
    with alone(folders.settings_of("a")), pytest.raises(StoreLocked):
        folders.delete("a")
    assert folders.required("a").is_suspended


def test_a_deletion_that_was_broken_off_is_ended(
    folders: TenantFolders, settings: Settings
) -> None:
    left = settings.data / "tenants" / ".deleted-x-00112233"
    (left / "models").mkdir(parents=True)
    assert folders.names() == ["a", "b"]
    folders.sweep()
    assert not left.exists()


def test_one_that_is_moved_is_there_with_all_that_it_had(
    folders: TenantFolders, tmp_path: Path
) -> None:
    with open_event_log(folders.settings_of("a").log_url) as log:
        log.meta_set("said", "before")
    folders.move("a", tmp_path / "other")
    assert folders.names() == ["b"]
    there = TenantFolders(Settings(data=tmp_path / "other"))
    record = there.required("a")
    assert (record.is_suspended, record.max_items) == (False, 10)
    with open_event_log(there.settings_of("a").log_url) as log:
        assert log.meta_get("said") == "before"


def test_nothing_is_moved_over_another(folders: TenantFolders, tmp_path: Path) -> None:
    there = TenantFolders(Settings(data=tmp_path / "other"))
    there.create("a")
    with pytest.raises(TenantUnusable, match="there already"):
        folders.move("a", tmp_path / "other")
    assert folders.names() == ["a", "b"]


def test_what_lies_on_servers_is_not_moved_by_its_folder(tmp_path: Path) -> None:
    store = {"kind": "qdrant", "url": "http://q:6333"}
    folders = TenantFolders(Settings.model_validate({"data": tmp_path, "store": store}))
    folders.create("a")
    with pytest.raises(TenantUnusable, match="export"):
        folders.move("a", tmp_path / "other")


def test_what_fills_a_tenant_may_fail_and_there_is_none(settings: Settings) -> None:
    folders = TenantFolders(settings)

    def fill(folder: Path) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        folders.create("a", fill=fill)
    assert folders.names() == []
    folders.create("a")
