"""Topics: which of a catalogue's values set the items apart that words are near to.

Words such as "spaceships, aliens and robots" name no value, yet the items whose texts are nearest to
them share one. What is common among those items is not enough: values come together, and each would
be credited with what another one explains. So nearness is regressed on all values at once, and a
value counts by how certain its own part is (its t statistic). What is nearer than the mean counts, by
the square of how much, up to a bound: a cut among the nearest would lose the values that few items
have, and without a bound one item with a rare word would decide. Pseudo-relevance feedback (Lavrenko
and Croft, Relevance-Based Language Models, SIGIR 2001) over values in the place of words.

The items are one witness; what the values are called is another. "Gym" is near to the word "Sport", though
the items that are nearest to it are belts. Where one name is far nearer to the words than names are, it
is a topic, and the less the name of another value is near, the less its items count.

Immutable; knows no encoder and no wish.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.wishes.lexicon.lexicon import Segment
from service.wishes.lexicon.values import Value

COMPLETE = 0.8
"""Share of the items that have a field, from which on not having a value says something; and share
of what is said there by values of LEAST_ITEMS at least: in a field of many rare values, such as
keywords, not every item has all that would fit it."""
LEAST_ITEMS, LARGEST_SHARE = 10, 0.9
"""A value that fewer items have says little, and one that nearly all have says nothing."""
MOST_VALUES = 500
FEWEST = 100
"""Among fewer items there are no topics."""
NEAR = 4.0
"""Deviations above the mean from which on all items are as near."""
RIDGE = 5.0
LEAST_SHARE = 0.05
"""So much of all nearness must be that of items with the value: a few that share a name are no
topic."""
LEAST_T = 4.0
"""Below this a value explains nothing that chance would not."""
LEAST_PART, SURE_PART = 0.04, 0.12
"""Partial correlation of a value with nearness: up to the first it is no more than what words about
nothing in the catalogue have; from the second on it is surely what they are about."""
LEAST_WEIGHT = 0.01
LEAST_Z, SURE_Z = 2.0, 4.0
"""Deviations by which the name that is nearest to words is nearer than names are: up to the first it says
nothing, from the second on it is surely what they are about."""
NAME_SHARPNESS = 6.0
"""A name counts by its nearness over the largest, to this power."""
SHARPNESS = 3.0
"""A value counts by its t over the largest, to this power: the values that say the same as the best
one, a little worse, would drown it else."""


@dataclass(frozen=True, eq=False)
class Topics:
    """V values of the complete fields of n items."""

    values: Sequence[Value]
    items: IntArray
    """(n,) indices."""
    has: sparse.csr_matrix
    """(n, V + 1), the last column constant."""
    inverse: FloatArray
    """(V + 1, V + 1) of the values' Gram matrix with a constant column, plus the ridge."""
    names: FloatArray
    """(V, dim) the values' own words in the text encoder's space."""

    @property
    def commonest(self) -> list[str]:
        """The values' names, those that most items have first."""
        return [value.name for value in self.values]

    @cached_property
    def variances(self) -> FloatArray:
        """(V + 1,) of each effect, over that of the residual: the diagonal of A^-1 X'X A^-1 with
        A = X'X + ridge (Hoerl and Kennard, Ridge Regression, Technometrics 1970)."""
        ridge = np.append(np.full(len(self.values), RIDGE), 0.0)
        return np.asarray(np.diag(self.inverse) - self.inverse**2 @ ridge)

    @cached_property
    def _items_of(self) -> sparse.csr_matrix:
        """(V + 1, n) `has`, by value."""
        return self.has.T.tocsr()

    @cached_property
    def _is_word(self) -> BoolArray:
        """(V,) which values are called by words: a number is near to nothing that is said."""
        return np.array([any(map(str.isalpha, value.name)) for value in self.values], dtype=bool)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Fields that nearly every item has."""
        return frozenset(value.field for value in self.values)

    @classmethod
    def of(cls, segment: Segment, encode: Callable[[Sequence[str]], FloatArray]) -> Topics:
        """Of the items of a segment; `encode` gives (n, dim) unit rows of texts."""
        values = _complete_values(segment)
        items = np.sort(segment.items)
        n = len(items)
        place = {value: column for column, value in enumerate(values)}
        rows = [np.searchsorted(items, segment.values.items(value)) for value in values]
        cols = [np.full(len(some), place[value]) for some, value in zip(rows, values, strict=True)]
        rows.append(np.arange(n))
        cols.append(np.full(n, len(values)))
        entries = (np.concatenate(rows), np.concatenate(cols))
        has = sparse.csr_matrix((np.ones(len(entries[0])), entries), (n, len(values) + 1))
        gram = np.asarray((has.T @ has).toarray())
        gram[np.arange(len(values)), np.arange(len(values))] += RIDGE
        names = encode([value.name for value in values]) if values else np.zeros((0, 1), np.float32)
        return cls(values, items, has, np.linalg.inv(gram) if n else gram, names)

    def weights(self, nearness: FloatArray, words: FloatArray | None = None) -> dict[Value, float]:
        """The values that words are about, 0..1 by how sure that is, from `nearness` (N,) of every item of
        the catalogue to them, in deviations of about 1 from a mean of 0, and from their own vector
        `words` (dim,) in the space of `names`; without it, from the items alone."""
        if not len(self.values) or len(self.items) < FEWEST:
            return {}
        weights = self._by_items(nearness)
        if words is not None:
            weights = self._with_names(weights, words)
        chosen = np.flatnonzero(weights > LEAST_WEIGHT).tolist()
        return {self.values[place]: float(weights[place]) for place in chosen}

    def _by_items(self, nearness: FloatArray) -> FloatArray:
        """(V,) the values that set the nearer items apart."""
        n = len(self.items)
        near = np.clip(nearness[self.items], 0, NEAR).astype(np.float64) ** 2
        counts = np.asarray(self._items_of @ near)  # (V + 1,) = X'y
        effect = self.inverse @ counts
        residual = near @ near - effect @ counts - RIDGE * effect[:-1] @ effect[:-1]
        error = np.sqrt(self.variances * max(float(residual), 1e-9) / n)
        t = (effect / np.maximum(error, 1e-12))[:-1]
        largest = t.max()
        part = largest / np.sqrt(largest**2 + n)
        if largest < LEAST_T or part <= LEAST_PART:
            return np.zeros(len(self.values), np.float32)
        sure = min((part - LEAST_PART) / (SURE_PART - LEAST_PART), 1.0)
        is_topic = self._is_word & (t >= LEAST_T) & (counts[:-1] >= LEAST_SHARE * counts[-1])
        return np.asarray(sure * np.where(is_topic, (t / largest) ** SHARPNESS, 0), np.float32)

    def _with_names(self, by_items: FloatArray, words: FloatArray) -> FloatArray:
        """(V,) the same, where their names are asked too."""
        cosines = (self.names @ words)[self._is_word]
        deviation = float(cosines.std()) if len(cosines) else 0.0
        if deviation < 1e-6:
            return by_items
        z = np.zeros(len(self.values), np.float32)
        z[self._is_word] = np.maximum((cosines - cosines.mean()) / deviation, 0)
        sure = np.clip((z.max() - LEAST_Z) / (SURE_Z - LEAST_Z), 0, 1)
        near = z / z.max()
        both = by_items * (1 - sure + sure * near**2) + sure * near**NAME_SHARPNESS
        return np.asarray(both / max(float(both.max()), 1.0), np.float32)


def _is_complete(postings: Sequence[IntArray], n_items: int) -> bool:
    sizes = np.array([len(items) for items in postings])
    if sizes[sizes >= LEAST_ITEMS].sum() < COMPLETE * sizes.sum():
        return False
    return len(np.unique(np.concatenate(postings))) >= COMPLETE * n_items


def _complete_values(segment: Segment) -> list[Value]:
    """The values of fields that nearly every item has, commonest first."""
    n = len(segment.items)
    in_field: dict[str, list[IntArray]] = {}
    for value, items in segment.values.postings.items():
        in_field.setdefault(value.field, []).append(items)
    complete = {
        field
        for field, postings in in_field.items()
        if field != "domain" and _is_complete(postings, n)
    }
    kept = [
        (len(items), value)
        for value, items in segment.values.postings.items()
        if value.field in complete and value.name and LEAST_ITEMS <= len(items) <= LARGEST_SHARE * n
    ]
    return [value for _, value in sorted(kept, key=lambda one: (-one[0], one[1]))[:MOST_VALUES]]
