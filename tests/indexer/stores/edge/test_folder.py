"""The folder of an embedded store, without the store: what it says about itself, and how it is made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import qdrant_edge as qe

from indexer.errors import DataVersionMismatch, StoreLocked, StoreUnavailable
from indexer.stores.edge.folder import (
    LAYOUT_VERSION,
    ROOM_BYTES,
    FolderState,
    create,
    engine,
    forget_users,
    read_state,
    write_state,
    writing,
)

STATE = FolderState({"text": 8}, {"text": "t1"})


def test_a_folder_without_a_store_says_nothing(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    state = FolderState(
        {"text": 8, "image": 4}, {"text": "t1", "image": "i1"}, {"s": (3, "dot")}, ("old",)
    )
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    assert [file.name for file in tmp_path.iterdir()] == ["store.json"]


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    write_state(tmp_path, STATE)
    file = tmp_path / "store.json"
    row = json.loads(file.read_text())
    file.write_text(json.dumps({**row, "version": LAYOUT_VERSION + 1}))
    with pytest.raises(DataVersionMismatch, match=f"version {LAYOUT_VERSION + 1}"):
        read_state(tmp_path)


def test_vectors_are_added_and_a_dropped_one_is_remembered_until_it_is_gone() -> None:
    added = STATE.adding("s", 3, "dot").adding("j", 5, "cosine")
    assert added.extra == {"s": (3, "dot"), "j": (5, "cosine")}
    dropped = added.without("s")
    assert (dropped.extra, dropped.dropping) == ({"j": (5, "cosine")}, ("s",))
    assert dropped.settled().dropping == ()
    assert STATE.extra == {}


def test_a_new_folder_holds_an_empty_shard_and_nothing_of_people(tmp_path: Path) -> None:
    create(tmp_path, STATE)
    assert read_state(tmp_path) == STATE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["items", "store.json"]
    shard = qe.EdgeShard.load(str(tmp_path / "items"))
    assert shard.count(qe.CountRequest(exact=True)) == 0
    shard.close()


def test_making_a_store_again_forgets_what_was_there(tmp_path: Path) -> None:
    create(tmp_path, STATE)
    shard = qe.EdgeShard.load(str(tmp_path / "items"))
    point = qe.Point(1, {"text": [1.0] * 8}, {})
    shard.update(qe.UpdateOperation.upsert_points([point]))
    shard.flush()
    shard.close()
    create(tmp_path, FolderState({"text": 4}, {"text": "t2"}))
    shard = qe.EdgeShard.load(str(tmp_path / "items"))
    assert shard.count(qe.CountRequest(exact=True)) == 0
    shard.close()


def test_users_are_forgotten_with_what_an_interruption_left_of_them(tmp_path: Path) -> None:
    create(tmp_path, STATE)
    for name in ("users", "users.new", "users.gone"):
        (tmp_path / name / "wal").mkdir(parents=True)
    forget_users(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["items", "store.json"]


@pytest.mark.parametrize(("free", "refused"), [(ROOM_BYTES - 1, True), (ROOM_BYTES, False)])
def test_nothing_is_written_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, refused: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    wrote = False
    if refused:
        with pytest.raises(StoreUnavailable, match="make room"), writing(tmp_path):
            wrote = True
    else:
        with writing(tmp_path):
            wrote = True
    assert wrote is not refused


def test_what_the_engine_raises_says_which_store_and_how_to_go_on(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreUnavailable, match=r"segment is broken; .*palate rebuild"),
        engine(tmp_path),
    ):
        raise Exception("segment is broken")


@pytest.mark.parametrize(
    "error", [StoreLocked(Path("x"), 1), AssertionError("ours"), MemoryError()]
)
def test_our_own_errors_and_the_end_of_memory_pass_as_they_are(
    tmp_path: Path, error: Exception
) -> None:
    with pytest.raises(type(error)) as caught, engine(tmp_path):
        raise error
    assert caught.value is error
