"""Ways of damaging a data folder, by name: what disks, full disks and people do to files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

BLOCK = 1 << 16

Damage = Callable[[Path], None]
"""Of the data folder."""


def copied(source: Path, target: Path) -> Path:
    """A copy in which zeros are holes: the files of the vectors are mostly that."""
    for path in sorted(source.rglob("*")):
        there = target / path.relative_to(source)
        if path.is_dir():
            there.mkdir(parents=True, exist_ok=True)
            continue
        with path.open("rb") as old, there.open("wb") as new:
            new.truncate(path.stat().st_size)
            while block := old.read(BLOCK):
                if block.strip(b"\0"):
                    new.write(block)
                else:
                    new.seek(len(block), 1)
    return target


def one(folder: Path, pattern: str) -> Path:
    """The first file by name; the pattern ends with its own name."""
    found = sorted(path for path in folder.glob(pattern) if path.is_file())
    assert found, f"no {pattern} in {folder}"
    return found[0]


def flipped(pattern: str, n: int = 1) -> Damage:
    """The lowest bit of `n` bytes that are not zero, from the middle of these on; where all are, of
    the first."""

    def damage(folder: Path) -> None:
        file = one(folder, pattern)
        content = bytearray(file.read_bytes())
        written = [place for place, byte in enumerate(content) if byte] or [0]
        middle = len(written) // 2
        for place in written[middle : middle + n]:
            content[place] ^= 1
        file.write_bytes(content)

    return damage


def garbage(pattern: str) -> Damage:
    """In the place of everything that is in a file."""

    def damage(folder: Path) -> None:
        file = one(folder, pattern)
        file.write_bytes(b"\x9c\xff not what it was \x00" * 9)

    return damage


def cut(pattern: str) -> Damage:
    """To the first half."""

    def damage(folder: Path) -> None:
        file = one(folder, pattern)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    return damage


def emptied(pattern: str) -> Damage:
    def damage(folder: Path) -> None:
        one(folder, pattern).write_bytes(b"")

    return damage


def written(name: str, content: bytes) -> Damage:
    """In the place of a file that there may be."""

    def damage(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return damage


def zeroed(pattern: str) -> Damage:
    """As long as before."""

    def damage(folder: Path) -> None:
        file = one(folder, pattern)
        file.write_bytes(bytes(file.stat().st_size))

    return damage


def deleted(pattern: str) -> Damage:
    """A file, or a folder with all that is in it."""

    def damage(folder: Path) -> None:
        (found, *_) = sorted(folder.glob(pattern))
        for path in sorted(found.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        found.rmdir() if found.is_dir() else found.unlink()

    return damage


def replaced(pattern: str, old: bytes, new: bytes) -> Damage:
    """The first place of some bytes by as many others."""

    def damage(folder: Path) -> None:
        file = one(folder, pattern)
        content = file.read_bytes()
        assert old in content
        file.write_bytes(content.replace(old, new, 1))

    return damage


def page_of(name: str) -> Damage:
    """The first page of a table or an index of the log, zeroed."""

    def damage(folder: Path) -> None:
        file = folder / "log.db"
        with sqlite3.connect(file) as connection:
            query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
            (page,) = connection.execute(query, (name,)).fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.close()
        content = bytearray(file.read_bytes())
        content[(page - 1) * size : page * size] = bytes(size)
        file.write_bytes(content)

    return damage


def changed(statement: str) -> Damage:
    """What a statement does to the log, as a flipped bit in a row would."""

    def damage(folder: Path) -> None:
        with sqlite3.connect(folder / "log.db") as connection:
            assert connection.execute(statement).rowcount > 0
        connection.close()

    return damage


def all_of(*damages: Damage) -> Damage:
    def damage(folder: Path) -> None:
        for one_of_them in damages:
            one_of_them(folder)

    return damage
