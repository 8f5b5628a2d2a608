"""One owner for a data folder, however many stores and workspaces there are."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from encoders.fake import FakeTextEncoder
from indexer.catalog.item import Item
from indexer.errors import Damaged, EncoderMismatch, StoreError, StoreLocked
from indexer.folder_lock import FolderLock
from indexer.log.sql.event_log import SqlEventLog
from indexer.log.sql.schema import meta
from service.config import Settings
from service.storage import data_folder
from service.storage.data_folder import DataFolder, alone, log_alone, registry_of
from service.storage.workspace import Workspace
from tests.service.world import settings


def opened(folder: Path, dim: int = 16, *, beside: bool = False) -> Workspace:
    return Workspace.open_with(settings(folder), FakeTextEncoder(dim), {}, beside=beside)


def test_other_encoders_do_not_get_past_the_owner(tmp_path: Path) -> None:
    first = opened(tmp_path)
    with pytest.raises(StoreLocked):
        opened(tmp_path, 24, beside=True)
    with pytest.raises(StoreLocked), log_alone(first.settings):
        pass
    first.close()
    opened(tmp_path, 24, beside=True).close()


def test_the_folder_is_let_go_with_its_last_workspace(tmp_path: Path) -> None:
    first = opened(tmp_path)
    second = first.beside(first.settings, FakeTextEncoder(24), {})
    first.close()
    assert second.log.count_items() == 0
    with pytest.raises(StoreLocked):
        opened(tmp_path)
    second.close()
    opened(tmp_path).close()


class SharedLog(SqlEventLog):
    """As one on a database server."""

    @property
    def shared(self) -> bool:
        return True


def test_nobody_else_writes_where_the_folder_is_locked_and_the_log_is_a_file(
    tmp_path: Path,
) -> None:
    with closing(DataFolder.open(settings(tmp_path))) as folder:
        assert folder.sole_writer
    shelf, lock = registry_of(settings(tmp_path)), FolderLock(tmp_path)
    with closing(DataFolder(SharedLog.open("sqlite://"), shelf, lock)) as with_a_server:
        assert not with_a_server.sole_writer
    with closing(DataFolder(SqlEventLog.open("sqlite://"), shelf, None)) as unlocked:
        assert not unlocked.sole_writer


def test_what_cannot_be_opened_beside_leaves_the_folder_to_the_one_there_is(tmp_path: Path) -> None:
    first = opened(tmp_path)
    (tmp_path / f"vectors-{first.digest}").mkdir()
    with pytest.raises(StoreLocked):
        first.beside(first.settings, FakeTextEncoder(16), {})
    first.close()
    with pytest.raises(EncoderMismatch):
        opened(tmp_path, 24)
    opened(tmp_path).close()


def test_in_a_folder_of_before_the_only_store_is_the_active_one(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    workspace.indexer().index_items([Item("a", title="one")])
    digest = workspace.digest
    workspace.log.add_model("m1", "models/m1", {})
    workspace.log.set_active_model("m1")
    workspace.close()
    with SqlEventLog.open(settings(tmp_path).log_url) as log:
        assert log.active_store() is None  # nothing was reconciled yet
    later = opened(tmp_path, 24, beside=True)
    assert later.log.active_store() == digest
    later.reconcile()
    assert later.log.active_model() is None
    later.close()
    with SqlEventLog.open(settings(tmp_path).log_url) as log, log.database.reading() as connection:
        keys = set(connection.execute(meta.select()).scalars())
    assert f"active_model:{digest}" in keys
    assert "active_model" not in keys


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    read = settings(tmp_path / "data")
    (tmp_path / "data").write_text("")  # since the settings were read
    with (
        pytest.raises(StoreError, match="a file is in its place; name a folder with --data"),
        log_alone(read),
    ):
        pass


def test_no_new_log_is_made_in_the_place_of_one_that_is_lost(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    workspace.indexer().index_items([Item("a", title="one")])
    workspace.close()
    (tmp_path / "log.db").unlink()
    with pytest.raises(Damaged, match="it is gone or empty"), log_alone(workspace.settings):
        pass
    assert not (tmp_path / "log.db").exists()


def test_nor_is_an_empty_log_of_a_server_taken_for_the_one_that_vectors_were_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(tmp_path)
    workspace.indexer().index_items([Item("a", title="one")])
    workspace.close()
    monkeypatch.setattr(data_folder, "open_event_log", lambda _: SharedLog.open("sqlite://"))
    with pytest.raises(Damaged, match="made from another"), log_alone(workspace.settings):
        pass


def test_a_folder_of_a_tenant_has_one_owner_wherever_its_vectors_are(tmp_path: Path) -> None:
    given = {
        "data": tmp_path,
        "store": {"kind": "qdrant", "url": "http://127.0.0.1:1"},
        "tenants": {"enabled": True},
    }
    of_tenant = Settings.model_validate(given)
    with alone(of_tenant), pytest.raises(StoreLocked), alone(of_tenant):
        pass
    shared = Settings.model_validate({**given, "tenants": {"enabled": False}})
    with alone(shared), alone(shared):
        pass
