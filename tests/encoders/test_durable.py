"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from encoders.durable import put_in_place, sync


def test_a_file_is_put_in_the_place_of_what_was_there_and_no_draft_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for content in (b"first", b"second"):
        put_in_place(file, content)
        assert file.read_bytes() == content
    assert os.listdir(tmp_path) == ["a.json"]


def test_what_was_there_stays_where_the_new_content_does_not_come_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, draft = tmp_path / "a", tmp_path / "b"
    put_in_place(file, b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        put_in_place(file, b"second", draft)
    assert file.read_bytes() == b"first"


def test_folders_and_files_can_be_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    file = tmp_path / "a"
    file.write_bytes(b"1")
    sync(file)
    sync(tmp_path)
    assert synced == [file.stat().st_ino, tmp_path.stat().st_ino]
