"""Arrays in a folder: read as they were written, changed in memory alone, and missing where damaged."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from service.storage.mapped_arrays import forget_mapped, read_mapped, write_mapped

ABOUT = {"format": 1, "names": ["ä", "中"]}
ARRAYS = {
    "f": np.linspace(0, 1, 7, dtype=np.float32).reshape(7, 1),
    "d": np.array([1.5]),
    "i": np.arange(6).reshape(2, 3),
    "s": np.arange(3, dtype=np.int32),
    "b": np.array([True, False, True]),
    "u": np.array([[1, 2, 255]], np.uint8),
    "none": np.zeros((0, 4), np.float32),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_mapped(tmp_path / "kept", ABOUT, ARRAYS)
    return tmp_path / "kept"


def test_what_is_written_is_read(folder: Path) -> None:
    found = read_mapped(folder)
    assert found is not None
    assert found.about == ABOUT
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found.arrays[name], array, strict=True)


def test_who_writes_changes_memory_alone(folder: Path) -> None:
    first, second = read_mapped(folder), read_mapped(folder)
    assert first is not None
    assert second is not None
    first.arrays["i"][:] = 9
    assert second.arrays["i"].tolist() == ARRAYS["i"].tolist()
    again = read_mapped(folder)
    assert again is not None
    assert again.arrays["i"].tolist() == ARRAYS["i"].tolist()


def test_who_has_it_mapped_keeps_it_when_it_is_replaced_or_gone(folder: Path) -> None:
    found = read_mapped(folder)
    assert found is not None
    write_mapped(folder, ABOUT, {"i": np.zeros(2)})
    forget_mapped(folder)
    assert found.arrays["i"].tolist() == ARRAYS["i"].tolist()
    assert read_mapped(folder) is None


@pytest.mark.parametrize("name", ["about.json", "arrays.safetensors", "checksums.json"])
@pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
def test_what_is_damaged_is_said_and_counts_as_missing(
    folder: Path, name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 4
    if how == "gone":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content if how == "flipped" else content[:-9])
    with caplog.at_level(logging.WARNING):
        assert read_mapped(folder) is None
    (record,) = caplog.records
    assert f"{folder} is damaged and made anew" in record.message
    write_mapped(folder, ABOUT, ARRAYS)
    assert read_mapped(folder) is not None


def test_a_writing_that_was_interrupted_leaves_nothing(folder: Path) -> None:
    folder.rename(folder.with_name("kept.new"))
    assert read_mapped(folder) is None
    write_mapped(folder, ABOUT, ARRAYS)
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]


def test_where_it_cannot_be_written_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        write_mapped(tmp_path / "file" / "kept", ABOUT, ARRAYS)
    assert "cannot be kept, so the next start takes longer" in caplog.text
