"""Checksums of an embedded store's files, written when it is closed and compared when it is opened.

    <folder>/sums.json    by file; not there while the store is open, nor after an end that was not clean
    <folder>/suspect      files that were found changed; there until the store is made anew

The engine's files are mostly holes and zeros, which are skipped: it takes about as long as reading
what is written. Its JSON is summed by what it says, since the engine writes it anew at will.
Knows nothing of what is in the files.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from encoders.durable import put_in_place

SUMS, SUSPECT = "sums.json", "suspect"
_OURS = (SUMS, f"{SUMS}.new", SUSPECT, "lock")
_BLOCK = 1 << 16
_ZEROS = bytes(_BLOCK)


def write_sums(folder: Path) -> None:
    """Of a store that is closed, replaced in one step, and synced."""
    put_in_place(folder / SUMS, json.dumps(_sums(folder), indent=1).encode())


def forget_sums(folder: Path) -> None:
    """Before anything is changed."""
    (folder / SUMS).unlink(missing_ok=True)


def changed_files(folder: Path) -> list[str] | None:
    """Files of a closed store that are not as they were; None where that is not known."""
    try:
        written: Mapping[str, int] = dict(json.loads((folder / SUMS).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, TypeError, ValueError):
        return [SUMS]
    found = _sums(folder)
    names = sorted({*written, *found})
    return [name for name in names if written.get(name) != found.get(name)]


def suspect_files(folder: Path) -> list[str]:
    """Files that some opening found changed since the store was made."""
    try:
        return (folder / SUSPECT).read_text("utf-8").split("\n")[:-1]
    except (OSError, ValueError):
        return []


def suspect(folder: Path, names: list[str]) -> None:
    """Remember that these files were found changed."""
    known = sorted({*suspect_files(folder), *names})
    (folder / SUSPECT).write_text("".join(f"{name}\n" for name in known), encoding="utf-8")


def trust(folder: Path) -> None:
    """The store was made anew."""
    forget_sums(folder)
    (folder / SUSPECT).unlink(missing_ok=True)


def apparent_bytes(folder: Path) -> int:
    """What mapping every file would take of a process's addresses."""
    return sum(path.stat().st_size for path in _files(folder))


def _sums(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): _sum(path) for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in _OURS:
            yield path


def _sum(path: Path) -> int:
    """CRC-32 of the blocks that are not all zeros, with their places, and of the length."""
    if path.suffix == ".json":
        return _sum_of_json(path.read_bytes())
    size = path.stat().st_size
    total = zlib.crc32(str(size).encode())
    with path.open("rb", buffering=0) as stream:
        for start, stop in _written(stream.fileno(), size):
            stream.seek(start)
            for place in range(start, stop, _BLOCK):
                block = stream.read(_BLOCK)
                if block != _ZEROS[: len(block)]:
                    total = zlib.crc32(block, zlib.crc32(str(place).encode(), total))
    return total


def _sum_of_json(content: bytes) -> int:
    try:
        return zlib.crc32(json.dumps(json.loads(content), sort_keys=True).encode())
    except ValueError:
        return zlib.crc32(content)


def _written(file: int, size: int) -> Iterator[tuple[int, int]]:
    """What of a file is no hole, in whole blocks."""
    place = 0
    while place < size:
        try:
            start = os.lseek(file, place, os.SEEK_DATA)
        except OSError:  # nothing but holes up to the end
            return
        stop = os.lseek(file, start, os.SEEK_HOLE)
        start, stop = start // _BLOCK * _BLOCK, -(-stop // _BLOCK) * _BLOCK
        yield max(start, place), stop
        place = stop
