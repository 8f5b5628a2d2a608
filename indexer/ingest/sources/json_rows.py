"""Rows of JSON: an object a line, an array of objects, or an object that has such an array
somewhere.

An array is read as it arrives, never as a whole. Knows nothing of what the fields mean.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

import ijson

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError
from indexer.ingest.sources.encoding import MAX_LINE_BYTES, encoding_of, in_utf8, lines_of
from indexer.ingest.sources.source import Row, Rows
from indexer.ingest.sources.stream import Opened, spooled

MAX_DEPTH = 4
"""Objects around the list with the rows."""
_ID = re.compile(r"(?:.*[_ .-])?(?:id|sku|asin)|.*[a-z]I[dD]", re.ASCII)
"""Names of fields by which an object is a row and not what rows lie in."""
_TODO = "check that it is complete, and JSON or JSON Lines"


def json_rows(given: Opened) -> Rows:
    """The rows of a text."""
    head = given.head.decode(encoding_of(given.head), "replace").removeprefix("\ufeff").lstrip()
    if head.startswith("[") and not _is_row(head.partition("\n")[0]):
        yield from _items(in_utf8(given.head, given.stream), "item", given.name)
    elif _holds_rows(head):
        with spooled(in_utf8(given.head, given.stream)) as whole:
            prefix = _longest_array(whole, given.name)
            whole.seek(0)
            yield from _items(whole, prefix, given.name)
    else:
        yield from _line_rows(given.head, given.stream)


def _line_rows(head: bytes, stream: IO[bytes]) -> Rows:
    for line in lines_of(head, stream):
        if line.text is None:
            yield RowError(line.number, None, f"the line is longer than {MAX_LINE_BYTES:,} bytes")
            continue
        if not line.text.strip():
            continue
        try:
            values = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            yield RowError(line.number, None, f"the line is not JSON ({error})")
            continue
        if isinstance(values, dict):
            yield Row(line.number, values, (line.note,) if line.note else ())
        else:
            yield RowError(line.number, None, "the line is JSON, but not an object with fields")


def _is_row(line: str) -> bool:
    """Whether a first line that begins a list is a row by mistake and not the whole file."""
    return False if not line.strip() else _loaded(line) is not None and not _of_objects(line)


def _of_objects(line: str) -> bool:
    found = _loaded(line)
    return isinstance(found, list) and (not found or isinstance(found[0], dict))


def _loaded(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _holds_rows(text: str) -> bool:
    """Whether a text that begins so is one object with rows in it, not an object a line."""
    if not text.startswith("{"):
        return False
    first, _, rest = text.partition("\n")
    found = _loaded(first)
    if found is None:
        return not rest.lstrip().startswith("{")  # an object over many lines
    if rest.strip() or not isinstance(found, dict):
        return False
    return not any(map(_ID.fullmatch, found)) and _has_objects(found, MAX_DEPTH)


def _has_objects(value: object, depth: int) -> bool:
    """Whether a list of objects lies somewhere in it."""
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict)
    return (
        isinstance(value, dict)
        and depth > 0
        and any(_has_objects(inner, depth - 1) for inner in value.values())
    )


def _longest_array(whole: IO[bytes], name: str) -> str:
    """Where the most objects lie side by side, as ijson names it."""
    sizes: Counter[str] = Counter()
    try:
        for prefix, event, _ in ijson.parse(whole):
            if event == "start_map" and prefix.endswith("item") and prefix.count("item") == 1:
                sizes[prefix] += 1
    except ijson.JSONError as error:
        if not sizes:
            raise CatalogError(name, f"it is not JSON ({error})", _TODO) from None
    if not sizes:
        why = "it is an object without a list of objects in it"
        raise CatalogError(name, why, "write one object a line, or a list of them")
    return sizes.most_common(1)[0][0]


def _items(stream: IO[bytes], prefix: str, name: str) -> Rows:
    for number, values in enumerate(_read(stream, prefix, name), start=1):
        if isinstance(values, dict):
            yield Row(number, values)
        else:
            yield RowError(number, None, "the entry is not an object with fields")


def _read(stream: IO[bytes], prefix: str, name: str) -> Iterator[object]:
    try:
        yield from ijson.items(stream, prefix, use_float=True)
    except ijson.JSONError as error:
        raise CatalogError(name, f"it is not JSON ({error})", _TODO) from None
