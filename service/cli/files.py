"""Files of rows on their way in: how many there are, how far one can be read, and what became of
them.

Owns the report of `palate index` and `palate events`, and their exit codes. Knows nothing of items,
events and stores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from service.cli import output
from service.cli.output import Step

if TYPE_CHECKING:
    from indexer.catalog.item import RowError
    from service.cli.times import RunTimes

DONE, IN_PART, COULD_NOT = 0, 1, 2
SHOWN_ROWS = 10

T = TypeVar("T")


@dataclass(slots=True)
class FileReport:
    """What became of the rows of one file."""

    file: str
    counts: dict[str, int]
    """Rows that were used, by what became of them."""
    failed: list[RowError] = field(default_factory=list)
    """Rows that were not used."""
    warnings: list[RowError] = field(default_factory=list)
    """Rows that were used, but not all of what they say."""
    stopped: str = ""
    """Why the file could not be read to its end; empty when it was."""
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """All that were read."""
        return sum(self.counts.values()) + len(self.failed)


class Rows(Generic[T]):
    """The rows of a file as far as it can be read; `stopped` then says why no further."""

    def __init__(self, rows: Iterable[T]) -> None:
        self._rows = rows
        self.stopped = ""

    def __iter__(self) -> Iterator[T]:
        from indexer.errors import CatalogError

        try:
            yield from self._rows
        except CatalogError as error:
            self.stopped = str(error)


def count_rows(path: Path) -> int | None:
    """About how many rows there are, for the progress bar; None where finding out would mean
    reading it all."""
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq

            rows: int = pq.ParquetFile(path).metadata.num_rows
            return rows
        if path.suffix == ".gz":
            return None
        with path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
    # ArrowInvalid is a ValueError; the reader says what is wrong, or what is not installed
    except (OSError, ValueError, ModuleNotFoundError):
        return None


def take_in(
    files: Sequence[Path], one: Callable[[Path, Step], FileReport], *, as_json: bool
) -> list[FileReport]:
    """Every file through `one`."""
    reports = []
    with output.progress(as_json) as step:
        for path in files:
            started = monotonic()
            report = one(path, step)
            report.seconds = round(monotonic() - started, 2)
            reports.append(report)
    return reports


def tell(
    reports: Sequence[FileReport],
    *,
    errors: Path | None,
    as_json: bool,
    times: RunTimes | None = None,
) -> int:
    """Print what became of the files, and the `times` of it all; returns the exit code."""
    code = _exit_code(reports)
    if as_json:
        timed = {"times": asdict(times)} if times else {}
        output.emit({"files": [asdict(report) for report in reports], "exit_code": code, **timed})
    else:
        _print(reports, errors, times)
    if errors is not None:
        _write_errors(errors, reports)
    for report in reports:
        if report.stopped:
            output.error(report.stopped)
        elif code == COULD_NOT:
            output.error(f"{report.file}: no row could be used")
    return code


def _exit_code(reports: Sequence[FileReport]) -> int:
    if all(not report.stopped and not report.failed for report in reports):
        return DONE
    return IN_PART if any(sum(report.counts.values()) for report in reports) else COULD_NOT


def _print(reports: Sequence[FileReport], errors: Path | None, times: RunTimes | None) -> None:
    used = [
        report
        for report in reports
        if report.failed or not report.stopped or sum(report.counts.values())
    ]
    if used:
        names = list(used[0].counts)
        columns = [
            "file",
            *(name.replace("_", " ") for name in names),
            "failed",
            "warnings",
            "seconds",
        ]
        rows = [
            [
                r.file,
                *(r.counts[name] for name in names),
                len(r.failed),
                len(r.warnings),
                f"{r.seconds:.1f}",
            ]
            for r in used
        ]
        output.table(columns, rows, right=columns[1:])
    if times is not None:
        from service.cli.times import show

        show(times)
    for report in reports:
        _print_rows(report.file, "failed", report.failed, errors)
        _print_rows(report.file, "warnings", report.warnings, errors)


def _print_rows(file: str, what: str, rows: Sequence[RowError], errors: Path | None) -> None:
    for row in rows[:SHOWN_ROWS]:
        named = "" if row.item_id is None else f" ({row.item_id})"
        output.say(f"{file}:{row.line}{named}: {row.reason}")
    if len(rows) > SHOWN_ROWS:
        where = f"in {errors}" if errors else "with --errors FILE or --json"
        output.say(f"... and {len(rows) - SHOWN_ROWS:,} more {what}; all of them {where}")


def _write_errors(path: Path, reports: Sequence[FileReport]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for report in reports:
            kinds = (("failed", report.failed), ("warning", report.warnings))
            for kind, rows in kinds:
                for row in rows:
                    line: dict[str, Any] = {"file": report.file, "kind": kind, **asdict(row)}
                    stream.write(json.dumps(line, ensure_ascii=False) + "\n")
