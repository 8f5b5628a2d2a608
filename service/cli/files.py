"""Sources of rows on their way in: how far each could be read, and what became of its rows.

Owns the report of `palate index`, `palate events` and `palate users import`, and their exit codes.
Knows nothing of items, events and stores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from service.cli import output
from service.cli.interruption import INTERRUPTED
from service.cli.output import Step

if TYPE_CHECKING:
    from indexer.catalog.rows import RowError
    from indexer.ingest.problems import Problems
    from indexer.ingest.reading import Reading
    from indexer.ingest.sources.source import Source
    from service.cli.times import RunTimes

DONE, IN_PART, COULD_NOT = 0, 1, 2
SHOWN_ROWS = 10
SHOWN_KINDS = 20
ALWAYS = 2
"""Counts that have a column whatever they are."""

T = TypeVar("T")
Listen = Callable[[str, str, "RowError"], None]
"""Called with a source, "failed" or "warning", and a row."""


@dataclass(slots=True)
class FileReport:
    """What became of the rows of one source."""

    file: str
    counts: dict[str, int]
    """Rows that were used, by what became of them."""
    problems: Problems
    """What was wrong with rows, used or not."""
    map: str = ""
    """The map file that was written for it."""
    notes: list[str] = field(default_factory=list)
    """What is to be said of the source as a whole."""
    stopped: str = ""
    """Why it could not be read to its end; empty when it was."""
    interrupted: bool = False
    """Ctrl-C ended it."""
    seconds: float = 0.0

    @property
    def used(self) -> int:
        """Rows that came in."""
        return sum(self.counts.values())

    @property
    def rows(self) -> int:
        """All that were read."""
        return self.used + self.problems.n_failed

    def to_mapping(self) -> dict[str, Any]:
        """As JSON has it; of rows with problems the first."""
        return {
            "file": self.file,
            "counts": self.counts,
            "failed": [asdict(row) for row in self.problems.failed],
            "warnings": [asdict(row) for row in self.problems.warnings],
            "n_failed": self.problems.n_failed,
            "n_warnings": self.problems.n_warnings,
            "problems": self.problems.sentences(),
            "map": self.map,
            "notes": self.notes,
            "stopped": self.stopped,
            "seconds": self.seconds,
        }


class Rows(Generic[T]):
    """The rows of a source as far as it can be read; `stopped` then says why no further."""

    def __init__(self, rows: Iterable[T]) -> None:
        self._rows = rows
        self.stopped = ""

    def __iter__(self) -> Iterator[T]:
        from indexer.errors import CatalogError

        try:
            yield from self._rows
        except CatalogError as error:
            self.stopped = str(error)


def read_in(
    reading: Reading[T], report: FileReport, step: Step, size: int
) -> Iterator[list[tuple[int, T]]]:
    """The rows of one source in parts of so many, each with its line: as far as it can be read, and
    the report says why no further. `step` is told of each part once it was used."""
    from indexer.batches import batched

    source, rows = reading.source, Rows(reading)
    total = source.count()
    for part in batched(rows, size):
        yield part
        step(source.name, reading.rows, total)
    report.stopped = rows.stopped


@contextmanager
def listening(errors: Path | None) -> Iterator[Listen]:
    """What writes every row with a problem to a file as it comes, where there is to be one."""
    if errors is None:
        yield lambda *_: None
        return
    with errors.open("w", encoding="utf-8") as stream:

        def write(file: str, kind: str, row: RowError) -> None:
            line = {"file": file, "kind": kind, **asdict(row)}
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

        yield write


def take_in(
    sources: Sequence[Source],
    counts: Sequence[str],
    one: Callable[[Source, FileReport, Step], None],
    *,
    errors: Path | None,
    as_json: bool,
) -> list[FileReport]:
    """Every source through `one`, which adds to its report; Ctrl-C ends it there, and `tell` says so."""
    from indexer.errors import CatalogError
    from indexer.ingest.problems import Problems

    reports: list[FileReport] = []
    with output.progress(as_json) as step, listening(errors) as listen:
        for source in sources:
            problems = Problems(source.unit, *_told(listen, source.name))
            report = FileReport(source.name, dict.fromkeys(counts, 0), problems)
            reports.append(report)
            started = monotonic()
            try:
                one(source, report, step)
            except CatalogError as error:
                report.stopped = str(error)
            except KeyboardInterrupt:
                report.interrupted = True
                break
            finally:
                report.seconds = round(monotonic() - started, 2)
    return reports


def tell(
    reports: Sequence[FileReport],
    *,
    errors: Path | None,
    as_json: bool,
    times: RunTimes | None = None,
) -> int:
    """Print what became of the sources, and the `times` of it all; returns the exit code.
    KeyboardInterrupt, once that is printed, where Ctrl-C ended one of them: it ends the command."""
    code = _exit_code(reports)
    if as_json:
        timed = {"times": asdict(times)} if times else {}
        files = [report.to_mapping() for report in reports]
        output.emit({"files": files, "exit_code": code, **timed})
    else:
        _print(reports, errors, times)
    for report in reports:
        if report.stopped:
            output.error(report.stopped)
        elif code == COULD_NOT:
            output.error(f"{report.file}: no row could be used")
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return code


def _told(
    listen: Listen, file: str
) -> tuple[Callable[[RowError], None], Callable[[RowError], None]]:
    return (lambda row: listen(file, "failed", row), lambda row: listen(file, "warning", row))


def _exit_code(reports: Sequence[FileReport]) -> int:
    if any(report.interrupted for report in reports):
        return INTERRUPTED
    if all(not report.stopped and not report.problems.n_failed for report in reports):
        return DONE
    return IN_PART if any(report.used for report in reports) else COULD_NOT


def _print(reports: Sequence[FileReport], errors: Path | None, times: RunTimes | None) -> None:
    told = [r for r in reports if r.problems.n_failed or not r.stopped or r.used]
    if told:
        # Of what hardly ever happens, only where it did: the table is to fit into a terminal.
        always = list(told[0].counts)[:ALWAYS]
        names = [
            name
            for name in told[0].counts
            if name in always or any(report.counts[name] for report in told)
        ]
        numbers = [*(name.replace("_", " ") for name in names), "failed", "warnings", "seconds"]
        rows = [
            [
                r.file,
                *(r.counts[name] for name in names),
                r.problems.n_failed,
                r.problems.n_warnings,
                f"{r.seconds:.1f}",
            ]
            for r in told
        ]
        output.table(["file", *numbers], rows, right=numbers)
    if times is not None:
        from service.cli.times import show

        show(times)
    for report in reports:
        _print_problems(report, errors)


def _print_problems(report: FileReport, errors: Path | None) -> None:
    for note in report.notes:
        output.say(f"{report.file}: {note}")
    problems = report.problems
    sentences = problems.sentences()
    few = problems.n_failed + problems.n_warnings <= SHOWN_ROWS
    if few:
        for row in (*problems.failed, *problems.warnings):
            named = "" if row.item_id is None else f" ({row.item_id})"
            output.say(f"{report.file}:{row.line}{named}: {row.reason}")
        return
    for sentence in sentences[:SHOWN_KINDS]:
        output.say(f"{report.file}: {sentence}")
    more = (
        f"... and {len(sentences) - SHOWN_KINDS:,} more kinds; "
        if len(sentences) > SHOWN_KINDS
        else ""
    )
    where = (
        f"all of these rows are in {errors}" if errors else "--errors FILE keeps all of these rows"
    )
    output.say(f"{report.file}: {more}{where}")
