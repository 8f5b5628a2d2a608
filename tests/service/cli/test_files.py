"""Sources of rows: how far one is read, and what is told of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.problems import Problem, Problems
from indexer.ingest.reading import ProfileReading
from indexer.ingest.sources.source import Row, Source
from service.cli.files import (
    COULD_NOT,
    DONE,
    IN_PART,
    FileReport,
    Rows,
    read_in,
    take_in,
    tell,
)
from service.cli.interruption import INTERRUPTED
from service.cli.output import Step

PRICE = Problem("price", "is not a number; left out", "N/A")
NO_ID = Problem("item_id", "is missing")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are wrapped at the width of the terminal that the tests run in."""
    monkeypatch.setenv("COLUMNS", "200")


def _report(
    file: str = "a.jsonl",
    used: int = 0,
    failed: int = 0,
    stopped: str = "",
    interrupted: bool = False,
) -> FileReport:
    problems = Problems("line")
    for line in range(failed):
        problems.lose(line + 3, None, NO_ID)
    counts = {"indexed": used, "skipped": 0}
    return FileReport(file, counts, problems, stopped=stopped, interrupted=interrupted)


def _tell(reports: list[FileReport], *, errors: Path | None = None, as_json: bool = False) -> int:
    return tell(reports, errors=errors, as_json=as_json)


def _source(name: str) -> Source:
    return Source(name, lambda: iter(()), unit="line")


def test_rows_come_as_far_as_they_can_be_read_and_it_is_said_why_no_further() -> None:
    def read() -> Iterator[int]:
        yield from (1, 2)
        raise CatalogError("a.jsonl", "it breaks off", "get it again")

    broken, whole = Rows(read()), Rows([1, 2])
    assert (list(broken), broken.stopped) == ([1, 2], "a.jsonl: it breaks off; get it again")
    assert (list(whole), whole.stopped) == ([1, 2], "")


def test_the_rows_of_a_source_come_in_parts_that_are_told_once_they_were_used() -> None:
    def rows() -> Iterator[Row]:
        yield from (Row(n, {"user_id": str(n)}) for n in range(1, 6))
        raise CatalogError("a.jsonl", "it breaks off", "get it again")

    source = Source("a.jsonl", rows, lambda: 9)
    report, told, parts = _report(), [], []
    for part in read_in(ProfileReading(source), report, lambda *of: told.append(of), 2):
        assert len(told) == len(parts)
        parts.append([(line, profile.user_id) for line, profile in part])
    assert parts == [[(1, "1"), (2, "2")], [(3, "3"), (4, "4")], [(5, "5")]]
    assert told == [("a.jsonl", 2, 9), ("a.jsonl", 4, 9), ("a.jsonl", 5, 9)]
    assert report.stopped == "a.jsonl: it breaks off; get it again"


def test_every_source_is_taken_in_in_order() -> None:
    def one(source: Source, report: FileReport, step: Step) -> None:
        step(source.name, 1, None)
        report.counts["indexed"] += 2
        report.problems.lose(3, None, NO_ID)
        if source.name == "gone.csv":
            raise CatalogError("gone.csv", "there is no such file", "check the path")

    names = ["b.csv", "gone.csv", "a.csv"]
    reports = take_in([*map(_source, names)], ["indexed"], one, errors=None, as_json=True)
    assert [(report.file, report.rows) for report in reports] == [(name, 3) for name in names]
    assert [bool(report.stopped) for report in reports] == [False, True, False]


def test_ctrl_c_keeps_what_is_in_and_ends_the_command_once_it_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def one(source: Source, report: FileReport, step: Step) -> None:
        report.counts["indexed"] += 2_560
        raise KeyboardInterrupt

    sources = [_source("a.csv"), _source("b.csv")]
    reports = take_in(sources, ["indexed"], one, errors=None, as_json=True)
    with pytest.raises(KeyboardInterrupt):
        _tell(reports, as_json=True)
    told = capsys.readouterr()
    (file,) = json.loads(told.out)["files"]
    assert (file["file"], file["counts"]) == ("a.csv", {"indexed": 2_560})
    assert (json.loads(told.out)["exit_code"], told.err) == (INTERRUPTED, "")


@pytest.mark.parametrize(
    ("reports", "code", "said"),
    [
        ([_report(used=2)], DONE, ""),
        ([_report()], DONE, ""),
        ([_report(used=2, failed=1)], IN_PART, ""),
        ([_report(used=2, stopped="cut off")], IN_PART, "error: cut off\n"),
        ([_report(used=2), _report("b", failed=1)], IN_PART, ""),
        ([_report(failed=1)], COULD_NOT, "error: a.jsonl: no row could be used\n"),
        ([_report(stopped="it is empty")], COULD_NOT, "error: it is empty\n"),
    ],
)
def test_the_exit_code_says_whether_all_some_or_no_rows_were_used(
    capsys: pytest.CaptureFixture[str], reports: list[FileReport], code: int, said: str
) -> None:
    assert _tell(reports, as_json=True) == code
    printed = capsys.readouterr()
    assert json.loads(printed.out)["exit_code"] == code
    assert printed.err == said


def _said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_few_problems_are_told_row_by_row(capsys: pytest.CaptureFixture[str]) -> None:
    report = FileReport("a.csv", {"unknown_items": 1_200}, Problems("line"), seconds=1.25)
    report.problems.lose(4, None, NO_ID)
    report.problems.warn(3, "b", [PRICE])
    report.notes.append("taken as attributes: brand")
    assert _tell([report]) == IN_PART
    header, _, row, *rest = _said(capsys)
    assert header.split() == ["file", "unknown", "items", "failed", "warnings", "seconds"]
    assert row.split() == ["a.csv", "1,200", "1", "1", "1.2"]
    assert rest == [
        "a.csv: taken as attributes: brand",
        "a.csv:4: item_id is missing",
        "a.csv:3 (b): price is 'N/A': it is not a number; left out",
    ]


def test_many_are_counted_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    report = FileReport("a.csv", {"indexed": 1_204}, Problems("row"))
    for line in range(17, 17 + 1_204):
        report.problems.warn(line, "b", [PRICE])
    assert _tell([report]) == DONE
    assert _said(capsys)[-2:] == [
        "a.csv: 1,204 rows: price is not a number; left out, e.g. 'N/A' in row 17",
        "a.csv: --errors FILE keeps all of these rows",
    ]


def test_the_errors_file_holds_every_row_with_a_problem(tmp_path: Path) -> None:
    def one(source: Source, report: FileReport, step: Step) -> None:
        report.problems.lose_row(RowError(4, None, "item_id is missing"))
        report.problems.warn(3, "b", [PRICE])

    errors = tmp_path / "errors.jsonl"
    take_in([_source("a.csv")], ["indexed"], one, errors=errors, as_json=True)
    assert [json.loads(line) for line in errors.read_text("utf-8").splitlines()] == [
        {
            "file": "a.csv",
            "kind": "failed",
            "line": 4,
            "item_id": None,
            "reason": "item_id is missing",
        },
        {
            "file": "a.csv",
            "kind": "warning",
            "line": 3,
            "item_id": "b",
            "reason": "price is 'N/A': it is not a number; left out",
        },
    ]
