"""Filters as masks over item indices, remembered until the store changes.

Checking a filter point by point while scanning costs the embedded engine some ten times the scan
itself (10,000 items, six queries: 20 ms against 2), and a server asks for the same few filters all
day. So a filter is evaluated once; a search then takes more hits than wanted and drops what the
mask does not hold, which gives the same answer. Knows nothing of the engine: whoever owns the masks
says how one is loaded.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.arrays import IntArray
from indexer.catalog.filter import Filter

MAX_MASKS = 64
MIN_SHARE = 0.5
"""Below this share of matching items, searching among them directly is cheaper than taking more
hits."""


@dataclass(frozen=True)
class Mask:
    """The items that match one filter."""

    item_indices: IntArray
    """Ascending."""
    total: int
    """Items in the store."""
    _holds: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, item_indices: IntArray, total: int) -> Mask:
        """Of ascending indices, among `total` items."""
        holds = np.zeros(int(item_indices[-1]) + 1 if len(item_indices) else 0, dtype=np.bool_)
        holds[item_indices] = True
        return cls(item_indices, total, holds)

    def holds(self, item_indices: IntArray) -> NDArray[np.bool_]:
        """(n,) which of these items match."""
        known = item_indices < len(self._holds)
        known[known] = self._holds[item_indices[known]]
        return known

    @property
    def is_empty(self) -> bool:
        """No item matches."""
        return not len(self.item_indices)

    @property
    def is_all(self) -> bool:
        """Every item matches."""
        return len(self.item_indices) >= self.total

    @property
    def is_common(self) -> bool:
        """So many items match that searching all of them and dropping the others is cheaper."""
        return len(self.item_indices) >= MIN_SHARE * self.total

    def widened(self, limit: int) -> int:
        """How many hits to take so that `limit` of them probably match."""
        return min(
            self.total, math.ceil(1.3 * limit * self.total / max(1, len(self.item_indices))) + 16
        )

    @cached_property
    def index_set(self) -> set[Any]:
        """The indices as a set, made once."""
        return set(self.item_indices.tolist())


class MaskCache:
    """The masks of the filters asked for last."""

    def __init__(self, load: Callable[[Filter], Mask]) -> None:
        self._load = load
        self._masks: OrderedDict[Filter, Mask] = OrderedDict()
        self._lock = threading.Lock()
        self._changes = 0

    def get(self, filter: Filter) -> Mask:
        """The mask of a filter, from memory or made now."""
        with self._lock:
            mask = self._masks.get(filter)
            if mask is not None:
                self._masks.move_to_end(filter)
                return mask
            changes = self._changes
        mask = self._load(filter)
        with self._lock:
            if changes == self._changes:  # a write in between: this mask may be of before it
                self._masks[filter] = mask
                while len(self._masks) > MAX_MASKS:
                    self._masks.popitem(last=False)
        return mask

    def clear(self) -> None:
        """The store has changed."""
        with self._lock:
            self._changes += 1
            self._masks.clear()
