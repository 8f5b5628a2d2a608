"""Batches: any iterable a part at a time. Knows nothing of what is in them.

`itertools.batched` is the same from Python 3.12 on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """So many at a time, in order; the last part may be shorter. Reads no further than it has given."""
    iterator = iter(rows)
    while part := list(islice(iterator, size)):
        yield part
