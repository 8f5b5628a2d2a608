"""A journal gives back what was promised, drops what a power cut left of a line, and names damage."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from service.backup.journal import Journal, forget_journals, journal_rows
from service.backup.manifest import Manifest
from service.errors import BackupDamaged

AFTER = Manifest(1.0, 4, False, {}, {})
ROWS = [{"seq": n, "user_id": f"u\n{n}", "value": None} for n in (5, 6, 9)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Of three events."""
    with closing(Journal(tmp_path, AFTER)) as journal:
        assert journal.position == 4
        journal.append(ROWS[:2])
        journal.append([])
        journal.append(ROWS[2:])
        assert journal.position == 9
    (found,) = tmp_path.glob("*.jsonl")
    return found


def test_events_come_back_in_order(file: Path) -> None:
    assert list(journal_rows(file.parent, AFTER)) == ROWS


def test_a_backup_without_a_journal_has_no_events_after_it(tmp_path: Path) -> None:
    assert list(journal_rows(tmp_path, AFTER)) == []


@pytest.mark.parametrize("left", [1, 10, 30])
def test_what_a_power_cut_left_of_the_last_line_is_dropped(file: Path, left: int) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2]) + lines[2][:left])
    assert list(journal_rows(file.parent, AFTER)) == ROWS[:2]


def test_zeros_at_the_end_are_dropped_too(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + bytes(len(lines[1])) + b"\n" + bytes(len(lines[2])))
    assert list(journal_rows(file.parent, AFTER)) == ROWS[:1]


def test_damage_before_sound_lines_is_named(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"seq":6', b'"seq":7'))
    with pytest.raises(BackupDamaged, match=rf"{file.name} is damaged in line 2"):
        list(journal_rows(file.parent, AFTER))


def test_a_new_journal_of_the_same_backup_begins_anew(file: Path) -> None:
    Journal(file.parent, AFTER).close()
    assert list(journal_rows(file.parent, AFTER)) == []


def test_journals_of_older_backups_are_forgotten(file: Path) -> None:
    forget_journals(file.parent, but=AFTER)
    assert file.exists()
    forget_journals(file.parent, but=Manifest(2.0, 9, False, {}, {}))
    assert not file.exists()
