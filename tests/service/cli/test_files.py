"""Files of rows: how many there are, how far one is read, and what is told of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from service.cli.files import (
    COULD_NOT,
    DONE,
    IN_PART,
    FileReport,
    Rows,
    count_rows,
    take_in,
    tell,
)
from service.cli.output import Step

BAD = RowError(3, "b", "price is -1: it must not be negative")
NAMELESS = RowError(4, None, "item_id is None: it is required")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are wrapped at the width of the terminal that the tests run in."""
    monkeypatch.setenv("COLUMNS", "200")


def _report(file: str = "a.jsonl", used: int = 0, failed: int = 0, stopped: str = "") -> FileReport:
    counts = {"indexed": used, "skipped": 0}
    return FileReport(file, counts, failed=[BAD] * failed, stopped=stopped)


def test_rows_are_counted_where_that_takes_no_reading(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n{}\n{}\n")
    pq.write_table(pa.table({"item_id": ["a", "b"]}), tmp_path / "a.parquet")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    names = ["a.jsonl", "a.parquet", "a.jsonl.gz", "broken.parquet", "gone.jsonl"]
    assert [count_rows(tmp_path / name) for name in names] == [3, 2, None, None, None]


def test_rows_come_as_far_as_the_file_can_be_read_and_it_is_said_why_no_further() -> None:
    def read() -> Iterator[int]:
        yield from (1, 2)
        raise CatalogError("a.jsonl", "it is not UTF-8", "save it as UTF-8")

    broken, whole = Rows(read()), Rows([1, 2])
    assert (list(broken), broken.stopped) == ([1, 2], "a.jsonl: it is not UTF-8; save it as UTF-8")
    assert (list(whole), whole.stopped) == ([1, 2], "")


def test_every_file_is_taken_in_in_order() -> None:
    def one(path: Path, step: Step) -> FileReport:
        step(path.name, 1, None)
        return _report(path.name, used=2, failed=1)

    reports = take_in([Path("b.csv"), Path("a.csv")], one, as_json=True)
    assert [(report.file, report.rows) for report in reports] == [("b.csv", 3), ("a.csv", 3)]
    assert all(report.seconds >= 0 for report in reports)


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
    assert tell(reports, errors=None, as_json=True) == code
    printed = capsys.readouterr()
    assert json.loads(printed.out)["exit_code"] == code
    assert printed.err == said


def test_people_read_a_row_per_file_and_the_first_ten_of_what_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = FileReport(
        "a.jsonl", {"unknown_items": 1_200}, failed=[NAMELESS] + [BAD] * 11, seconds=1.25
    )
    assert tell([report], errors=None, as_json=False) == IN_PART
    header, _, row, *rest = [
        line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()
    ]
    assert header.split() == ["file", "unknown", "items", "failed", "warnings", "seconds"]
    assert row.split() == ["a.jsonl", "1,200", "12", "0", "1.2"]
    assert rest == [
        "a.jsonl:4: item_id is None: it is required",
        *["a.jsonl:3 (b): price is -1: it must not be negative"] * 9,
        "... and 2 more failed; all of them with --errors FILE or --json",
    ]


def test_the_errors_file_holds_every_row_that_was_not_used_in_full(tmp_path: Path) -> None:
    report = FileReport("a.jsonl", {"indexed": 1}, failed=[NAMELESS], warnings=[BAD])
    tell([report], errors=tmp_path / "errors.jsonl", as_json=True)
    lines = (tmp_path / "errors.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "file": "a.jsonl",
            "kind": "failed",
            "line": 4,
            "item_id": None,
            "reason": "item_id is None: it is required",
        },
        {
            "file": "a.jsonl",
            "kind": "warning",
            "line": 3,
            "item_id": "b",
            "reason": "price is -1: it must not be negative",
        },
    ]
