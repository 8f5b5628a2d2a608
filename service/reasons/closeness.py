"""Closeness: how close items are to what somebody's words ask for, as far as it may be told.

Owns what is measured. What words name and rule out is the matter of `described_taste`; how close is close, that
of the explainer's limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from encoders.arrays import FloatArray
from indexer.catalog.item import Item
from service.explainer.attribution.facts import Background
from service.explainer.attribution.limits import DEFAULT_LIMITS
from service.ranker.data.arrays import IntArray
from service.reasons.described_taste import DescribedTaste, Vocabulary, denied

UNWANTED_Z = 1.0
"""An item this many deviations above the catalogue in closeness to what words rule out may be just
that."""


@dataclass(frozen=True, slots=True, eq=False)
class TasteVectors:
    """A described taste in the space of the items' text; (D,) each, None where there is nothing of it."""

    described: DescribedTaste
    asked: FloatArray | None
    ruled_out: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """Of C candidates to a described taste, and what is usual in their catalogue."""

    cosines: Sequence[float | None]
    """(C,) None for one that lacks what the words name, or has or is close to what they rule out."""
    usual: Background = field(default_factory=Background)
    least: float = 1.0
    """See `CatalogueFacts.taste_least`."""

    @classmethod
    def of(
        cls,
        spoken: TasteVectors | None,
        text: FloatArray,
        vocabulary: Vocabulary,
        candidates: IntArray,
        items: Sequence[Item],
    ) -> Closeness:
        """From the text vectors (N, D) of the catalogue; `items` are the candidates' items."""
        if spoken is None or spoken.asked is None:
            return cls([None] * len(candidates))
        present = np.abs(text).max(axis=1, initial=0.0) > 0
        asked = text @ spoken.asked  # (N,)
        unwanted = np.zeros(len(text), dtype=bool)
        if spoken.ruled_out is not None:
            against = text @ spoken.ruled_out
            spread = _spread(against[present])
            unwanted = against >= spread.mean + UNWANTED_Z * spread.std
        cosines = [
            None if is_denied or unwanted[index] else float(asked[index])
            for index, is_denied in zip(
                candidates.tolist(), denied(items, spoken.described, vocabulary), strict=True
            )
        ]
        least = closest(asked[present], DEFAULT_LIMITS.close_share)
        return cls(cosines, _spread(asked[present]), least)


def closest(cosines: FloatArray, share: float) -> float:
    """The cosine that no more than this share of (N,) reach, and at least one does.

    >>> closest(np.array([0.1, 0.9, 0.3, 0.5]), share=0.5)
    0.5
    """
    if not len(cosines):
        return 1.0
    place = max(1, int(share * len(cosines)))
    return float(np.partition(cosines, -place)[-place])


def _spread(cosines: FloatArray) -> Background:
    return Background(float(cosines.mean()), float(cosines.std())) if len(cosines) else Background()
