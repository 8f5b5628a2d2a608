"""Lexicon: what a catalogue can be asked for in words: its values, its words, its numbers and its
titles.

Like the index of a search engine it is a list of segments: the catalogue as it was when it was read,
and the items that have changed since. Knows no wishes, no people and no scores of the ranker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.item import Item
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.wishes.lexicon.numbers import Numbers
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.values import (
    ATTRIBUTES,
    NOTHING,
    Aspects,
    Value,
    Values,
    is_person,
)
from service.wishes.lexicon.words import Words

NAMES_SHARE = 0.5
"""Where a smaller share of the texts that have a word have it as the last name of a person, it is a
word."""
MANY_VALUES, FEW_ITEMS = 20, 1.2
"""An attribute of so many values that have so few items each in the mean, such as a name in another
language, names items, and says nothing that several have in common."""
USUAL = 0.2
"""A word that more texts have than this is no word of content."""

Name = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Segment:
    """Some items, read once."""

    items: IntArray
    """Indices."""
    values: Values
    words: Words
    numbers: Numbers
    titles: Mapping[Name, Sequence[int]]
    """Items by the tokens of their title, with and without a year at its end."""

    @classmethod
    def of(cls, rows: Sequence[tuple[int, Item]], said: Sequence[Aspects] = ()) -> Segment:
        """Of items and their indices; `said`: what a language model says of each, if it does."""
        titles: dict[Name, list[int]] = defaultdict(list)
        for index, item in rows:
            for name in _names_of_title(item.title):
                titles[name].append(index)
        return cls(
            items=np.array([index for index, _ in rows], np.int64),
            values=Values.of(rows, said),
            words=Words.of(_texts(rows, said)),
            numbers=Numbers.of(rows),
            titles=titles,
        )


@dataclass(frozen=True, eq=False)
class Lexicon:
    """N items, the later segment standing for what both have."""

    segments: Sequence[Segment]
    n_items: int

    @cached_property
    def _stale(self) -> list[IntArray]:
        """By segment: the items that a later segment has."""
        later = np.zeros(0, np.int64)
        stale = []
        for segment in reversed(self.segments):
            stale.append(later)
            later = np.union1d(later, segment.items[segment.items < self.n_items])
        return stale[::-1]

    @cached_property
    def _naming_items(self) -> frozenset[str]:
        """Attributes of which nearly every item has values of its own."""
        n_values: dict[str, int] = defaultdict(int)
        n_items: dict[str, int] = defaultdict(int)
        for segment in self.segments:
            for field, (values, items) in segment.values.sizes.items():
                n_values[field] += values
                n_items[field] += items
        return frozenset(
            field
            for field, n in n_values.items()
            if field.startswith(ATTRIBUTES) and n >= MANY_VALUES and n_items[field] <= FEW_ITEMS * n
        )

    def named(self, name: Sequence[str]) -> list[Value]:
        """The values that these tokens name; where there are none, people of this last name."""
        found = [
            value
            for segment in self.segments
            for value in segment.values.named(name)
            if value.field not in self._naming_items or is_person(value.text)
        ]
        if not found and len(name) == 1:
            return self._of_last_name(name[0])
        return list(dict.fromkeys(found))

    def begins_longer(self, token: str) -> bool:
        """Whether a value can be named by several tokens of which this is the first."""
        return any(token in segment.values.beginnings for segment in self.segments)

    def _of_last_name(self, name: str) -> list[Value]:
        """People of this last name, where most texts that have the word have it as their name."""
        people = [value for one in self.segments for value in one.values.of_last_name(name)]
        if not people:
            return []
        people = list(dict.fromkeys(people))
        n_items = sum(np.count_nonzero(self.mask(value)) for value in people)
        return people if n_items >= NAMES_SHARE * self.share(name) * self.n_items else []

    def mask(self, value: Value) -> BoolArray:
        """(N,) which items have the value."""
        has = np.zeros(self.n_items, bool)
        for segment, stale in zip(self.segments, self._stale, strict=True):
            items = segment.values.items(value)
            has[items[: np.searchsorted(items, self.n_items)]] = True
            has[stale] = False
        return has

    def scores(self, words: Sequence[str]) -> FloatArray:
        """(N,) BM25 of these tokens."""
        return self._of_texts(lambda texts: texts.scores(words, self.n_items), np.float32)

    def matches(self, words: Sequence[str]) -> IntArray:
        """(N,) how many of these tokens each text has, in any form."""
        return self._of_texts(lambda texts: texts.matches(words, self.n_items), np.int64)

    def coverage(self, words: Sequence[str]) -> FloatArray:
        """(N,) share of these tokens, each of which some text has, that each text has in any form; rare
        ones count more, by -log of their share of the texts."""
        rarity = {word: -np.log(self.share(word)) for word in words}
        total = self._of_texts(lambda texts: texts.weight(rarity, self.n_items), np.float32)
        return np.asarray(total / max(sum(rarity.values()), 1e-9), np.float32)

    def _of_texts(
        self, found: Callable[[Words], NDArray[Any]], dtype: type[np.generic]
    ) -> NDArray[Any]:
        """(N,) what is found of the texts of each segment, of stale ones nothing."""
        total = np.zeros(self.n_items, dtype)
        for segment, stale in zip(self.segments, self._stale, strict=True):
            here = found(segment.words)
            here[stale] = 0
            total += here
        return total

    def share(self, word: str) -> float:
        """Share of the texts that have this token, in any form."""
        return sum(segment.words.count(word) for segment in self.segments) / max(self.n_items, 1)

    def number_fields(self) -> Mapping[str, int]:
        """How many items have each number, by field."""
        counts: dict[str, int] = defaultdict(int)
        for segment in self.segments:
            for field, column in segment.numbers.columns.items():
                counts[field] += len(column.items)
        return counts

    def numbers(self, field: str) -> NDArray[np.float64]:
        """(N,) the numbers of a field; NaN for none."""
        numbers = np.full(self.n_items, np.nan)
        for segment, stale in zip(self.segments, self._stale, strict=True):
            column = segment.numbers.columns.get(field)
            if column is not None:
                n_there = np.searchsorted(column.items, self.n_items)
                numbers[column.items[:n_there]] = column.numbers[:n_there]
            numbers[stale] = np.nan
        return numbers

    def titled(self, title: str) -> list[int]:
        """The items of this title, with or without the year at its end."""
        found = []
        for segment, stale in zip(self.segments, self._stale, strict=True):
            indices = segment.titles.get(tokens(title), ())
            found += [index for index in indices if index < self.n_items and index not in stale]
        return found

    @cached_property
    def domains(self) -> frozenset[str]:
        """Of all items."""
        return frozenset(
            value.text
            for segment in self.segments
            for value in segment.values.postings
            if value.field == "domain"
        )

    @cached_property
    def words_of_domains(self) -> frozenset[str]:
        """The tokens of their names."""
        return frozenset(token for name in self.domains for token in tokens(name))


def _texts(rows: Sequence[tuple[int, Item]], said: Sequence[Aspects]) -> Iterator[tuple[int, str]]:
    for (index, item), aspects in zip(rows, chain(said, repeat(NOTHING)), strict=False):
        words = [item.text(), *(value for values in aspects.values() for value in values)]
        yield index, " ".join(words)


def _names_of_title(title: str) -> set[Name]:
    """Its tokens; without a year at the end; and with a trailing article in front.

    >>> sorted(_names_of_title("Matrix, The (1999)"))
    [('matrix', 'the'), ('matrix', 'the', '1999'), ('the', 'matrix')]
    """
    whole = tokens(title)
    names = {whole}
    if len(whole) > 1 and len(whole[-1]) == 4 and whole[-1].isdecimal():
        names.add(whole[:-1])
    head, comma, article = title.split(" (")[0].rpartition(",")
    if comma and len(tokens(article)) == 1 and len(article.strip()) <= 3:
        names.add(tokens(f"{article} {head}"))
    names.discard(())
    return names
