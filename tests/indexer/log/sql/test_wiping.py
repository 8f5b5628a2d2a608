"""Nothing of what was deleted is left in the files of a log, whoever reads meanwhile and however it ends."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.log.event_log import Served
from indexer.log.sql import wiping
from indexer.log.sql.event_log import SqlEventLog


def ids(seed: int, n: int) -> list[str]:
    rng = random.Random(seed)
    return [f"{rng.randrange(16**32):032x}" for _ in range(n)]


USERS, EVENTS = ids(1, 300), ids(2, 9_000)


def filled(log: SqlEventLog) -> None:
    for start in range(0, len(EVENTS), 300):
        log.append_events(
            [
                Event(USERS[(n * 7) % 300], f"i{n}", "view", None, float(n % 97), EVENTS[n])
                for n in range(start, start + 300)
            ]
        )
    log.put_served_batch([Served(f"r{n}", user, b"x" * 9_000, 1.0) for n, user in enumerate(USERS)])


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def left(folder: Path) -> list[str]:
    content = bytes_of(folder)
    of_deleted = [EVENTS[n] for n in range(9_000) if (n * 7) % 300 < 150]
    return [one for one in (*USERS[:150], *of_deleted) if one.encode() in content]


def test_no_id_of_deleted_people_is_left_and_the_others_are_there(
    file_url: str, tmp_path: Path
) -> None:
    with SqlEventLog.open(file_url) as log:
        filled(log)
        assert len(left(tmp_path)) == 150 + 4_500
        for user in USERS[:150]:
            log.delete_user(user)
        assert log.wipe()
        assert left(tmp_path) == []
        assert log.count_events() == 4_500
        assert log.damage() == []
        assert all(len(log.user_events(user)) == 30 for user in USERS[150:])


def test_a_reader_of_the_log_delays_it_and_is_not_disturbed(
    file_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqlEventLog.open(file_url) as log:
        filled(log)
        monkeypatch.setattr(log.database, "empty_wal", lambda: False)
        with log.snapshot() as snapshot:
            next(iter(snapshot.rows("events")))
            log.delete_user(USERS[0])
            assert not log.wipe()
            assert sum(len(page) for page in snapshot.rows("events")) == 9_000
        monkeypatch.undo()
        assert log.to_wipe()
        assert log.wipe()
        assert USERS[0].encode() not in bytes_of(tmp_path)


KILLED = """
import os, signal, sys
from indexer.log.sql.event_log import SqlEventLog
from tests.indexer.log.sql.test_wiping import USERS, filled
log = SqlEventLog.open(sys.argv[1])
filled(log)
for user in USERS[:150]:
    log.delete_user(user)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_the_next_process_wipes_what_it_does_not_know(
    file_url: str, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-c", KILLED, file_url], check=False)
    with SqlEventLog.open(file_url) as log:
        assert log.to_wipe()
        log.delete_events(USERS[299], [EVENTS[0]])  # another deletion, which is known
        assert log.wipe()
        assert left(tmp_path) == []


def test_the_file_is_not_written_anew_where_nothing_is_left(
    file_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqlEventLog.open(file_url) as log:
        monkeypatch.setattr(log.database, "write_anew", lambda: pytest.fail("written anew"))
        monkeypatch.setattr(wiping, "is_left", lambda file, ids: False)
        log.append_events([Event("somebody", "1", "view", None, 1.0)])
        log.delete_user("somebody")
        assert log.wipe()
