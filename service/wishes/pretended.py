"""Pretended wishes: what somebody may have said who then chose an item.

Nobody's words are in the log, and the item's own text would be no pretence: whatever compares texts
finds it again. So a description is half of the item's own words and half of those of items alike
that its text has not, as people say some words of their own; and a wish for a sort of thing is words
that set the items of one of its values apart, whether or not it has them. Words that name a value
are in neither: they would be looked up. Knows no people and no scores.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.wishes.lexicon.lexicon import Segment
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import Value
from service.wishes.lexicon.words import Words

FEWEST_TEXTS, LARGEST_SHARE = 3, 0.05
"""A word that fewer texts have nobody says; one that more have describes nothing."""
SHORTEST = 3
"""Letters of a word: signs that stand for a syllable or a word alone are left out."""
LEAST_WORDS, MOST_WORDS = 2, 5
"""Of a wish."""
OWN = 0.5
"""How often a word of a description is one that the item's text has."""
MOST_OF_ITEM, MOST_OF_SORT = 20, 100
"""The words that tell most are drawn from."""
ALIKE = 10
"""Items whose words are lent."""
MEMBERS = 300
"""Of a value's items so many, at random, say what words set it apart."""


class Sort(StrEnum):
    """What a pretended wish is about."""

    DESCRIPTION = "description"
    """This item, more or less."""
    SORT = "sort"
    """Any item with one of its values."""


@dataclass(frozen=True, slots=True)
class Pretended:
    """A wish."""

    sort: Sort
    text: str


@dataclass(frozen=True, eq=False)
class Pretending:
    """What wishes are made of."""

    items: IntArray
    """(T,) of the texts, ascending."""
    weights: sparse.csr_matrix
    """(T, W) BM25 of each word in each text."""
    usual: FloatArray
    """(W,) mean of the same."""
    spellings: Sequence[str]
    """(W,)"""
    is_said: BoolArray
    """(W,) whether somebody may say the word without naming a value."""
    topics: Topics

    @classmethod
    def of(cls, segment: Segment, topics: Topics) -> Self:
        """Of the items of a segment."""
        items, weights = segment.words.by_text()
        order = np.argsort(items)
        weights = weights[order]
        names = _columns_of_names(segment.words, topics.values)
        return cls(
            items[order],
            weights,
            _means(weights),
            segment.words.spellings,
            _may_be_said(weights, segment.words.spellings, names),
            topics,
        )

    def description(self, item: int, rng: np.random.Generator) -> Pretended | None:
        """What tells this item from others. None where its text has too few words for that."""
        place = self._place(item)
        if place is None:
            return None
        own = self._telling(self._words(place), MOST_OF_ITEM)
        lent = self._lent(place, own)
        if len(own) < LEAST_WORDS or not len(lent):
            return None
        chosen = rng.permutation(own)[: _length(rng)]
        others = iter(rng.permutation(lent))
        is_own = rng.random(len(chosen)) < OWN
        drawn = [
            word if kept else next(others, word) for word, kept in zip(chosen, is_own, strict=True)
        ]
        return self._wish(Sort.DESCRIPTION, drawn)

    def sort(self, item: int, rng: np.random.Generator) -> Pretended | None:
        """What tells the items of one of its values from others. None where it has no value of a
        field that every item has."""
        values = self._values(item)
        if not values:
            return None
        column = values[rng.integers(len(values))]
        has = self.topics.has[:, column].tocoo().row
        members = np.setdiff1d(self.topics.items[has], [item])
        members = rng.permutation(members)[:MEMBERS]
        places = np.searchsorted(self.items, members)
        weight = self._above_usual(places)
        words = self._telling(weight, MOST_OF_SORT)
        if len(words) < LEAST_WORDS:
            return None
        drawn = rng.permutation(words)[: _length(rng)]
        return self._wish(Sort.SORT, drawn)

    def _place(self, item: int) -> int | None:
        place = int(np.searchsorted(self.items, item))
        return place if place < len(self.items) and self.items[place] == item else None

    def _values(self, item: int) -> list[int]:
        """Columns of the values of complete fields that the item has."""
        place = int(np.searchsorted(self.topics.items, item))
        if place >= len(self.topics.items) or self.topics.items[place] != item:
            return []
        columns = self.topics.has[place].indices
        return [int(one) for one in columns if one < len(self.topics.values)]

    def _words(self, place: int) -> FloatArray:
        """(W,) what each word adds to the score of a text."""
        return np.asarray(self.weights[place].toarray(), np.float32).ravel()

    def _above_usual(self, places: IntArray) -> FloatArray:
        """(W,) how much more than others these texts have of each word that two of them have."""
        some = self.weights[places]
        above: FloatArray = np.maximum(_means(some) - self.usual, 0)
        above[some.getnnz(axis=0) < 2] = 0
        return above

    def _telling(self, weight: FloatArray, most: int) -> IntArray:
        """The words of the largest weights above 0 that may be said."""
        weight = np.where(self.is_said, weight, 0)
        best = np.argsort(-weight, kind="stable")[:most]
        return best[weight[best] > 0]

    def _lent(self, place: int, own: IntArray) -> IntArray:
        """Words of the texts that have most of these words, that this text has not."""
        if not len(own):
            return own
        query = np.zeros(len(self.usual), np.float32)
        query[own] = 1
        scores = self.weights @ query
        scores[place] = 0
        alike = np.argsort(-scores, kind="stable")[:ALIKE]
        weight = self._above_usual(alike[scores[alike] > 0])
        weight[self.weights[place].indices] = 0
        return self._telling(weight, MOST_OF_ITEM)

    def _wish(self, sort: Sort, words: Iterable[int]) -> Pretended:
        """The words as one says them: "dragon, sword and vikings"."""
        spelled = [self.spellings[word] for word in words]
        return Pretended(sort, ", ".join(spelled[:-1]) + " and " + spelled[-1])


def _means(weights: sparse.csr_matrix) -> FloatArray:
    """(W,) of each column; zeros of no rows."""
    total = np.asarray(weights.sum(axis=0), np.float32).ravel()
    return total / np.float32(max(weights.shape[0], 1))


def _length(rng: np.random.Generator) -> int:
    return int(rng.integers(LEAST_WORDS, MOST_WORDS + 1))


def _columns_of_names(words: Words, values: Sequence[Value]) -> set[int]:
    names = {token for value in values for token in tokens(value.text)}
    return {column for name in names if (column := words.column(name)) is not None}


def _may_be_said(
    weights: sparse.csr_matrix, spellings: Sequence[str], names: Collection[int]
) -> BoolArray:
    """(W,)"""
    n_texts = weights.getnnz(axis=0)
    said = (n_texts >= FEWEST_TEXTS) & (n_texts <= LARGEST_SHARE * weights.shape[0])
    said[list(names)] = False
    said[len(spellings) :] = False  # the matrix has a column even where there are no words
    is_word = [len(one) >= SHORTEST and not one.isdecimal() for one in spellings]
    said[: len(spellings)] &= np.array(is_word, bool)
    return np.asarray(said)
