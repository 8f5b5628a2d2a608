"""DescribedTaste: what somebody's words ask for, what they name, and what they rule out.

An encoder takes "no animation" for animation. So the parts that rule something out are taken off
before closeness is measured, and nothing is called close to words that name a value of the catalogue
("a red dress") which it has not, or rule out what it has. Knows no scores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from indexer.catalog.item import Item
from service.explainer.attribution.columns import is_measure
from service.explainer.attribution.shared import elements, value_key
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language
from service.explainer.text import is_cjk

MAX_NAME_WORDS = 3
"""Of a value that words may name."""
MIN_WORD = 3
"""Letters of a word that may name or rule out anything."""
ENDING = 3
"""Letters at the end of a word that may be otherwise in an item: animation, animated."""
_PLURAL = re.compile(r"(?<=ss|sh|ch)es$|(?<=x)es$|(?<=\w\w[^\Ws])s$")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class DescribedTaste:
    """Words, taken apart."""

    asked: str
    """Without what rules out; empty where nothing else is said."""
    ruled_out: Sequence[str]

    @classmethod
    def of(cls, words: str) -> Self:
        """In any of the languages that there are.

        >>> DescribedTaste.of("a space film, nothing gory"), DescribedTaste.of("no animation").asked
        (DescribedTaste(asked='a space film', ruled_out=('gory',)), '')
        """
        ruled_out: list[str] = []

        def taken(match: re.Match[str]) -> str:
            ruled_out.append(match["what"].strip())
            return " "

        asked = _rules_out().sub(taken, words)
        return cls(" ".join(asked.split()).strip(" ,;.，；。、"), tuple(filter(None, ruled_out)))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values of a catalogue that words may name."""

    attributes: Mapping[str, frozenset[str]]
    """Value -> names of the attributes that have it, empty for categories."""
    cjk: Sequence[str]
    """Those of them that are found without spaces around them."""

    @classmethod
    def of(cls, items: Iterable[Item]) -> Self:
        found: dict[str, set[str]] = {}
        for item in items:
            for name, value in _values(item):
                if len(value) > 1 and not is_measure(value):
                    found.setdefault(_singular(value), set()).add(name)
        attributes = {value: frozenset(names) for value, names in found.items()}
        return cls(attributes, [value for value in attributes if is_cjk(value[0])])

    def named(self, words: str) -> Mapping[str, Sequence[str]]:
        """The values that the words name, by attribute."""
        spoken = [_singular(word) for word in _WORD.findall(words.casefold())]
        phrases = [
            " ".join(spoken[start : start + n])
            for n in range(1, MAX_NAME_WORDS + 1)
            for start in range(len(spoken) - n + 1)
        ]
        found = [one for one in phrases if len(one) >= MIN_WORD and one in self.attributes]
        found += [value for value in self.cjk if value in words]
        by_attribute: dict[str, list[str]] = {}
        for value in found:
            for name in self.attributes[value]:
                by_attribute.setdefault(name, []).append(value)
        return by_attribute


def denied(items: Sequence[Item], described: DescribedTaste, vocabulary: Vocabulary) -> list[bool]:
    """Of each item whether it denies the described taste."""
    named = vocabulary.named(described.asked)
    return [denies(item, described, named) for item in items]


def denies(item: Item, described: DescribedTaste, named: Mapping[str, Sequence[str]]) -> bool:
    """Whether an item lacks what the words name (of one attribute any value is enough), has what
    they rule out, or is written in another script than they are."""
    text = " ".join(_texts(item)).casefold()
    if any(is_cjk(c) for c in described.asked) and not any(is_cjk(c) for c in text):
        return True
    words = [_singular(word) for word in _WORD.findall(text)]
    spoken = f" {' '.join(words)} "
    for values in named.values():
        if not any(
            f" {value} " in spoken or (is_cjk(value[0]) and value in text) for value in values
        ):
            return True
    return any(_has(text, words, what.casefold()) for what in described.ruled_out)


def _has(text: str, words: Sequence[str], what: str) -> bool:
    """Whether a text has any word of what is ruled out, by its beginning."""
    if any(is_cjk(character) for character in what):
        return what in text
    for word in _WORD.findall(what):
        if len(word) >= MIN_WORD:
            stem = word[: max(MIN_WORD, len(word) - ENDING)]
            if any(one.startswith(stem) for one in words):
                return True
    return False


def _values(item: Item) -> Iterable[tuple[str, str]]:
    for category in item.categories:
        yield "", value_key(category)
    for name, value in item.attributes.items():
        for element in elements(value):
            yield name, value_key(element)


def _texts(item: Item) -> Iterable[str]:
    yield from (item.title, item.description, item.domain, *item.categories)
    for value in item.attributes.values():
        yield ", ".join(value) if isinstance(value, tuple) else str(value)


def _singular(value: str) -> str:
    """Each word without an s, or the es of dresses, at its end, which is enough to compare by.

    >>> _singular("red dresses"), _singular("dress"), _singular("films")
    ('red dress', 'dress', 'film')
    """
    return " ".join(_PLURAL.sub("", word) for word in value.split())


@cache
def _rules_out() -> re.Pattern[str]:
    """What rules out in any language, and what follows it up to the end of the clause."""
    said = "|".join(load_language(code).lexicon.rules_out for code in language_codes())
    return re.compile(rf"(?:{said})(?P<what>.*?)(?=$|[,;.，；。、]|\bbut\b|但)", re.IGNORECASE)
