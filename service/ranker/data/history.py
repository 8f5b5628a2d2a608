"""A person's history as the ranker sees it. Knows no ids and no names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """L events of one person, oldest first. All of it may be empty."""

    items: IntArray
    """(L,) item indices."""
    event_types: IntArray
    """(L,) event type codes."""
    times: NDArray[np.float64]
    """(L,) seconds since some moment, ascending; all alike where they are not known."""
    liked: BoolArray
    """(L,) false where the person disliked the item; such an event is behaviour, but no taste. What was
    rated neither good nor bad was chosen all the same."""
    taste: FloatArray | None = None
    """(Dt,) projected text vector of the person's own words, or None."""

    @classmethod
    def of(
        cls,
        items: IntArray,
        event_types: IntArray | None = None,
        times: NDArray[np.float64] | None = None,
        taste: FloatArray | None = None,
    ) -> History:
        """A history in which everything was liked."""
        kinds = np.zeros(len(items), np.int64) if event_types is None else event_types
        times = np.zeros(len(items)) if times is None else times
        return cls(items, kinds, times, np.ones(len(items), bool), taste)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def key(self) -> bytes:
        """Two histories with the same key are the same."""
        taste = np.zeros(0) if self.taste is None else self.taste
        parts = (self.items, self.event_types, self.times, self.liked, taste)
        return hashlib.blake2b(b"|".join(part.tobytes() for part in parts), digest_size=16).digest()

    def last(self, n: int) -> History:
        """Only the newest n events."""
        return self.select(np.arange(len(self)) >= len(self) - n)

    def without(self, positions: int | IntArray) -> History:
        """All but the events at these positions."""
        return self.select(~np.isin(np.arange(len(self)), positions))

    def select(self, keep: BoolArray) -> History:
        """The events where `keep` (L,) is true."""
        return History(
            self.items[keep], self.event_types[keep], self.times[keep], self.liked[keep], self.taste
        )
