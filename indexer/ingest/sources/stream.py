"""Bytes of a file or of stdin, unpacked where they are gzip, Zstandard, bzip2 or xz.

What they are is told by their first bytes, not by a name. Knows no rows.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from indexer.errors import CatalogError

HEAD_BYTES = 2**20
"""Of these, formats and encodings are told."""

_PACKED: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"\x28\xb5\x2f\xfd": lambda raw: _zstandard(raw),
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """Bytes to be read once, from the first."""

    name: str
    """For messages."""
    head: bytes
    """The first of them."""
    stream: IO[bytes]
    """All of them."""
    path: Path | None = None
    """Of the file that holds them as they are; None where they come out of something."""


@contextmanager
def opened(path: Path | None) -> Iterator[Opened]:
    """The bytes of a file; None is stdin. CatalogError where what unpacks it is not installed."""
    raw: IO[bytes] = sys.stdin.buffer if path is None else path.open("rb")
    name = "stdin" if path is None else str(path)
    head, whole = _peek(raw, HEAD_BYTES)
    with whole:
        for magic, unpack in _PACKED.items():
            if head.startswith(magic):
                try:
                    unpacked = unpack(whole)
                except ModuleNotFoundError as error:
                    raise without_arrow(name, error) from error
                head, inner = _peek(unpacked, HEAD_BYTES)
                with inner:
                    yield Opened(name, head, inner)
                return
        yield Opened(name, head, whole, path)


def is_packed(path: Path) -> bool:
    """Whether a file has to be unpacked, so that its size tells nothing of its rows."""
    with path.open("rb") as stream:
        head = stream.read(8)
    return any(head.startswith(magic) for magic in _PACKED)


def spooled(stream: IO[bytes]) -> IO[bytes]:
    """The same as something that can be read in any order: a file that is gone when it is closed."""
    whole = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    shutil.copyfileobj(stream, whole, HEAD_BYTES)
    whole.seek(0)
    return cast(IO[bytes], whole)


def without_arrow(name: str, error: ModuleNotFoundError) -> CatalogError:
    """What a file ends with that PyArrow would read, where it is not installed."""
    todo = "`pip install 'palate[parquet]'`, or write it as JSON Lines or CSV"
    return CatalogError(name, f"{error.name}, which reads it, is not installed", todo)


def _zstandard(raw: IO[bytes]) -> IO[bytes]:
    import pyarrow as pa

    return cast(IO[bytes], io.BufferedReader(pa.CompressedInputStream(raw, "zstd")))


def _peek(stream: IO[bytes], size: int) -> tuple[bytes, IO[bytes]]:
    head = stream.read(size)
    return head, cast(IO[bytes], io.BufferedReader(_Rejoined(head, stream), size))


class _Rejoined(io.RawIOBase):
    """What was read ahead, and then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        size = len(buffer)
        part = self._head[:size] if self._head else self._rest.read(size)
        self._head = self._head[size:]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._rest.close()
        super().close()
