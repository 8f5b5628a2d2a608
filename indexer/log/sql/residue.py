"""What deleted rows leave in the file of a SQLite database.

With `secure_delete` a deleted row is overwritten where it lies. A row that was moved when its page was
split may lie a second time in the unused part of the page before, between the pointers and the cells,
and stays there when it is deleted (https://www.sqlite.org/fileformat.html#b_tree_pages). Free pages are
zeros.

The file is read by a child process. A process that closes a file drops all its locks on it, those of SQLite
too (https://www.sqlite.org/howtocorrupt.html, 2.2): any other process that ends with the database then takes the
write-ahead log away from under this one. Knows nothing of what rows mean.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

logger = logging.getLogger(__name__)

LEAST_BYTES = 8
"""Shorter texts are found by chance, and are not looked for."""
NOT_LEFT, LEFT = 0, 3
"""Exit codes of the child."""
_CHILD = f"import sys; sys.path[:] = sys.argv[2:]; from {__name__} import main; sys.exit(main(sys.argv[1]))"
_B_TREES = {2: 12, 5: 12, 10: 8, 13: 8}
"""Length of the header by the kind of page: inner pages of indexes and tables, leaves of both."""
_FILE_HEADER = 100
_PAGES_AT_ONCE = 4_096


def is_left(file: Path, texts: Collection[bytes]) -> bool:
    """Whether one of the texts lies where no row is; also where that cannot be found out. The
    write-ahead log has to be in the file."""
    wanted = [text for text in texts if len(text) >= LEAST_BYTES]
    if not wanted:
        return False
    command = [sys.executable, "-c", _CHILD, str(file.absolute()), *sys.path]
    lines = "\n".join(text.hex() for text in wanted)
    try:
        done = subprocess.run(command, input=lines.encode(), capture_output=True, check=False)
    except OSError as error:
        logger.warning("no process could be started that looks at %s: %s", file.name, error)
        return True
    if done.returncode not in (NOT_LEFT, LEFT):
        logger.warning("what looked at %s ended with %d", file.name, done.returncode)
    return done.returncode != NOT_LEFT


def main(file: str) -> int:
    """In the child: the texts are lines of its stdin, in hexadecimal digits."""
    wanted = [bytes.fromhex(line) for line in sys.stdin]
    found = any(text in unused for unused in _unused(Path(file)) for text in wanted)
    return LEFT if found else NOT_LEFT


def _unused(file: Path) -> Iterator[bytes]:
    """The unused parts of so many pages at once, those of zeros left out."""
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(18)[16:18], "big")
        size = 65_536 if size == 1 else size
        if not size:  # an empty file
            return
        stream.seek(0)
        first = _FILE_HEADER
        while pages := stream.read(size * _PAGES_AT_ONCE):
            parts = []
            for start in range(0, len(pages), size):
                part = _gap(pages[start : start + size], first)
                first = 0
                if part.strip(b"\0"):
                    parts.append(part)
            yield b"\0".join(parts)


def _gap(page: bytes, header: int) -> bytes:
    """Between the pointers to the cells and the first cell of a page; nothing of other pages."""
    length = _B_TREES.get(page[header]) if len(page) > header + 12 else None
    if length is None:
        return b""
    n_cells = int.from_bytes(page[header + 3 : header + 5], "big")
    cells = int.from_bytes(page[header + 5 : header + 7], "big") or 65_536
    return page[header + length + 2 * n_cells : cells]
