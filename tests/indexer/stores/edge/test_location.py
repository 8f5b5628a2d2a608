"""Embedded stores in a data folder, side by side."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.stores.edge.location import EdgeLocation
from indexer.stores.registry import StoreLocation
from tests.indexer.location_contract import (
    RENAMED,
    LocationContract,
    check_renamed,
    fill,
    fill_both,
    vectors_of,
)


@pytest.fixture
def location(tmp_path: Path) -> StoreLocation:
    return EdgeLocation(tmp_path)


class TestEdgeLocation(LocationContract):
    pass


def test_a_folder_of_another_name_is_no_store(tmp_path: Path) -> None:
    location = EdgeLocation(tmp_path)
    fill(location, "vectors")
    (tmp_path / "vectors").rename(tmp_path / "vectors-backup")
    (tmp_path / "vectors").mkdir()  # and neither is what was cut short
    assert location.found() == {}


def test_a_store_tells_how_much_of_the_disk_it_takes(tmp_path: Path) -> None:
    location = EdgeLocation(tmp_path)
    fill(location, "vectors")
    assert location.size("vectors") > 1_000


def test_looking_into_a_store_and_renaming_leave_the_mark_of_its_unclean_end(
    tmp_path: Path,
) -> None:
    location = EdgeLocation(tmp_path)
    fill(location, "vectors")
    mark = tmp_path / "vectors" / "lock"
    mark.write_text("12345")
    assert location.count("vectors") == 3
    assert len(list(location.scroll("vectors", []))) == 1
    location.rename_vectors("vectors", {"image": "audio"})
    assert mark.read_text() == "12345"


def renamed_until_killed(data: Path, step: str, call: int, *, after: bool) -> int:
    """Renames in a process that is killed at the n-th call of a step; its exit code."""
    code = f"""
import os, signal
from pathlib import Path
from indexer.stores.edge import vectors
from indexer.stores.edge.location import EdgeLocation
from tests.indexer.location_contract import RENAMED
step, calls = vectors.{step}, 0
def counted(*args):
    global calls
    calls += 1
    if calls == {call} and not {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    result = step(*args)
    if calls == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
vectors.{step} = counted
EdgeLocation(Path({str(data)!r})).rename_vectors("vectors", RENAMED)
"""
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store to be copied."""
    data = tmp_path_factory.mktemp("both")
    fill_both(EdgeLocation(data), "vectors")
    return data


@pytest.mark.parametrize(
    ("step", "call", "after"),
    [
        ("_copy", 1, True),
        ("write_state", 1, True),  # from here on the names are the new ones
        ("write_state", 2, False),  # what has the old names is dropped, and that is not written yet
    ],
)
def test_renaming_that_is_killed_loses_nothing_and_goes_on(
    both: Path, tmp_path: Path, step: str, call: int, after: bool
) -> None:
    data = tmp_path / "data"
    shutil.copytree(both, data)
    location = EdgeLocation(data)
    before = vectors_of(location, "vectors", "image")
    assert renamed_until_killed(data, step, call, after=after) == -signal.SIGKILL
    found = location.found()["vectors"]
    assert found is not None
    if "image" in found.fingerprints:
        location.rename_vectors("vectors", RENAMED)
    check_renamed(location, "vectors", before)
