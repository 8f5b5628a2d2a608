"""Checksums of the files of a store: of what is written, and of no hole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.stores.edge.sums import (
    SUMS,
    apparent_bytes,
    changed_files,
    forget_sums,
    suspect,
    suspect_files,
    trust,
    write_sums,
)

MB = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "items").mkdir()
    with (tmp_path / "items" / "chunk").open("wb") as stream:
        stream.truncate(8 * MB)
        stream.seek(5 * MB + 17)
        stream.write(b"vectors")
    (tmp_path / "items" / "config.json").write_text('{"a": 1, "b": 2}')
    write_sums(tmp_path)
    return tmp_path


def test_nothing_is_known_of_a_store_without_sums(folder: Path) -> None:
    assert changed_files(folder) == []
    forget_sums(folder)
    assert changed_files(folder) is None


@pytest.mark.parametrize("place", [0, 5 * MB + 18, 8 * MB - 1])
def test_one_bit_anywhere_is_told(folder: Path, place: int) -> None:
    with (folder / "items" / "chunk").open("r+b") as stream:
        stream.seek(place)
        byte = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([byte ^ 1]))
    assert changed_files(folder) == ["items/chunk"]


def test_what_is_longer_shorter_new_or_gone_is_told(folder: Path) -> None:
    (folder / "new").touch()
    (folder / "items" / "config.json").unlink()
    with (folder / "items" / "chunk").open("r+b") as stream:
        stream.truncate(8 * MB + 1)
    assert changed_files(folder) == ["items/chunk", "items/config.json", "new"]


def test_a_copy_without_holes_is_the_same(folder: Path) -> None:
    content = (folder / "items" / "chunk").read_bytes()
    (folder / "items" / "chunk").write_bytes(content)
    assert changed_files(folder) == []
    assert apparent_bytes(folder) == 8 * MB + 16


def test_json_is_summed_by_what_it_says(folder: Path) -> None:
    file = folder / "items" / "config.json"
    file.write_text(json.dumps({"b": 2, "a": 1}, indent=2))
    assert changed_files(folder) == []
    file.write_text('{"a": 1, "b": 3}')
    assert changed_files(folder) == ["items/config.json"]
    file.write_text("{")
    assert changed_files(folder) == ["items/config.json"]


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_damaged_sums_are_told(folder: Path, content: bytes) -> None:
    (folder / SUMS).write_bytes(content)
    assert changed_files(folder) == [SUMS]


def test_suspect_files_are_remembered_until_the_store_is_made_anew(folder: Path) -> None:
    suspect(folder, ["b", "a"])
    suspect(folder, ["c", "a"])
    assert suspect_files(folder) == ["a", "b", "c"]
    assert changed_files(folder) == []
    trust(folder)
    assert suspect_files(folder) == []
    assert changed_files(folder) is None
