"""Whether a file is another than when it was read last. Knows nothing of what is in it."""

from __future__ import annotations

from pathlib import Path


def file_signature(path: Path) -> tuple[int, ...] | None:
    """Changes whenever the file does; None without one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
