"""What SQLite leaves of deleted rows: found where no row is, and not where one is."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from indexer.log.sql.residue import LEAST_BYTES, is_left


def made(file: Path, *, page_size: int = 4096) -> list[str]:
    """A table and an index of random ids, put in at random places so that pages are split; half of
    the rows are deleted again. The ids that are gone."""
    rng = random.Random(4)
    ids = [f"{rng.randrange(16**24):024x}" for _ in range(20_000)]
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for pragma in (f"page_size={page_size}", "journal_mode=WAL", "secure_delete=ON"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("CREATE TABLE t (id TEXT NOT NULL UNIQUE)")
        db.execute("BEGIN")
        db.executemany("INSERT INTO t VALUES (?)", [(one,) for one in ids])
        db.executemany("DELETE FROM t WHERE id = ?", [(one,) for one in ids[::2]])
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return ids[::2]


@pytest.mark.parametrize("page_size", [512, 4096, 65_536])
def test_it_is_found_exactly_where_reading_the_whole_file_finds_it(
    tmp_path: Path, page_size: int
) -> None:
    file = tmp_path / "db"
    gone = [one.encode() for one in made(file, page_size=page_size)]
    content = file.read_bytes()
    left = [one for one in gone if one in content]
    assert is_left(file, gone) is bool(left)
    for one in left[:20]:
        assert is_left(file, [one])


def test_small_pages_that_were_split_do_leave_something(tmp_path: Path) -> None:
    """Else the tests above would hold of anything."""
    assert is_left(tmp_path / "db", [one.encode() for one in made(tmp_path / "db")])


def test_what_is_in_a_row_is_not_left(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db")) as db:
        db.execute("CREATE TABLE t (id TEXT)")
        db.execute("INSERT INTO t VALUES ('somebody-who-lives')")
        db.commit()
    assert not is_left(tmp_path / "db", [b"somebody-who-lives"])


def test_short_texts_are_not_looked_for_and_an_empty_file_has_none(tmp_path: Path) -> None:
    file = tmp_path / "db"
    made(file)
    assert not is_left(file, [b"a" * (LEAST_BYTES - 1)])
    file.write_bytes(b"")
    assert not is_left(file, [b"a" * LEAST_BYTES])


def test_no_file_is_read_for_texts_that_are_found_by_chance(tmp_path: Path) -> None:
    assert not is_left(tmp_path / "there is none", [b"u" * (LEAST_BYTES - 1)])


def test_looking_leaves_sqlite_its_locks(tmp_path: Path) -> None:
    """Another process that opens and closes the database must find it in use, and leave its
    write-ahead log where it is."""
    file = tmp_path / "db"
    gone = made(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("INSERT INTO t VALUES ('of this process')")
        is_left(file, [one.encode() for one in gone])
        other = (
            "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
            " db.execute('SELECT * FROM t').fetchone(); db.close()"
        )
        subprocess.run([sys.executable, "-c", other, str(file)], check=True)
        assert file.with_name("db-wal").exists()
        assert db.execute("SELECT count(*) FROM t WHERE id = 'of this process'").fetchone() == (1,)


def test_where_nobody_can_look_something_may_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "db")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no such program"))
    assert is_left(tmp_path / "db", [b"nowhere in it"])
    assert not is_left(tmp_path / "db", [b"short"])
