"""Records are appended by several processes, files follow one another, and what a stop or somebody did
to the end is told by the next record."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from service.access import audit
from service.access.audit import REFUSALS_PER_MINUTE, AuditLog
from service.access.audit_chain import last_head, records, verify
from service.errors import AuditUnwritable

SOME = {"who": "0a1b test", "what": "/palate.v1.UserService/DeleteUser", "from": "here"}


def _log(folder: Path, file_bytes: int = 1_000_000) -> AuditLog:
    return AuditLog(folder / "audit", file_bytes)


def test_a_record_says_who_what_when_and_from_where(tmp_path: Path) -> None:
    _log(tmp_path).write("began", {**SOME, "reason": ""}, durable=True)
    (record,) = records(tmp_path / "audit")
    assert {name: record[name] for name in SOME} == SOME
    assert record["at"].startswith("20")
    assert record["at"].endswith("Z")
    assert "reason" not in record
    (file,) = (tmp_path / "audit").glob("audit-*.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_write_at_the_same_time_make_one_chain(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from service.access.audit import AuditLog\n"
        "log = AuditLog(Path(sys.argv[1]), 4_000)\n"
        "for n in range(50): log.write('began', {'who': sys.argv[2], 'what': str(n)})"
    )
    folder = tmp_path / "audit"
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(folder), str(n)]) for n in range(3)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    report = verify(folder)
    assert (report.records, report.problems) == (150, [])
    assert len(list(folder.glob("audit-*.jsonl"))) > 3


def test_what_a_kill_broke_off_is_taken_away_and_told(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.write("began", SOME)
    (file,) = (tmp_path / "audit").glob("audit-*.jsonl")
    with file.open("ab") as stream:
        stream.write(b'{"at":')
    log.write("ended", SOME)
    assert [one["event"] for one in records(tmp_path / "audit")] == ["began", "mended", "ended"]
    assert verify(tmp_path / "audit").problems == []


@pytest.mark.parametrize("harm", ["cut", "gone", "headless"])
def test_going_on_after_somebody_has_been_there_does_not_cover_it_up(
    tmp_path: Path, harm: str
) -> None:
    log = _log(tmp_path)
    for _ in range(3):
        log.write("began", SOME)
    (file,) = (tmp_path / "audit").glob("audit-*.jsonl")
    match harm:
        case "cut":
            os.truncate(file, file.stat().st_size - 20)
        case "gone":
            file.unlink()
        case "headless":
            (tmp_path / "audit" / "head.json").unlink()
    log.write("ended", SOME)
    told = list(records(tmp_path / "audit")) if harm != "cut" else []
    assert harm == "cut" or [one["event"] for one in told][-2:] == ["damaged", "ended"]
    problems = verify(tmp_path / "audit").problems
    assert any("tells of damage" in problem for problem in problems)
    log.write("began", SOME)
    assert verify(tmp_path / "audit").problems == problems


def test_a_full_disk_is_told_and_leaves_no_half_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = _log(tmp_path)
    log.write("began", SOME)
    write = os.write
    monkeypatch.setattr(audit.os, "write", lambda fd, line: write(fd, line[:10]))
    with pytest.raises(AuditUnwritable, match="No space left"):
        log.write("began", SOME)
    monkeypatch.undo()
    log.write("ended", SOME)
    assert [one["event"] for one in records(tmp_path / "audit")] == ["began", "ended"]


def test_who_is_refused_all_the_time_cannot_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [600.0]
    monkeypatch.setattr(audit.time, "monotonic", lambda: now[0])
    log = _log(tmp_path)
    for _ in range(1_000):
        log.refused("", "/palate.v1.UserService/DeleteUser", "there", "CREDENTIAL_MISSING", "r")
    now[0] += 60
    log.refused("", "/palate.v1.UserService/DeleteUser", "there", "CREDENTIAL_MISSING", "last")
    told = list(records(tmp_path / "audit"))
    assert len(told) == REFUSALS_PER_MINUTE + 2
    assert told[-2]["count"] == 1_000 - REFUSALS_PER_MINUTE
    assert told[-1]["request_id"] == "last"
    assert last_head(tmp_path / "audit") is not None
