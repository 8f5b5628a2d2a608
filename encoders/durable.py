"""Files that are there as a whole or not at all, also when the power fails."""

from __future__ import annotations

import os
from pathlib import Path


def put_in_place(file: Path, content: bytes, draft: Path | None = None) -> None:
    """All of a file, in the place of what was there: written to a draft beside it, by default of its
    name and `.new`, and renamed once that is on the disk. Whether the new name is, `sync` of the
    folder says."""
    draft = draft or file.with_name(f"{file.name}.new")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def sync(path: Path) -> None:
    """What was written to a file, or renamed into a folder, is on the disk when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
