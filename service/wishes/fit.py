"""Fit: how well every item of the catalogue fits a wish, as arrays for the ranker.

Three strengths. What a wish rules out or limits is left out. Values that nearly every item tells of
(a category, a colour) are in tiers: an item with more of the wanted ones stands before one with
fewer. Everything else leans: it is added to the ranker's own score.

Knows no people.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray
from service.wishes.lexicon.numbers import within
from service.wishes.lexicon.values import ASPECTS, Value
from service.wishes.nearness import FARTHEST, Nearness, n_nearest, standardised, stands_out
from service.wishes.reading import PartKind, WishPart
from service.wishes.wanted_words import is_told, wanted_words
from service.wishes.weights import STRANGER, WishWeights

SOFTLY = np.float32(0.5)
"""Of what something wanted adds, what something preferred adds, and something that less is wanted of
takes off; and of likeness to an item, what it takes off where the item is not wanted."""
AVOIDED_SHARE = 0.03
"""So much of the catalogue, the nearest to words that rule out, is pushed down."""
SURE_TOPIC = 0.5
"""A topic of the words that is said of an item has this weight at least."""


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

    def but_of(self, opposed: BoolArray) -> Claim:
        """That a value is there is said all the same; closeness, not of what is opposed."""
        return self if self.reason.value else replace(self, items=self.items & ~opposed)


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


@dataclass(slots=True, eq=False)
class _Draft:
    """What becomes a `Fit`, of the parts so far."""

    has_tiers: bool
    allowed: BoolArray
    lean: FloatArray
    opposed: BoolArray
    """(N,) what has, or is near, something that is not wanted."""
    topics: set[Value] = field(default_factory=set)
    """Values that are wanted, by name or as topics of the words."""
    mention: float = 0.0
    """What a wanted value of a field that not every item has adds."""
    tiered: list[WishPart] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Of N items to one of them; larger is more alike, and any unit will do."""

    content: FloatArray
    """(N,) by what they are."""
    behaviour: FloatArray
    """(N,) by who liked them; zeros where nothing is known of that."""

    @classmethod
    def none(cls, n_items: int) -> Likeness:
        """To an item of which nothing is known."""
        nothing = np.zeros(n_items, np.float32)
        return cls(nothing, nothing)


@dataclass(frozen=True, eq=False)
class Fitting:
    """What a wish is fitted with."""

    nearness: Nearness
    likeness: Callable[[str], Likeness]
    """Of each item to the item of this id."""
    index_of: Callable[[str], int | None]
    weights: WishWeights = STRANGER

    def fit(self, parts: Sequence[WishPart], strength: float = 1.0) -> Fit:
        """Every item against these parts; `strength` 0..1 scales what leans, and below 1 there are
        no tiers."""
        n = self._n_items
        draft = _Draft(strength == 1, np.ones(n, bool), np.zeros(n, np.float32), np.zeros(n, bool))
        topical = np.zeros(n, np.float32)
        draft.topics |= {value for part in parts for value in _values_wanted(part)}
        if wanted := wanted_words(parts, self.nearness.topics):
            draft.topics |= self.nearness.topics_of(wanted).keys()
            draft.mention = self._size_of_mention(parts, wanted)
            topical, near = self._of_words(wanted)
            draft.lean += topical + near
            draft.claims += self._claims_of_words(wanted)
        for part in parts:
            _TAKING_UP[part.kind](self, part, draft)
        tiers, said = self._tiers(draft.tiered)
        draft.lean += np.float32(self.weights.mention_alone) * said
        return Fit(
            draft.allowed,
            np.float32(strength) * draft.lean,
            tiers,
            _leading(tiers, topical, draft.allowed),
            [one.but_of(draft.opposed) for one in draft.claims],
        )

    @property
    def _n_items(self) -> int:
        return self.nearness.lexicon.n_items

    # what a part of each kind does

    def _wanted(self, part: WishPart, draft: _Draft) -> None:
        """Values; free words that are wanted say one thing together."""
        if not part.field:
            return
        draft.claims += self._claims_of_values(part)
        told = is_told(part, self.nearness.topics)
        if told and draft.has_tiers:
            draft.tiered.append(part)
        else:
            size = self.weights.value if told else draft.mention
            draft.lean += np.float32(size) * self._has(part)

    def _preferred(self, part: WishPart, draft: _Draft) -> None:
        draft.claims += self._claims_of_values(part)
        draft.lean += SOFTLY * self._moved(part)

    def _less(self, part: WishPart, draft: _Draft) -> None:
        draft.lean -= SOFTLY * self._moved(part)

    def _ruled_out(self, part: WishPart, draft: _Draft) -> None:
        unwanted = self._has(part)
        draft.allowed &= ~unwanted
        draft.opposed |= unwanted | self.nearness.has(part.words)

    def _avoided(self, part: WishPart, draft: _Draft) -> None:
        unwanted = self._has(part) if part.field else self._is_near(part.words, draft.topics)
        draft.lean -= np.float32(self.weights.avoided) * unwanted
        draft.opposed |= (unwanted >= SURE_TOPIC) | self.nearness.has(part.words)

    def _limit(self, part: WishPart, draft: _Draft) -> None:
        if part.field == "available":  # what is not available is never recommended
            return
        numbers = self.nearness.lexicon.numbers(part.field)
        draft.allowed &= within(numbers, part.low, part.high, part.is_strict)

    def _like_item(self, part: WishPart, draft: _Draft) -> None:
        likeness = self._like(part, draft)
        draft.lean += self._alike(likeness)
        draft.claims.append(Claim(Reason(part.text), stands_out(likeness.content)))

    def _unlike_item(self, part: WishPart, draft: _Draft) -> None:
        draft.lean -= SOFTLY * self._alike(self._like(part, draft))

    def _not_understood(self, part: WishPart, draft: _Draft) -> None:
        """Nothing."""

    # what that takes

    def _like(self, part: WishPart, draft: _Draft) -> Likeness:
        """Likeness to an item, which itself does not come back."""
        index = self.index_of(part.item_id)
        if index is not None and index < self._n_items:
            draft.allowed[index] = False
        return self.likeness(part.item_id)

    def _alike(self, likeness: Likeness) -> FloatArray:
        """(N,) what likeness adds. What the same people like counts less than what is alike: it may be
        what everybody likes."""
        behaviour = np.minimum(standardised(likeness.behaviour), FARTHEST)
        near = standardised(likeness.content) + SOFTLY * behaviour
        return np.asarray(self.weights.like * near, np.float32)

    def _moved(self, part: WishPart) -> FloatArray:
        """(N,) what values, or else free words, add."""
        if part.field:
            return np.float32(self.weights.value) * self._has(part)
        topic, near = self._of_words(part.words)
        return topic + near

    def _has(self, part: WishPart) -> BoolArray:
        """(N,) which items have any of the values."""
        has = np.zeros(self._n_items, bool)
        for text in part.values:
            for is_part in (False, True):
                has |= self.nearness.lexicon.mask(Value(part.field, text, is_part))
        return has

    def _of_words(self, words: str) -> tuple[FloatArray, FloatArray]:
        """(N,) what the topics of the words add, and what nearness to them does."""
        said, weights = self.nearness.of(words), self.weights
        topic = np.zeros(self._n_items, np.float32)
        for value, weight in said.topics.items():
            topic += np.float32(weights.topic * weight) * self.nearness.lexicon.mask(value)
        sure = max(said.topics.values(), default=0.0)
        by_meaning = sure * weights.meaning + (1 - sure) * weights.meaning_alone
        by_words = sure * weights.words + (1 - sure) * weights.words_alone
        by_media = sure * weights.seen + (1 - sure) * weights.seen_alone
        near = (
            np.float32(by_meaning) * said.meaning
            + np.float32(by_words) * said.common
            + np.float32(by_media) * said.seen
            + np.float32(weights.whole) * self.nearness.whole(words)
        )
        return topic, near

    def _size_of_mention(self, parts: Sequence[WishPart], wanted: str) -> float:
        """What an item with a value adds that is among these `wanted` words."""
        topics = self.nearness.topics
        said = {
            part.text
            for part in parts
            if part.kind is PartKind.WANTED and not is_told(part, topics)
        }
        sure = max(self.nearness.topics_of(wanted).values(), default=0.0) if len(said) > 1 else 0.0
        return sure * self.weights.mention + (1 - sure) * self.weights.mention_alone

    def _is_near(self, words: str, wanted: Collection[Value]) -> FloatArray:
        """(N,) 1 for what words rule out: the nearest, and what has a topic of theirs that is not
        `wanted`: "jeans, nothing skinny"."""
        said = self.nearness.of(words)
        if not len(said.near):
            return said.near
        n_near = n_nearest(AVOIDED_SHARE, self._n_items)
        least = np.partition(said.near, -n_near)[-n_near]
        found = np.asarray(said.near >= least, np.float32)
        for value in said.topics.keys() - set(wanted):
            weight = said.topics[value]
            found = np.maximum(found, np.float32(weight) * self.nearness.lexicon.mask(value))
        return found

    def _tiers(self, parts: Sequence[WishPart]) -> tuple[FloatArray, FloatArray]:
        """(N,) by how many of the wanted things an item has, and among equals by how many fields say
        so: a wanted thing is what the same words name in one field or several. And (N,) how many of
        them the words of an item have that no field says of it."""
        things = np.zeros(self._n_items, np.float32)
        fields = np.zeros(self._n_items, np.float32)
        said = np.zeros(self._n_items, np.float32)
        for text in dict.fromkeys(part.text for part in parts):
            saying = [part for part in parts if part.text == text]
            thing = np.zeros(self._n_items, bool)
            for has in map(self._has, saying):
                thing |= has
                fields += has
            things += thing
            said += self.nearness.has(saying[0].words) & ~thing
        return things * np.float32(len(parts) + 1) + fields, said

    # what may be said

    def _claims_of_values(self, part: WishPart) -> list[Claim]:
        """Of a field of the caller's; what a language model says is no reason."""
        if not part.field or part.field.startswith(ASPECTS):
            return []
        return [
            Claim(
                Reason(part.text, Value(part.field, text).name),
                self._has(replace(part, values=[text])),
            )
            for text in part.values
        ]

    def _claims_of_words(self, words: str) -> list[Claim]:
        """The topics of the words that the items which have the words bear out, and what is close to
        them. By the encoder alone, words that nothing is about would have a topic too."""
        say = self.nearness.has_any(words)
        n_say = np.count_nonzero(say)
        claims = []
        for value, weight in self.nearness.topics_of(words).items():
            has = self.nearness.lexicon.mask(value)
            by_chance = n_say * np.count_nonzero(has) / max(self._n_items, 1)
            if weight >= SURE_TOPIC and np.count_nonzero(has & say) > by_chance:
                claims.append(Claim(Reason(words, value.name), has))
        return [*claims, Claim(Reason(words), self.nearness.close(words))]


_TAKING_UP: Mapping[PartKind, Callable[[Fitting, WishPart, _Draft], None]] = {
    PartKind.WANTED: Fitting._wanted,
    PartKind.PREFERRED: Fitting._preferred,
    PartKind.LESS: Fitting._less,
    PartKind.RULED_OUT: Fitting._ruled_out,
    PartKind.AVOIDED: Fitting._avoided,
    PartKind.LIMIT: Fitting._limit,
    PartKind.LIKE_ITEM: Fitting._like_item,
    PartKind.UNLIKE_ITEM: Fitting._unlike_item,
    PartKind.NOT_UNDERSTOOD: Fitting._not_understood,
}


def _values_wanted(part: WishPart) -> list[Value]:
    """Those that a part says are wanted."""
    if not part.field or part.kind not in (PartKind.WANTED, PartKind.PREFERRED):
        return []
    return [Value(part.field, text, is_part) for text in part.values for is_part in (False, True)]


def _leading(tier: FloatArray, topical: FloatArray, allowed: BoolArray) -> BoolArray:
    """The best of the allowed: those of the highest tier; without tiers, those with the topic."""
    best = topical if not tier.any() else tier
    most = float(best[allowed].max(initial=0))
    leading: BoolArray = best >= (most if tier.any() else 0.5 * most)
    return leading
