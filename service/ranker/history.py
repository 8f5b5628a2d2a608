"""A person's history as the ranker sees it. Knows no ids and no names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from service.ranker.interactions import BoolArray, IntArray
from service.ranker.items import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """L events of one person, oldest first. All of it may be empty."""

    items: IntArray
    """(L,) item indices."""
    event_types: IntArray
    """(L,) event type codes."""
    liked: BoolArray
    """(L,) false where the person disliked the item; such an event is behaviour, but no taste."""
    taste: FloatArray | None = None
    """(Dt,) projected text vector of the person's own words, or None."""

    @classmethod
    def of(cls, items: IntArray, event_types: IntArray | None = None, taste: FloatArray | None = None) -> History:
        """A history in which everything was liked."""
        kinds = np.zeros(len(items), np.int64) if event_types is None else event_types
        return cls(items, kinds, np.ones(len(items), bool), taste)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def key(self) -> bytes:
        """Two histories with the same key are the same."""
        parts = (self.items, self.event_types, self.liked, np.zeros(0) if self.taste is None else self.taste)
        return hashlib.blake2b(b"|".join(part.tobytes() for part in parts), digest_size=16).digest()

    def last(self, n: int) -> History:
        """Only the newest n events."""
        first = max(len(self) - n, 0)
        return History(self.items[first:], self.event_types[first:], self.liked[first:], self.taste)

    def without(self, position: int) -> History:
        """All but the event at `position`."""
        keep = np.arange(len(self)) != position
        return History(self.items[keep], self.event_types[keep], self.liked[keep], self.taste)
