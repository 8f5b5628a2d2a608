"""Bytes, packed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from indexer.errors import CatalogError
from indexer.ingest.sources import stream
from indexer.ingest.sources.stream import is_packed, opened, spooled

CONTENT = b"some text\n" * 1000


def zstd(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content, asbytes=True))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd, bz2.compress, lzma.compress])
def test_content_is_the_same_however_it_is_packed_and_whatever_it_is_called(
    tmp_path: Path, pack: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEAD_BYTES", 64)
    path = tmp_path / "anything"
    path.write_bytes(pack(CONTENT))  # type: ignore[operator]
    assert is_packed(path) == (pack is not bytes)
    with opened(path) as given:
        assert given.head == CONTENT[:64]
        assert given.stream.read() == CONTENT
        assert given.path == (path if pack is bytes else None)


def test_without_what_unpacks_it_the_file_is_named_and_how_to_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv.zst"
    path.write_bytes(zstd(CONTENT))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    says = rf"{path}: pyarrow, which reads it, is not installed; `pip install 'palate\[parquet\]'`"
    with pytest.raises(CatalogError, match=says), opened(path):
        pass
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(zstd(CONTENT))))
    with pytest.raises(CatalogError, match="stdin: pyarrow, which"), opened(None):
        pass


def test_stdin_is_read_once_from_its_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(CONTENT))))
    with opened(None) as given:
        assert (given.name, given.stream.readline()) == ("stdin", b"some text\n")


def test_what_is_spooled_can_be_read_in_any_order() -> None:
    with spooled(io.BytesIO(CONTENT)) as whole:
        whole.seek(5)
        assert whole.read(4) == CONTENT[5:9]
