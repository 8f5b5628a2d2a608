"""Whatever is done to the record is noticed: changed, taken out, put in, cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.access.audit import AuditLog
from service.access.audit_chain import START, Head, last_head, records, sealed, tail_of, verify
from service.errors import ConfigError

N = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve records in three files or more."""
    log = AuditLog(tmp_path, file_bytes=1_000)
    for number in range(N):
        log.write("began", {"who": "0a1b test", "what": f"/palate.v1.X/Y{number}", "from": "here"})
    assert len(list(tmp_path.glob("audit-*.jsonl"))) >= 3
    return tmp_path


def _lines(folder: Path) -> list[tuple[Path, int]]:
    """File and number of every line."""
    files = sorted(folder.glob("audit-*.jsonl"))
    return [(file, n) for file in files for n in range(len(file.read_bytes().splitlines()))]


def _rewrite(file: Path, number: int, line: bytes | None) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[number : number + 1] = [line] if line is not None else []
    file.write_bytes(b"".join(lines))


def test_what_nobody_touched_is_sound(folder: Path) -> None:
    report = verify(folder)
    assert (report.records, report.problems) == (N, [])
    head = last_head(folder)
    assert head is not None
    assert report.head == f"{head.seq}:{head.hash}" == f"{N}:{head.hash}"
    assert [one["seq"] for one in records(folder)] == list(range(1, N + 1))


@pytest.mark.parametrize("at", range(N))
def test_a_record_that_is_taken_out_is_noticed(folder: Path, at: int) -> None:
    file, number = _lines(folder)[at]
    _rewrite(file, number, None)
    assert verify(folder).problems


@pytest.mark.parametrize("at", range(N))
def test_a_record_that_is_changed_is_noticed_also_with_a_hash_of_its_own(
    folder: Path, at: int
) -> None:
    file, number = _lines(folder)[at]
    record = json.loads(file.read_bytes().splitlines()[number])
    record["who"] = "somebody else"
    _rewrite(file, number, json.dumps(record).encode() + b"\n")
    assert any("was changed" in problem for problem in verify(folder).problems)
    content = {name: value for name, value in record.items() if name not in ("hash", "prev")}
    _rewrite(file, number, sealed(content, record["prev"])[0])
    assert verify(folder).problems


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_byte_that_is_changed_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("log")
    for number in range(3):
        AuditLog(folder, 10_000).write("began", {"what": f"x{number}"})
    (file,) = folder.glob("audit-*.jsonl")
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    assert verify(folder).problems


@pytest.mark.parametrize("kept", range(N))
def test_an_end_that_is_cut_off_is_noticed(folder: Path, kept: int) -> None:
    lines = _lines(folder)
    for file, number in reversed(lines[kept:]):
        _rewrite(file, number, None)
    assert any("the end is missing" in problem for problem in verify(folder).problems)


def test_a_record_that_was_cut_and_its_head_made_to_fit_is_told_by_a_head_kept_elsewhere(
    folder: Path,
) -> None:
    before = verify(folder).head
    file, number = _lines(folder)[-1]
    _rewrite(file, number, None)
    last = list(records(folder))[-1]
    head = Head(last["seq"], last["hash"], file.name, file.stat().st_size)
    (folder / "head.json").write_text(json.dumps(head._asdict()))
    assert verify(folder).problems == []
    (problem,) = verify(folder, before).problems
    assert before in problem
    assert verify(folder, f"{head.seq}:{head.hash}").problems == []


def test_a_head_that_is_missing_or_damaged_is_noticed(folder: Path) -> None:
    for content in (None, b"", b"{}", b'{"seq": 1}', b"\xff"):
        (folder / "head.json").unlink(missing_ok=True)
        if content is not None:
            (folder / "head.json").write_bytes(content)
        assert any("head.json" in problem for problem in verify(folder).problems)


def test_a_record_that_a_kill_broke_off_is_no_damage(folder: Path) -> None:
    file, _ = _lines(folder)[-1]
    with file.open("ab") as stream:
        stream.write(b'{"at":"2026')
    assert verify(folder).problems == []
    head = last_head(folder)
    assert head is not None
    assert tail_of(file, head) == (head, 11, False)


def test_a_record_that_is_there_before_its_head_is_no_damage(folder: Path) -> None:
    head = last_head(folder)
    assert head is not None
    line, digest = sealed({"seq": N + 1, "at": "2026", "event": "began"}, head.hash)
    with (folder / head.file).open("ab") as stream:
        stream.write(line)
    report = verify(folder)
    assert (report.problems, report.head) == ([], f"{N + 1}:{digest}")


def test_a_folder_without_a_record_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no audit log"):
        verify(tmp_path / "nowhere")
    assert verify(tmp_path).head == f"0:{START.hash}"


def test_a_line_that_is_none_is_not_given_out_in_silence(folder: Path) -> None:
    file, number = _lines(folder)[3]
    _rewrite(file, number, b"nonsense\n")
    with pytest.raises(ConfigError, match="palate audit verify"):
        list(records(folder))
