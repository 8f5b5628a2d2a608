"""Nearness: what words say of every item, by the text encoder, by words in common, and by what is
seen or heard of it.

Owns how near is near, and how close is close. Knows no wishes and no weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray
from service.wishes.lexicon.lexicon import USUAL, Lexicon
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import Value

FARTHEST = np.float32(12)
"""Deviations beyond which nearness counts no more: a rare word would decide alone."""
WHOLE_POWER = 5
"""Of the share of the words that an item has: who says four words means what has all four."""
CLOSE_SHARE, CLOSE_DEVIATIONS = 0.02, 2.0
"""What is among so much of the catalogue, and so far from the mean, is close."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What words say of N items."""

    meaning: FloatArray
    """(N,) nearness by the text encoder, per deviation, at most FARTHEST."""
    common: FloatArray
    """(N,) the same by words in common."""
    seen: FloatArray
    """(N,) the same by their pictures, sounds and the like; 0 for items that have none."""
    near: FloatArray
    """(N,) by meaning and words together."""
    topics: Mapping[Value, float]
    """The values that the words are about, 0..1 by how sure that is."""


@dataclass(frozen=True, eq=False)
class Nearness:
    """To the items of one catalogue."""

    lexicon: Lexicon
    topics: Topics
    cosines: Callable[[str], FloatArray]
    """(N,) of each item with words, by the text encoder."""
    media: Callable[[str], Sequence[FloatArray]] = lambda _: ()
    """(N,) of each item's picture with words, or its sound; one array for each modality that shares a
    space with words, NaN where an item has none."""
    encode: Callable[[str], FloatArray] | None = None
    """(dim,) of words, in the text encoder's space; None leaves the names of values out."""
    _known: dict[str, Said] = field(default_factory=dict)
    """What `of` has found already."""

    def of(self, words: str) -> Said:
        """What these words say."""
        said = self._known.get(words)
        if said is None:
            meaning = np.minimum(standardised(self.cosines(words)), FARTHEST)
            common = np.minimum(standardised(self.lexicon.scores(tokens(words))), FARTHEST)
            near = meaning + common
            vector = self.encode(words) if self.encode else None
            topics = self.topics.weights(near, vector)
            said = Said(meaning, common, self._seen(words), near, topics)
            self._known[words] = said
        return said

    def _seen(self, words: str) -> FloatArray:
        seen = np.zeros(self.lexicon.n_items, np.float32)
        for cosines in self.media(words):
            there = np.isfinite(cosines)
            seen[there] += np.minimum(standardised(cosines[there]), FARTHEST)
        return seen

    def topics_of(self, words: str) -> Mapping[Value, float]:
        """See `Said.topics`."""
        return self.of(words).topics

    def close(self, words: str) -> BoolArray:
        """(N,) what may be called close to words: it stands out, and has them. By nearness alone,
        what no item is about would be close to something all the same."""
        return self.has(words) & stands_out(self.of(words).near)

    def has(self, words: str) -> BoolArray:
        """(N,) what has all of these words itself, in any form, that are no usual ones."""
        rare = self._rare(words)
        has: BoolArray = self.lexicon.matches(rare) >= max(len(rare), 1)
        return has

    def has_any(self, words: str) -> BoolArray:
        """(N,) what has any of these words itself, in any form, that are no usual ones."""
        has: BoolArray = self.lexicon.matches(self._rare(words)) > 0
        return has

    def whole(self, words: str) -> FloatArray:
        """(N,) 1 for what has all of these words that are no usual ones and that any text has, little
        for what has them in part; 0 where there are not two of them."""
        telling = [word for word in self._rare(words) if self.lexicon.share(word) > 0]
        if len(telling) < 2:
            return np.zeros(self.lexicon.n_items, np.float32)
        whole = self.lexicon.coverage(telling)
        some = np.flatnonzero(whole)
        whole[some] **= WHOLE_POWER
        return whole

    def _rare(self, words: str) -> list[str]:
        return [word for word in dict.fromkeys(tokens(words)) if self.lexicon.share(word) < USUAL]


def stands_out(near: FloatArray) -> BoolArray:
    """(N,) what is nearer than nearly all."""
    deviation = near.std() if len(near) else 0.0
    if deviation < 1e-9:
        return np.zeros(len(near), bool)
    close: BoolArray = near >= near.mean() + CLOSE_DEVIATIONS * deviation
    n_close, most = np.count_nonzero(close), n_nearest(CLOSE_SHARE, len(near))
    if n_close > most:
        close &= near >= np.partition(near[close], n_close - most)[n_close - most]
    return close


def n_nearest(share: float, n: int) -> int:
    """How many of n are the nearest of such a share, at least one: those from its quantile on.

    >>> n_nearest(0.02, 101), n_nearest(0.02, 102), n_nearest(0.02, 10)
    (3, 3, 1)
    """
    return n - math.ceil((1 - share) * (n - 1))


def standardised(values: FloatArray) -> FloatArray:
    """In deviations from the mean; zeros where nothing varies."""
    apart = values - values.mean() if len(values) else values
    deviation = float(np.sqrt(np.mean(apart * apart))) if len(values) else 0.0
    if deviation < 1e-9:
        return np.zeros_like(values)
    return np.asarray(apart / deviation, np.float32)
