"""Who owns a folder, also after its owner was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import StoreLocked
from indexer.folder_lock import FolderLock


def owned_by_another(folder: Path, then: str) -> subprocess.CompletedProcess[str]:
    """A process that takes the folder and then does this."""
    code = f"""
import os, signal
from pathlib import Path
from indexer.folder_lock import FolderLock
lock = FolderLock(Path({str(folder)!r}))
{then}
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_folder_is_made_and_the_owner_is_written_down(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    lock = FolderLock(folder)
    assert (folder / "lock").read_text() == str(os.getpid())
    assert not lock.unclean
    lock.release()
    assert (folder / "lock").read_text() == ""


def test_a_second_owner_is_told_who_the_first_one_is(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreLocked, match=str(os.getpid())):
        FolderLock(tmp_path)
    done = owned_by_another(tmp_path, "")
    assert "StoreLocked" in done.stderr
    assert str(os.getpid()) in done.stderr
    lock.release()


def test_a_refused_second_owner_changes_nothing(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    for _ in range(3):
        with pytest.raises(StoreLocked):
            FolderLock(tmp_path)
    assert (tmp_path / "lock").read_text() == str(os.getpid())
    lock.release()


def test_after_a_release_the_next_owner_finds_nothing_to_mend(tmp_path: Path) -> None:
    FolderLock(tmp_path).release()
    lock = FolderLock(tmp_path)
    assert not lock.unclean
    lock.release()


def test_an_owner_that_was_killed_leaves_the_folder_free_and_marked(tmp_path: Path) -> None:
    killed = owned_by_another(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    assert killed.returncode == -signal.SIGKILL
    lock = FolderLock(tmp_path)
    assert lock.unclean
    lock.release()


def test_the_mark_stays_until_somebody_has_mended_what_was_left(tmp_path: Path) -> None:
    owned_by_another(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    FolderLock(tmp_path).release(unclean=True)
    lock = FolderLock(tmp_path)
    assert lock.unclean
    lock.release()
    again = FolderLock(tmp_path)
    assert not again.unclean
    again.release()
