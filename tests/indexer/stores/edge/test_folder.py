"""The folder of an embedded store: what it says of itself, and what is left of it half-made."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.errors import DataVersionMismatch, StoreUnavailable
from indexer.stores.edge import folder as edge_folder
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

STATE = FolderState({"text": 4, "image": 2}, {"text": "t", "image": "i"})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    state = STATE.adding("sequence-1", 3, "dot").adding("joint", 2, "cosine").without("sequence-1")
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    assert state.extra == {"joint": (2, "cosine")}
    assert state.dropping == ("sequence-1",)
    assert [path.name for path in tmp_path.iterdir()] == ["store.json"]


def test_a_folder_without_a_state_holds_nothing(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None
    (tmp_path / "store.json.new").write_text("{")  # of a writer that was killed
    assert read_state(tmp_path) is None


def test_a_newer_layout_is_refused_by_both_versions(tmp_path: Path) -> None:
    write_state(tmp_path, STATE)
    row = json.loads((tmp_path / "store.json").read_text())
    (tmp_path / "store.json").write_text(json.dumps({**row, "version": LAYOUT_VERSION + 1}))
    with pytest.raises(
        DataVersionMismatch, match=f"version {LAYOUT_VERSION + 1}.*{LAYOUT_VERSION}"
    ):
        read_state(tmp_path)


def test_widths_and_distances_are_of_encoders_and_of_what_was_added() -> None:
    state = STATE.adding("sequence-1", 3, "dot")
    assert state.widths() == {"text": 4, "image": 2, "sequence-1": 3}
    assert state.vectors() == {
        "text": (4, "cosine"),
        "image": (2, "cosine"),
        "sequence-1": (3, "dot"),
    }


def test_renaming_keeps_all_but_the_names_and_announces_what_is_to_go() -> None:
    state = STATE.adding("joint-image", 3, "cosine").adding("sequence-1", 5, "dot")
    renamed = state.renamed({"image": "audio", "joint-image": "joint-audio"})
    assert renamed == FolderState(
        {"text": 4, "audio": 2},
        {"text": "t", "audio": "i"},
        {"joint-audio": (3, "cosine"), "sequence-1": (5, "dot")},
        ("image", "joint-image"),
    )
    assert renamed.settled().dropping == ()


def test_a_new_store_takes_the_place_of_whatever_was_there(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "rubble").write_text("x")
    create(tmp_path, STATE)
    assert read_state(tmp_path) == STATE
    assert not (tmp_path / "items" / "rubble").exists()
    assert (tmp_path / "users").is_dir()


def test_users_are_forgotten_also_where_that_was_cut_short(tmp_path: Path) -> None:
    for name in ("users", "users.gone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "segment").write_text("x")
    forget_users(tmp_path)
    assert list(tmp_path.iterdir()) == []
    forget_users(tmp_path)


def test_nothing_is_written_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_usage(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(free=ROOM_BYTES - 1)

    monkeypatch.setattr(edge_folder.shutil, "disk_usage", disk_usage)
    with pytest.raises(StoreUnavailable, match="make room"), writing(tmp_path):
        raise AssertionError("it must not come to this")


def test_whatever_the_engine_raises_is_unavailable_and_our_mistakes_are_ours(
    tmp_path: Path,
) -> None:
    with pytest.raises(StoreUnavailable, match="it is broken; check disk space"), engine(tmp_path):
        raise Exception("it is broken")
    with pytest.raises(AssertionError, match="ours"), engine(tmp_path):
        raise AssertionError("ours")
