"""Variants: one history, and what it would be without some of its events. The counterfactuals of
explanations.

Variants share nearly everything, so they are worked out at once: signals are weighted sums over the
same items. Knows no candidates and no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History


@dataclass(frozen=True, slots=True, eq=False)
class Variants:
    """B histories that are parts of one of L events."""

    history: History
    kept: BoolArray
    """(B, L) which events each of them has."""

    @classmethod
    def without(cls, history: History, left_out: Sequence[IntArray]) -> Variants:
        """The history without the events at each of B sets of positions."""
        kept = np.ones((len(left_out), len(history)), bool)
        for row, positions in enumerate(left_out):
            kept[row, positions] = False
        return cls(history, kept)

    def __len__(self) -> int:
        return len(self.kept)

    def select(self, which: BoolArray) -> Variants:
        """Those where `which` (B,) is true."""
        return Variants(self.history, self.kept[which])

    @property
    def liked(self) -> Variants:
        """Only what was liked."""
        liked = self.history.liked
        return Variants(self.history.select(liked), self.kept[:, liked])

    @property
    def ages(self) -> IntArray:
        """(B, L) events that come after each; of those left out it says nothing."""
        after: IntArray = np.cumsum(self.kept[:, ::-1], axis=1)[:, ::-1] - self.kept
        return after

    def of_items(self, weights: NDArray[Any], how: np.ufunc) -> tuple[IntArray, FloatArray]:
        """Weights (B, L) of events, 0 for those left out, as weights of items: the items of the
        history (U,), ascending, and (B, U), where an item has several events joined by `how`."""
        order = np.argsort(self.history.items, kind="stable")
        items, first = np.unique(self.history.items[order], return_index=True)
        if not len(items):
            return items, weights.astype(np.float32)
        by_item = np.where(self.kept, weights, 0)[:, order]  # events of one item side by side
        joined = how.reduceat(by_item, first, axis=1)
        return items, joined.astype(np.float32)
