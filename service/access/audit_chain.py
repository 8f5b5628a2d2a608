"""The audit log, read: its chain of hashes verified, its records given out.

Owns what a record looks like on disk, and what counts as sound. Writing is `audit`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from service.errors import ConfigError

_SHOWN = 20


class Head(NamedTuple):
    """The last record."""

    seq: int
    hash: str
    file: str
    size: int
    """Of the file, up to the end of the record."""


def written_at(time_s: float) -> str:
    """Unix seconds as records have them: such texts stand in the order of the times."""
    moment = datetime.fromtimestamp(time_s, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


START = Head(0, "0" * 64, "", 0)


class Tail(NamedTuple):
    """What stands in a file after a head."""

    head: Head
    """The last record that is whole."""
    torn: int
    """Bytes after it that are no record."""
    is_short: bool
    """The file ends before the head does."""


@dataclass(slots=True)
class AuditReport:
    """What verifying has found."""

    records: int = 0
    first_at: str = ""
    last_at: str = ""
    head: str = ""
    """Number and hash of the last record, to be kept elsewhere and compared another time."""
    problems: list[str] = field(default_factory=list)

    def problem(self, text: str) -> None:
        """The first ones are kept."""
        if len(self.problems) < _SHOWN:
            self.problems.append(text)


def sealed(record: Mapping[str, Any], before: str) -> tuple[bytes, str]:
    """The line of a record that follows the hash `before`, and its own hash."""
    content = {**record, "prev": before}
    digest = hashlib.sha256(_canonical(content)).hexdigest()
    return _canonical({**content, "hash": digest}) + b"\n", digest


def last_head(folder: Path) -> Head | None:
    """As `head.json` has it; None where that is missing or is none."""
    try:
        return Head(**json.loads((folder / "head.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def tail_of(file: Path, head: Head) -> Tail:
    """What follows `head` in a file; from its beginning where the head is in another one."""
    start = head.size if head.file == file.name else 0
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(start)
            rest = stream.read()
    except FileNotFoundError:
        return Tail(head, 0, is_short=True)
    if size < start:
        return Tail(head, 0, is_short=True)
    last = head._replace(file=file.name, size=start)
    for line in rest.splitlines(keepends=True):
        record = _record(line)
        if record is None:
            break
        last = Head(record["seq"], record["hash"], file.name, last.size + len(line))
    return Tail(last, start + len(rest) - last.size, is_short=False)


def records(folder: Path) -> Iterator[Mapping[str, Any]]:
    """All of them, in order; ConfigError at a line that is none."""
    for file, size in _snapshot(folder)[1]:
        for number, _, line in _lines(file, size):
            record = _record(line)
            if record is None:
                raise ConfigError(
                    f"{file}:{number} is no record; `palate audit verify` says what is damaged"
                )
            yield record


def verify(folder: Path, expected: str = "") -> AuditReport:
    """Every record against the one before it, and the end against the head. `expected` is a head of
    an earlier report, which must still be among the records."""
    head, files = _snapshot(folder)
    report, last, named = AuditReport(), START, {report_head(START)}
    for file, size in files:
        for number, start, line in _lines(file, size):
            where, record = f"{file.name}:{number}", _record(line)
            if record is None:
                if head is None or (file.name, start) != (head.file, head.size):
                    report.problem(f"{where} is no record")
                continue  # at the head, one that a kill broke off: the next one mends it
            for problem in _problems(record, last):
                report.problem(f"{where} {problem}")
            last = Head(record["seq"], record["hash"], file.name, 0)
            report.records += 1
            report.first_at = report.first_at or record["at"]
            report.last_at = record["at"]
            named.update({report_head(last)} & {expected, report_head(head or START)})
    if head is None and files:
        report.problem("head.json is missing or damaged: whether the end is missing is not known")
    if head is not None and report_head(head) not in named:
        report.problem(
            f"the end is missing: head.json names record {head.seq}, the last is {last.seq}"
        )
    if expected and expected not in named:
        report.problem(f"no record has the number and hash {expected}: it was cut or rewritten")
    report.head = report_head(last)
    return report


def report_head(head: Head) -> str:
    """As reports name it."""
    return f"{head.seq}:{head.hash}"


def _problems(record: Mapping[str, Any], before: Head) -> Iterator[str]:
    if record["prev"] != before.hash or record["seq"] != before.seq + 1:
        yield (
            f"is record {record['seq']} and does not follow record {before.seq}: records were changed, taken out"
            " or put in before it"
        )
    content = {name: value for name, value in record.items() if name not in ("hash", "prev")}
    if sealed(content, record["prev"])[1] != record["hash"]:
        yield "was changed: its hash is of something else"
    if record["event"] == "damaged":
        yield f"tells of damage that was found at {record['at']}: {record.get('what')}"


def _snapshot(folder: Path) -> tuple[Head | None, list[tuple[Path, int]]]:
    """The head, and the files with their sizes, between two records: whoever writes goes on
    meanwhile."""
    if not folder.is_dir():
        raise ConfigError(
            f"there is no audit log in {folder}; a server that asks for keys keeps one, see access.audit"
        )
    lock = os.open(folder / "lock", os.O_RDONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        files = sorted(folder.glob("audit-*.jsonl"))
        return last_head(folder), [(file, file.stat().st_size) for file in files]
    finally:
        os.close(lock)


def _lines(file: Path, size: int) -> Iterator[tuple[int, int, bytes]]:
    """Number, where it begins, and the line, up to a size."""
    read = 0
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if read >= size:
                return
            yield number, read, line
            read += len(line)


def _record(line: bytes) -> dict[str, Any] | None:
    """None where it is not a whole one."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    needed = {"seq": int, "at": str, "event": str, "prev": str, "hash": str}
    whole = (
        isinstance(record, dict)
        and line.endswith(b"\n")
        and all(isinstance(record.get(name), kind) for name, kind in needed.items())
    )
    return record if whole else None


def _canonical(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
