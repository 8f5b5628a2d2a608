"""Source: rows from somewhere, one after another, with the place that each stands at.

Owns what every reader gives and what is said of a row on its way. Knows no format, and nothing of
what the fields mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from indexer.catalog.rows import RowError
from indexer.errors import CatalogError

DATASET_INFO = "dataset_info.json"
"""Of a folder that Hugging Face `datasets` wrote."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands there, not validated."""

    line: int
    """From 1. Of text the line that the row begins on, the header being line 1; else its number."""
    values: Mapping[str, object]
    notes: Sequence[str] = ()
    """What was not as it should be, and how it was read all the same."""


Rows = Iterator[Row | RowError]
"""A `RowError` is a row that could not be made out at all."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something with rows. CatalogError from `rows` where it cannot be read, or not any further."""

    name: str
    """As it was named, for messages; without a password."""
    open: Callable[[], Rows]
    """The rows from the first one. What stdin holds can be had once."""
    count: Callable[[], int | None] = lambda: None
    """About how many rows there are, for progress; None where finding out means reading it all."""
    root: Path = field(default_factory=Path.cwd)
    """The folder that paths of pictures and sounds in it are relative to."""
    path: Path | None = None
    """Of its file or folder, where it has one."""
    changed_at: float = field(default_factory=time.time)
    """Unix seconds; nothing in it happened later."""
    stated: Callable[[], Mapping[str, str]] = dict
    """What a Parquet file says of itself besides its rows, by key; others say nothing."""
    unit: str = "row"
    """What `Row.line` counts: "line" or "row"."""


def peeked(source: Source, n: int) -> tuple[list[Row], Source]:
    """The first `n` rows, and the source as it was before. CatalogError where not even one can be
    read."""
    rows = source.open()
    head: list[Row | RowError] = []
    broken: CatalogError | None = None
    try:
        head.extend(islice(rows, n))
    except CatalogError as error:
        if not head:
            raise
        broken = error

    def again() -> Rows:
        yield from head
        if broken is not None:
            raise broken
        yield from rows

    return [row for row in head if isinstance(row, Row)], replace(source, open=again)
