"""`palate audit`: sound or not, and given out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.service.cli.conftest import Run

FOLDER = Path("palate-data/access/audit")


def _made(run: Run, n: int) -> None:
    for number in range(n):
        assert run("keys", "make", "--name", f"k{number}", "--role", "read").code == 0


def test_a_sound_record_is_counted_and_its_head_is_given(run: Run) -> None:
    _made(run, 3)
    ran = run("audit", "verify")
    assert ran.code == 0
    assert ran.out.startswith("3 records, 20")
    head = ran.out.splitlines()[1].removeprefix("head ")
    _made(run, 1)
    assert run("audit", "verify", "--head", head).code == 0
    assert run("audit", "verify", "--json").json["records"] == 4


def test_what_was_changed_or_cut_ends_with_2_and_says_where(run: Run) -> None:
    _made(run, 3)
    head = run("audit", "verify", "--json").json["head"]
    (file,) = FOLDER.glob("audit-*.jsonl")
    content = file.read_text()
    file.write_text(content.replace("k1 read", "k1 admin"))
    ran = run("audit", "verify")
    assert ran.code == 2
    assert "audit-000001.jsonl:2 was changed" in ran.err
    file.write_text("".join(content.splitlines(keepends=True)[:2]))
    assert "the end is missing" in run("audit", "verify").err
    assert "was cut or rewritten" in run("audit", "verify", "--head", head).err


def test_records_are_given_out_as_json_lines_from_a_time_on(run: Run) -> None:
    _made(run, 2)
    whole = run("audit", "export").out.splitlines()
    lines = [json.loads(line) for line in whole]
    assert [line["seq"] for line in lines] == [1, 2]
    assert run("audit", "export", "--since", "2999-01-01").out == ""
    late = run("audit", "export", "--since", lines[1]["at"]).out.splitlines()
    assert [json.loads(line)["seq"] for line in late][-1:] == [2]
    assert run("audit", "export", "--since", "1h").out.splitlines() == whole
    here = (datetime.now(timezone(timedelta(hours=-14))) - timedelta(hours=1)).isoformat()
    assert run("audit", "export", "--since", here).out.splitlines() == whole
    ran = run("audit", "export", "--since", "yesterday")
    assert (ran.code, "'yesterday' is no time" in ran.err) == (2, True)


def test_no_record_is_said(run: Run) -> None:
    ran = run("audit", "verify")
    assert (ran.code, "there is no audit log" in ran.err) == (2, True)
