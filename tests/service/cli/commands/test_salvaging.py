"""`palate log salvage`: a new log of what can be read, and what is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.service.cli.conftest import Run


@pytest.fixture
def log(run: Run, tmp_path: Path) -> Path:
    """Of a data folder with some items."""
    rows = [{"item_id": f"i{n}", "title": f"Title {n}"} for n in range(300)]
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert run("index", tmp_path / "items.jsonl").code == 0
    return tmp_path / "palate-data" / "log.db"


def test_of_a_sound_log_everything_is_read(run: Run, log: Path, tmp_path: Path) -> None:
    ran = run("log", "salvage", tmp_path / "new.db", "--json")
    assert ran.code == 0
    tables = {table["table"]: table for table in ran.json}
    assert tables["items"] == {"table": "items", "read": 300, "damaged": 0, "gaps": []}


def test_a_damaged_log_is_named_by_the_doctor_and_gone_on_with_what_can_be_read(
    run: Run, log: Path, tmp_path: Path
) -> None:
    log.write_bytes(log.read_bytes().replace(b"Title 123", b"Title 122", 1))
    doctor = run("doctor", "--json")
    assert doctor.code == 2
    found = {one["what"]: one for one in doctor.json}
    assert "1 items whose content is not what was put in: 'i123'" in found["log"]["found"]
    ran = run("log", "salvage", tmp_path / "new.db")
    assert ran.code == 1
    assert "to go on with it" in ran.out
    (tmp_path / "new.db").replace(log)
    assert run("doctor", "--json").json[-1]["what"] == "model"
    again = run("index", tmp_path / "items.jsonl", "--json").json["files"][0]["counts"]
    assert again["indexed"] == 1


def test_what_is_no_log_is_one_line_that_says_what_to_do(
    run: Run, log: Path, tmp_path: Path
) -> None:
    log.write_bytes(b"x" * 9000)
    ran = run("recommend", "--user", "u")
    assert ran.code == 2
    assert "log.db is damaged: file is not a database; `palate log salvage" in ran.err
    salvaged = run("log", "salvage", tmp_path / "new.db")
    assert (salvaged.code, "restore a backup" in salvaged.err) == (2, True)
    assert run("doctor", "--json").code == 2
