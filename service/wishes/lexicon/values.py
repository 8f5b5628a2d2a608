"""The values of a catalogue's fields, and the words by which each can be named.

A value is one category, one value of an attribute (where a text attribute is an enumeration, such as
"claw crane, cowboy", one of its parts) or a domain. An attribute that says yes or no is named by what
it is called: where `is_vegan` is true. Knows no wishes and no scores.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat

import numpy as np

from indexer.catalog.item import Item
from service.ranker.data.arrays import IntArray
from service.wishes.lexicon.tokens import tokens

Aspects = Mapping[str, Sequence[str]]
"""Aspect -> values."""
NOTHING: Aspects = {}
ASPECTS = "aspects."
ATTRIBUTES = "attributes."
MAX_TOKENS = 6
"""Longest name, in tokens: longer values are descriptions."""
_ENUMERATION = re.compile(r"\s*[,;|]\s*")
_ALTERNATIVES = re.compile(r"\s*[/&+]\s*")
_AND = re.compile(r"[\s_]+and[\s_]+", re.IGNORECASE)
_PERSON = re.compile(r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){1,2}")
_YES, _NO = frozenset({"true", "yes"}), frozenset({"false", "no"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_AUXILIARY = frozenset({"is", "has", "are", "can"})
"""In front of the name of an attribute that says yes or no."""
_FEW_WORDS = 4
"""Parts of an enumeration have at most so many tokens on average; else it is a sentence."""


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """One value of one field."""

    field: str
    """As in a filter: `categories`, `domain`, `attributes.<name>`; or `aspects.<name>` for what a
    language model says, which no filter can say."""
    text: str
    """As the catalogue has it."""
    is_part: bool = False
    """Whether the field's whole value is an enumeration that has it, so that no filter can say it."""

    @property
    def name(self) -> str:
        """What it is called: itself; of a yes what its attribute is called, and of a no nothing."""
        if (
            not self.field.startswith(ATTRIBUTES)
            or (said := self.text.casefold()) not in _YES | _NO
        ):
            return self.text
        return _of_attribute(self.field.removeprefix(ATTRIBUTES)) if said in _YES else ""


class Values:
    """Immutable."""

    def __init__(
        self,
        postings: Mapping[Value, IntArray],
        by_name: Mapping[tuple[str, ...], Sequence[Value]],
        by_last: Mapping[str, Sequence[Value]],
    ) -> None:
        """Item indices, ascending, by value; and the values that can be named so, or by the last name
        of a person."""
        self.postings, self.by_name, self.by_last = postings, by_name, by_last

    @classmethod
    def of(cls, items: Iterable[tuple[int, Item]], said: Iterable[Aspects] = ()) -> Values:
        """Of every item and its index; `said`: what a language model says of each, in their order."""
        found: dict[Value, list[int]] = defaultdict(list)
        for (index, item), aspects in zip(items, chain(said, repeat(NOTHING)), strict=False):
            for value in (*values_of(item), *_values_of_aspects(aspects)):
                found[value].append(index)
        by_name: dict[tuple[str, ...], list[Value]] = defaultdict(list)
        by_last: dict[str, list[Value]] = defaultdict(list)
        for value in found:
            text = _AND.sub("/", value.name) if value.field == "domain" else value.name
            for name in names_of(text):
                by_name[name].append(value)
            if is_person(value.text):
                by_last[tokens(value.text)[-1]].append(value)
        postings = {value: np.unique(indices) for value, indices in found.items()}
        return cls(postings, by_name, by_last)

    @cached_property
    def sizes(self) -> Mapping[str, tuple[int, int]]:
        """By field: its values, and the items of all of them together."""
        found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for value, items in self.postings.items():
            n_values, n_items = found[value.field]
            found[value.field] = n_values + 1, n_items + len(items)
        return found

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first token of each name that has several."""
        return frozenset(name[0] for name in self.by_name if len(name) > 1)

    def named(self, name: Sequence[str]) -> Sequence[Value]:
        """The values that these tokens name, all of them."""
        return self.by_name.get(tuple(name), ())

    def of_last_name(self, name: str) -> Sequence[Value]:
        """The values that look like the name of a person with this last name."""
        return self.by_last.get(name, ())

    def items(self, value: Value) -> IntArray:
        """The items that have the value, ascending."""
        return self.postings.get(value, _NONE)


_NONE: IntArray = np.zeros(0, np.int64)


def _of_attribute(name: str) -> str:
    """The words of an attribute's name.

    >>> _of_attribute("isGlutenFree"), _of_attribute("landlocked"), _of_attribute("has_wifi")
    ('gluten free', 'landlocked', 'wifi')
    """
    words = _CAMEL.sub(" ", name).casefold().split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _AUXILIARY else words)


def is_person(text: str) -> bool:
    """Whether it looks like the name of a person: two or three words with capitals."""
    return _PERSON.fullmatch(text) is not None


def values_of(item: Item) -> Iterator[Value]:
    """Each value that an item has."""
    yield Value("domain", item.domain)
    for category in item.categories:
        yield Value("categories", category)
    for name, attribute in item.attributes.items():
        field = f"{ATTRIBUTES}{name}"
        if isinstance(attribute, bool):
            yield Value(field, "true" if attribute else "false")
        elif isinstance(attribute, tuple):
            for one in attribute:
                yield Value(field, one)
        elif isinstance(attribute, str):
            parts = [part for part in _ENUMERATION.split(attribute) if part]
            if len(parts) > 1 and len(tokens(attribute)) <= _FEW_WORDS * len(parts):
                for part in parts:
                    yield Value(field, part, is_part=True)
            else:
                yield Value(field, attribute)


def _values_of_aspects(aspects: Aspects) -> Iterator[Value]:
    for name, values in aspects.items():
        for value in values:
            yield Value(f"{ASPECTS}{name}", value, is_part=True)


def names_of(text: str) -> set[tuple[str, ...]]:
    """What a value may be called, as tokens: its whole, and each of the alternatives that it lists.

    >>> sorted(names_of("Leggings/Tights"))
    [('leggings',), ('leggings', 'tights'), ('tights',)]
    """
    whole = tokens(text)
    names = {whole} if 0 < len(whole) <= MAX_TOKENS else set()
    parts = _ALTERNATIVES.split(text)
    if len(parts) > 1:
        names |= {name for part in parts if 0 < len(name := tokens(part)) <= MAX_TOKENS}
    return names
