"""What is usual for one query, so that its signals can be compared with those of other queries.

Knows no signals by name: places on the last axis only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from service.ranker.catalog.content import Content
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.history import History

LIMIT = 10.0
"""Relative signals are cut here, so that no outlier outweighs all the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What is usual for one history: relative signal = (signal - shift) / spread, 0 where the
    spread is 0.

    It depends on the history and the catalogue, not on the candidates, and a counterfactual keeps
    the one of the full history, so that scores of one answer stay comparable.
    """

    shift: FloatArray
    """(F,)"""
    spread: FloatArray
    """(F,)"""
    known: int
    """Events that tell of the person where something is asked for: all, or those in the domains
    that are allowed."""
    elsewhere: int
    """The other events."""
    has_words: bool = False
    """Whether the person said in words what they look for."""
    n_events: int = 0
    """Events of everybody, of which those of an item are a share; 0 where they were not counted."""

    @property
    def is_of_stranger(self) -> bool:
        """Whether nothing is known of the person: no event in any domain, and no words."""
        return not (self.known or self.elsewhere or self.has_words)

    def relative(self, signals: FloatArray) -> FloatArray:
        """(..., F) -> (..., F), within -LIMIT..LIMIT."""
        divisor = np.where(self.spread > 0, self.spread, np.float32(np.inf))
        scaled = (signals - self.shift) / divisor
        clipped: FloatArray = np.clip(scaled, -LIMIT, LIMIT)
        return clipped

    def usual(self, fallback: FloatArray) -> FloatArray:
        """(F,) the usual value of each signal: that of this query, `fallback` (F,) where it has
        none."""
        usual: FloatArray = np.where(self.spread > 0, self.shift, fallback)
        return usual

    def where(self, history: History, content: Content, domains: IntArray | None) -> Scale:
        """The same of its history where only some domains are allowed; None for all."""
        if domains is None:
            return self
        known = int(np.isin(content.domain[history.items], domains).sum())
        return replace(self, known=known, elsewhere=len(history) - known)
