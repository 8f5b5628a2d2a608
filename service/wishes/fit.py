"""Fit: how well every item of the catalogue fits a wish, as arrays for the ranker.

Three strengths. What a wish rules out or limits is left out. Values that nearly every item tells of
(a category, a colour) are in tiers: an item with more of the wanted ones stands before one with
fewer. Everything else leans: it is added to the ranker's own score.

Knows no people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray
from service.wishes.lexicon.lexicon import Lexicon
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import ASPECTS, Value
from service.wishes.reading import PartKind, WishPart
from service.wishes.wanted_words import is_told, wanted_words
from service.wishes.weights import STRANGER, WishWeights

STRENGTH: Mapping[PartKind, float] = {
    PartKind.WANTED: 1.0,
    PartKind.PREFERRED: 0.5,
    PartKind.LESS: -0.5,
    PartKind.AVOIDED: -1.0,
}
"""Sign and size of what leans, by kind."""
FARTHEST = np.float32(12)
"""Deviations beyond which nearness counts no more: a rare word would decide alone."""
AVOIDED_SHARE = 0.03
"""So much of the catalogue, the nearest to words that rule out, is pushed down."""


SURE_TOPIC = 0.5
"""A topic of the words that is said of an item has this weight at least."""
USUAL = 0.2
"""A word that fewer texts have must be an item's own too, for it to be called close to the words: by
nearness alone, what no item is about would be close to something all the same."""
WHOLE_POWER = 5
"""Of the share of the words that an item has: who says four words means what has all four."""
CLOSE_SHARE, CLOSE_DEVIATIONS = 0.02, 2.0
"""What is among so much of the catalogue, and so far from the mean, is close to words."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that was asked for, and that an item has."""

    text: str
    """The words of the wish."""
    value: str = ""
    """The value of the catalogue that it has; empty where its words, or its likeness to an item, are
    close."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """Something that is asked for, and which items have it."""

    reason: Reason
    items: BoolArray
    """(N,)"""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """N items against a wish."""

    allowed: BoolArray
    """(N,) what is not ruled out and within all limits."""
    lean: FloatArray
    """(N,) added to the score, in deviations of the scores of a query."""
    tiers: FloatArray
    """(N,) how many of the wanted values of complete fields each item has."""
    leading: BoolArray
    """(N,) among which the sources look for candidates."""
    claims: Sequence[Claim] = ()
    """What may be said of an item, in the order in which it was asked for."""

    def reasons(self, index: int) -> list[Reason]:
        """What an item has of what was asked for."""
        found = (one.reason for one in self.claims if index < len(one.items) and one.items[index])
        return list(dict.fromkeys(found))


@dataclass(frozen=True, eq=False)
class Fitting:
    """What a wish is fitted with."""

    lexicon: Lexicon
    topics: Topics
    nearness: Callable[[str], FloatArray]
    """(N,) how near each item is to words, by the text encoder."""
    likeness: Callable[[str], FloatArray]
    """(N,) how near each item is to the item of this id."""
    index_of: Callable[[str], int | None]
    weights: WishWeights = STRANGER
    _near: dict[str, tuple[FloatArray, FloatArray]] = field(default_factory=dict)
    """What `_nearnesses` has found already."""

    def fit(self, parts: Sequence[WishPart], strength: float = 1.0) -> Fit:
        """Every item against these parts; `strength` 0..1 scales what leans, and below 1 there are
        no tiers."""
        n = self.lexicon.n_items
        allowed, lean = np.ones(n, bool), np.zeros(n, np.float32)
        topical = np.zeros(n, np.float32)
        wanted = wanted_words(parts, self.topics)
        claims: list[Claim] = []
        if wanted:
            topic, near = self.of_words(wanted)
            lean += topic + near
            topical += topic
            claims += self._claims_of_words(wanted)
        tiered: list[WishPart] = []
        for part in parts:
            if part.kind in (PartKind.WANTED, PartKind.PREFERRED) and _is_callers(part.field):
                claims += self._claims_of_values(part)
            if part.kind in (PartKind.RULED_OUT, PartKind.LIMIT):
                allowed &= self._lets_through(part)
            elif part.kind is PartKind.UNLIKE_ITEM:
                index = self.index_of(part.item_id)
                if index is not None and index < n:
                    allowed[index] = False
                lean -= np.float32(0.5) * self._like(part)
            elif part.kind is PartKind.LIKE_ITEM:
                index = self.index_of(part.item_id)
                if index is not None and index < n:
                    allowed[index] = False
                lean += self._like(part)
                claims.append(Claim(Reason(part.text), _close(self._like(part))))
            elif part.kind is PartKind.NOT_UNDERSTOOD:
                continue
            elif (
                part.field
                and part.kind is PartKind.WANTED
                and strength == 1
                and is_told(part, self.topics)
            ):
                tiered.append(part)
            elif part.field and part.kind is PartKind.AVOIDED:
                lean -= np.float32(self.weights.avoided) * self._has(part)
            elif part.field:
                is_mention = part.kind is PartKind.WANTED and not is_told(part, self.topics)
                size = self.weights.mention if is_mention else self.weights.value
                lean += np.float32(STRENGTH[part.kind] * size) * self._has(part)
            elif part.kind is PartKind.AVOIDED:
                lean -= np.float32(self.weights.avoided) * self._is_near(part)
            elif part.kind is not PartKind.WANTED:
                topic, near = self.of_words(part.words)
                lean += np.float32(STRENGTH[part.kind]) * (topic + near)
        tier = self._tiers(tiered)
        return Fit(
            allowed,
            np.float32(strength) * lean,
            tier,
            _leading(tier, topical, allowed),
            claims,
        )

    def _tiers(self, parts: Sequence[WishPart]) -> FloatArray:
        """(N,) by how many of the wanted things an item has, and among equals by how many fields say
        so: a wanted thing is what the same words name in one field or several."""
        things = np.zeros(self.lexicon.n_items, np.float32)
        fields = np.zeros(self.lexicon.n_items, np.float32)
        for text in dict.fromkeys(part.text for part in parts):
            saying = [self._has(part) for part in parts if part.text == text]
            things += np.any(saying, axis=0)
            fields += np.sum(saying, axis=0)
        return things * np.float32(len(parts) + 1) + fields

    def _claims_of_values(self, part: WishPart) -> list[Claim]:
        return [
            Claim(Reason(part.text, text), self._has(replace(part, values=[text])))
            for text in part.values
        ]

    def _claims_of_words(self, words: str) -> list[Claim]:
        """The topics of the words, and what is close to them."""
        near = self.near(words)
        topics = self.topics.weights(near)
        sure = [value for value, weight in topics.items() if weight >= SURE_TOPIC]
        claims = [Claim(Reason(words, value.text), self.lexicon.mask(value)) for value in sure]
        said = [word for word in dict.fromkeys(tokens(words)) if self.lexicon.share(word) < USUAL]
        has_words = self.lexicon.matches(said) >= max(len(said), 1)
        return [*claims, Claim(Reason(words), _close(near) & has_words)]

    def _lets_through(self, part: WishPart) -> BoolArray:
        if part.kind is PartKind.RULED_OUT:
            return ~self._has(part)
        if part.field == "available":  # what is not available is never recommended
            return np.ones(self.lexicon.n_items, bool)
        numbers = self.lexicon.numbers(part.field)
        through = np.isfinite(numbers)
        with np.errstate(invalid="ignore"):
            if part.low is not None:
                through &= numbers > part.low if part.is_strict else numbers >= part.low
            if part.high is not None:
                through &= numbers < part.high if part.is_strict else numbers <= part.high
        return through

    def _has(self, part: WishPart) -> BoolArray:
        """(N,) which items have any of the values."""
        has = np.zeros(self.lexicon.n_items, bool)
        for text in part.values:
            for is_part in (False, True):
                has |= self.lexicon.mask(Value(part.field, text, is_part))
        return has

    def _like(self, part: WishPart) -> FloatArray:
        return np.float32(self.weights.like) * _standardised(self.likeness(part.item_id))

    def of_words(self, words: str) -> tuple[FloatArray, FloatArray]:
        """(N,) what the topics of the words add, and what nearness to them does."""
        meaning, common = self._nearnesses(words)
        topics, weights = self.topics.weights(meaning + common), self.weights
        topic = np.zeros(self.lexicon.n_items, np.float32)
        for value, weight in topics.items():
            topic += np.float32(weights.topic * weight) * self.lexicon.mask(value)
        by_meaning = weights.meaning if topics else weights.meaning_alone
        by_words = weights.words if topics else weights.words_alone
        near = np.float32(by_meaning) * meaning + np.float32(by_words) * common
        return topic, near + np.float32(weights.whole) * self._has_whole(words)

    def near(self, words: str) -> FloatArray:
        """(N,) by the text encoder and by words in common, each per deviation, at most FARTHEST."""
        meaning, common = self._nearnesses(words)
        return meaning + common

    def _nearnesses(self, words: str) -> tuple[FloatArray, FloatArray]:
        """(N,) by the text encoder, and (N,) by words in common."""
        found = self._near.get(words)
        if found is None:
            by_meaning = _standardised(self.nearness(words))
            by_words = _standardised(self.lexicon.scores(tokens(words)))
            found = np.minimum(by_meaning, FARTHEST), np.minimum(by_words, FARTHEST)
            self._near[words] = found
        return found

    def _has_whole(self, words: str) -> FloatArray:
        """(N,) 1 for what has all of the words that few texts have, little for what has them in
        part; 0 where there are not two."""
        said = dict.fromkeys(tokens(words))
        telling = [word for word in said if 0 < self.lexicon.share(word) < USUAL]
        if len(telling) < 2:
            return np.zeros(self.lexicon.n_items, np.float32)
        return self.lexicon.coverage(telling) ** WHOLE_POWER

    def _is_near(self, part: WishPart) -> FloatArray:
        """(N,) 1 for what words rule out: the nearest, and what has a topic of theirs."""
        near = self.near(part.words)
        if not len(near):
            return near
        least = np.quantile(near, 1 - AVOIDED_SHARE)
        found = (near >= least).astype(np.float32)
        for value, weight in self.topics.weights(near).items():
            found = np.maximum(found, np.float32(weight) * self.lexicon.mask(value))
        return found


def _leading(tier: FloatArray, topical: FloatArray, allowed: BoolArray) -> BoolArray:
    """The best of the allowed: those of the highest tier; without tiers, those with the topic."""
    best = topical if not tier.any() else tier
    most = float(best[allowed].max(initial=0))
    leading: BoolArray = best >= (most if tier.any() else 0.5 * most)
    return leading


def _is_callers(field: str) -> bool:
    """Whether a field is the caller's word, and not a language model's, nor none at all."""
    return bool(field) and not field.startswith(ASPECTS)


def _close(near: FloatArray) -> BoolArray:
    """What stands out of all by its nearness."""
    if not len(near) or near.std() < 1e-9:
        return np.zeros(len(near), bool)
    least = max(np.quantile(near, 1 - CLOSE_SHARE), near.mean() + CLOSE_DEVIATIONS * near.std())
    close: BoolArray = near >= least
    return close


def _standardised(values: FloatArray) -> FloatArray:
    """In deviations from the mean; zeros where nothing varies."""
    deviation = float(values.std()) if len(values) else 0.0
    if deviation < 1e-9:
        return np.zeros_like(values)
    return np.asarray((values - values.mean()) / deviation, np.float32)
