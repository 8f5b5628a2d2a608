"""The journal: events that came after the newest backup, a line each, as they came.

    <vault>/journal/<name of the backup>.jsonl

A line is a checksum and a row. Only at the end may lines be damaged, by a machine that went down
while they were written. Knows nothing of how rows are found.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from encoders.durable import sync
from indexer.log.event_log import Row
from service.backup.blocks import row_line, row_of
from service.backup.manifest import Manifest
from service.errors import BackupDamaged


class Journal:
    """Appends to the journal of one backup."""

    def __init__(self, folder: Path, after: Manifest) -> None:
        """Events after this backup; what a journal of it held is written over."""
        self.position = after.position
        """Of the newest event in it."""
        self._stream = _file(folder, after).open("wb")
        sync(folder)

    def append(self, rows: Sequence[Row]) -> None:
        """On the disk when this returns."""
        if not rows:
            return
        self._stream.write(b"".join(map(_line, rows)))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.position = int(rows[-1]["seq"])

    def close(self) -> None:
        self._stream.close()


def journal_rows(folder: Path, after: Manifest) -> Iterator[Row]:
    """The events after a backup, oldest first; none where no journal was written. BackupDamaged,
    with file and line, where one is not what was written."""
    file = _file(folder, after)
    if not file.exists():
        return
    damaged = 0
    for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
        checksum, _, row = line.partition(b" ")
        if not row or checksum != _checksum(row):
            damaged = damaged or number
        elif damaged:
            todo = "take it away to restore without it, to the backup that it follows"
            raise BackupDamaged(file, f"is damaged in line {damaged}", todo)
        else:
            yield row_of(row.decode())


def forget_journals(folder: Path, *, but: Manifest) -> None:
    """Those of backups that are not the newest any more, which has their events."""
    for file in folder.glob("*.jsonl"):
        if file != _file(folder, but):
            file.unlink()


def _file(folder: Path, after: Manifest) -> Path:
    return folder / f"{after.name}.jsonl"


def _line(row: Row) -> bytes:
    text = row_line(row).encode()
    return _checksum(text) + b" " + text + b"\n"


def _checksum(text: bytes) -> bytes:
    return f"{zlib.crc32(text):08x}".encode()
