"""The audit log: who did what administrative thing, when and from where, and who was refused.

    audit-000001.jsonl, -000002 ...     a record each line; its hash is over the record and the hash before
    head.json                           number and hash of the last record, and where it ends
    lock                                held for each record: the server writes, and so does `palate keys`

A record of before cannot be changed or taken out without every later hash being wrong; that the end is
missing is told by the head. Whoever can write both can rewrite both: keep a head elsewhere
(`palate audit verify` prints it). Nothing that users sent is in it. Reading is `audit_chain`.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from encoders.durable import sync
from service.access.audit_chain import START, Head, last_head, sealed, tail_of, written_at
from service.errors import AuditUnwritable

REFUSALS_PER_MINUTE = 100
"""More are counted only: whoever is refused must not be able to fill the disk."""
Told = Mapping[str, str | int]
"""Of a record: who, what, from and so on."""

_FILE = "audit-{:06d}.jsonl"

logger = logging.getLogger(__name__)


class AuditLog:
    """Of one folder. Several processes may write."""

    def __init__(self, folder: Path, file_bytes: int) -> None:
        self._folder, self._file_bytes = folder, file_bytes
        self._minute = 0
        self._refusals = 0

    def write(self, event: str, told: Told, *, durable: bool = False) -> None:
        """One record; on the disk when this returns, if `durable`. AuditUnwritable where it cannot
        be. Empty values are left out."""
        told = {name: value for name, value in told.items() if value != ""}
        try:
            with self._locked():
                self._append(self._mended(), {"event": event, **told}, durable)
        except OSError as error:
            raise AuditUnwritable(self._folder, error.strerror or str(error)) from error

    def refused(
        self, who: str, method: str, peer: str, reason: str, request_id: str, tenant: str = ""
    ) -> None:
        """A call was refused. What is too much for a minute is counted, and told with the next
        one."""
        minute = int(time.monotonic() // 60)
        left_out = 0
        if minute != self._minute:
            left_out = max(0, self._refusals - REFUSALS_PER_MINUTE)
            self._minute, self._refusals = minute, 0
        self._refusals += 1
        if self._refusals > REFUSALS_PER_MINUTE:
            return
        try:
            if left_out:
                self.write("refused", {"what": "further calls", "count": left_out})
            told = {"who": who, "what": method, "from": peer}
            self.write(
                "refused", {**told, "tenant": tenant, "reason": reason, "request_id": request_id}
            )
        except AuditUnwritable as error:
            logger.error("a refusal is not recorded: %s", error)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _mended(self) -> Head:
        """Where the next record goes. What a stop or somebody has done to the end is recorded
        first."""
        head = last_head(self._folder)
        if head is None:
            head, files = START, sorted(self._folder.glob("audit-*.jsonl"))
            if not files:
                return head
            for file in files:
                head = tail_of(file, head).head
            return self._append(
                head, {"event": "damaged", "what": "head.json was missing"}, durable=True
            )
        if head.file == START.file:
            return head
        tail = tail_of(self._folder / head.file, head)
        if tail.is_short:
            return self._append(
                head._replace(file=self._next(head.file), size=0),
                {"event": "damaged", "what": f"{head.file} ends before record {head.seq}"},
                durable=True,
            )
        if tail.torn:
            os.truncate(self._folder / head.file, tail.head.size)
            what = "a record that was not finished"
            mended: Told = {"event": "mended", "what": what, "count": tail.torn}
            return self._append(tail.head, mended, durable=True)
        return tail.head

    def _append(self, head: Head, told: Told, durable: bool) -> Head:
        if head.file == START.file or head.size >= self._file_bytes:
            head = head._replace(file=self._next(head.file), size=0)
        now = written_at(time.time())
        line, digest = sealed({"seq": head.seq + 1, "at": now, **told}, head.hash)
        file = self._folder / head.file
        is_new = not file.exists()
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(handle).st_size
            if os.write(handle, line) < len(line):
                os.ftruncate(handle, before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if durable or is_new:
                os.fsync(handle)
        finally:
            os.close(handle)
        after = Head(head.seq + 1, digest, head.file, before + len(line))
        self._put(after, is_new)
        return after

    def _put(self, head: Head, is_new: bool) -> None:
        """One write of less than a block: it is there before or after, not half."""
        handle = os.open(self._folder / "head.json", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, json.dumps(head._asdict()).ljust(255).encode() + b"\n", 0)
            if is_new:
                os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync(self._folder)

    def _next(self, file: str) -> str:
        number = int(file.removeprefix("audit-").removesuffix(".jsonl") or 0) if file else 0
        return _FILE.format(number + 1)
