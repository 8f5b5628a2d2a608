"""One owner for a folder: an operating system lock that ends with its process, and the owner's pid
for the message.

Knows nothing of what is in the folder.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from indexer.errors import StoreLocked


class FolderLock:
    """Held from construction until `release`, or until the process is gone, however it went."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = self._owner()
            os.close(self._fd)
            raise StoreLocked(folder, owner) from None
        self.unclean = self._owner() is not None
        """The owner before did not release the lock: it was killed, or the machine went down."""
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)
        os.fsync(self._fd)

    def release(self, *, unclean: bool = False) -> None:
        """`unclean` leaves the mark of an owner that did not release: what it broke off is still to
        be looked at."""
        if not unclean:
            os.ftruncate(self._fd, 0)
        os.close(self._fd)

    def _owner(self) -> int | None:
        text = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else None
