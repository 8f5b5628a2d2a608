"""What deleted rows leave in the file of a SQLite database.

With `secure_delete` a deleted row is overwritten where it lies. A row that was moved when its page was
split may lie a second time in the unused part of the page before, between the pointers and the cells,
and stays there when it is deleted (https://www.sqlite.org/fileformat.html#b_tree_pages). Free pages are
zeros. Knows nothing of what rows mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

LEAST_BYTES = 8
"""Shorter texts are found by chance, and are not looked for."""
_B_TREES = {2: 12, 5: 12, 10: 8, 13: 8}
"""Length of the header by the kind of page: inner pages of indexes and tables, leaves of both."""
_FILE_HEADER = 100
_PAGES_AT_ONCE = 4_096


def is_left(file: Path, texts: Collection[bytes]) -> bool:
    """Whether one of the texts lies where no row is. The write-ahead log has to be in the file."""
    wanted = [text for text in texts if len(text) >= LEAST_BYTES]
    return bool(wanted) and any(text in unused for unused in _unused(file) for text in wanted)


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
