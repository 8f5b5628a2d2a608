"""Where a picture or a sound is read from: a file that is there, or bytes that came along.

Owns what is said where there is nothing to read. Knows no format.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from encoders.errors import MediaError


def stream_of(
    source: str | Path | bytes, label: str, error: type[MediaError], todo: str
) -> tuple[Path | BytesIO, str]:
    """What to open, and what errors call it: `label`, or without one its path or size. `error`
    where it is empty or no file."""
    if isinstance(source, bytes):
        label = label or f"({len(source)} bytes)"
        if not source:
            raise error(label, "is empty", todo)
        return BytesIO(source), label
    label, path = label or str(source), Path(source)
    try:
        found = path.is_file()
    except (OSError, ValueError) as problem:  # a name too long, or with a null byte
        why = getattr(problem, "strerror", None) or str(problem)
        raise error(label[:200], f"cannot be looked up: {why}", "check the path") from problem
    if not found:
        raise error(
            label, "does not exist" if not path.exists() else "is not a file", "check the path"
        )
    return path, label
