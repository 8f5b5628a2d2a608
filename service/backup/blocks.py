"""What is backed up, in blocks, and back: rows of a table, bytes of a file, vectors of items.

Rows are cut where their key says so, and not by number, so that a row that comes or goes changes
one block and not all behind it (Muthitacharoen et al., LBFS, SOSP 2001). Knows nothing of where
blocks are kept.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TypeVar

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.item import Item
from indexer.log.event_log import Row
from indexer.stores.store import StoredItem

ROWS = 1024
"""In a block, on average."""
FILE_BYTES = 4 * 2**20
_BYTES = "base64"

T = TypeVar("T")


def row_blocks(pages: Iterable[Sequence[Row]]) -> Iterator[tuple[bytes, int]]:
    """Blocks of rows that come in order of their key, and how many rows are in each."""
    return _cut(pages, _key, _lines)


def rows_of(block: bytes) -> Sequence[Row]:
    """The rows of a block; ValueError where it holds none."""
    return [row_of(line) for line in block.decode().splitlines()]


def row_line(row: Row) -> str:
    """A row as one line of JSON."""
    plain = {name: _plain(value) for name, value in row.items()}
    return json.dumps(plain, separators=(",", ":"))


def row_of(line: str) -> Row:
    """What `row_line` wrote."""
    row: dict[str, Any] = json.loads(line)
    return {name: _lively(value) for name, value in row.items()}


def file_blocks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Blocks of a file, and how many bytes are in each."""
    while content := stream.read(FILE_BYTES):
        yield content, len(content)


def vector_blocks(
    pages: Iterable[Sequence[StoredItem]],
) -> Iterator[tuple[bytes, int]]:
    """Blocks of items with their vectors, and how many items are in each."""
    return _cut(pages, lambda stored: str(stored.item_index), _packed)


def stored_items_of(block: bytes) -> Sequence[StoredItem]:
    """The items of a block, with the vectors of those that have one."""
    from safetensors.numpy import load

    size = int.from_bytes(block[:8], "little")
    items = json.loads(block[8 : 8 + size])
    vectors: list[dict[str, FloatArray]] = [{} for _ in items]
    arrays = load(block[8 + size :])
    for name in (name for name in arrays if not name.startswith(_ROWS)):
        for row, vector in zip(arrays[_ROWS + name].tolist(), arrays[name], strict=True):
            vectors[row][name] = vector
    return [
        StoredItem(index, Item.from_json(content), found)
        for (index, content), found in zip(items, vectors, strict=True)
    ]


_ROWS = "rows of "
"""Before the name of a vector: which rows of the block have one."""


def _packed(block: Sequence[StoredItem]) -> bytes:
    """Items as JSON with its length before it, then arrays: which rows have a vector, (n,), and the
    vectors, (n, dim)."""
    from safetensors.numpy import save

    items = json.dumps([[stored.item_index, stored.item.to_json()] for stored in block]).encode()
    names = sorted({name for stored in block for name in stored.vectors})
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name in names:
        having = [row for row, stored in enumerate(block) if name in stored.vectors]
        arrays[_ROWS + name] = np.array(having, dtype=np.int64)
        arrays[name] = np.stack([block[row].vectors[name] for row in having])
    return len(items).to_bytes(8, "little") + items + save(arrays)


def _cut(
    pages: Iterable[Sequence[T]],
    key_of: Callable[[T], str],
    packed: Callable[[Sequence[T]], bytes],
) -> Iterator[tuple[bytes, int]]:
    """Blocks that end where a key says so, and how much is in each."""
    block: list[T] = []
    for page in pages:
        for one in page:
            block.append(one)
            if zlib.crc32(key_of(one).encode()) % ROWS == 0:
                yield packed(block), len(block)
                block = []
    if block:
        yield packed(block), len(block)


def _key(row: Row) -> str:
    return str(next(iter(row.values())))


def _lines(rows: Sequence[Row]) -> bytes:
    return "\n".join(map(row_line, rows)).encode()


def _plain(value: Any) -> Any:
    return {_BYTES: b64encode(value).decode()} if isinstance(value, bytes) else value


def _lively(value: Any) -> Any:
    return b64decode(value[_BYTES]) if isinstance(value, Mapping) else value
