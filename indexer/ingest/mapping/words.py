"""What columns are called in several languages, and how well a name says what a field is.

The words are in words.toml beside this. Knows no values.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Tokens = tuple[str, ...]

NAME, KIN, WITHIN = 1.0, 0.6, 0.75
"""How much it says: a name, a wider name, and a word that ends with a name."""
PER_WORD = 0.2
"""Taken off for each further word of a column's name that is not neutral."""
PER_NEUTRAL = 0.01
"""Taken off for each that is: the shorter name is the plainer one."""
MIN_ENDING = 4
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"(?<=\D)\d+$")


@dataclass(frozen=True, slots=True)
class FieldWords:
    """What one field is called."""

    names: frozenset[Tokens]
    kin: frozenset[Tokens]
    unlike: frozenset[str]
    """Words beside which a column is something else."""


def tokens(name: str) -> Tokens:
    """The words of a column's name.

    >>> tokens("Image Src 2"), tokens("productName"), tokens("Référence_produit")
    (('image', 'src'), ('product', 'name'), ('reference', 'produit'))
    """
    spaced = _NO_WORD.sub(" ", _CAMEL.sub(" ", name))
    plain = unicodedata.normalize("NFKD", spaced.casefold())
    if spaced.isascii() or any("a" <= char <= "z" for char in plain):
        plain = "".join(char for char in plain if not unicodedata.combining(char))
    else:
        plain = unicodedata.normalize("NFKC", spaced.casefold())  # marks are letters in others
    words = [_DIGITS.sub("", word) for word in plain.split()]
    return tuple(word for word in words if word and not word.isdigit())


@cache
def field_words() -> dict[str, dict[str, FieldWords]]:
    """By kind and field."""
    content = _content()
    return {
        kind: {name: _of(table) for name, table in fields.items()}
        for kind, fields in content.items()
        if isinstance(fields, dict)
    }


@cache
def neutral() -> frozenset[str]:
    """Words that may stand beside any name."""
    return frozenset(tokens(_content()["neutral"]))


@cache
def of_purchases() -> frozenset[str]:
    """Parts of words in the names of columns that only purchases have."""
    return frozenset(_content()["bought"].split())


@cache
def is_of_numbers(column: str) -> bool:
    """Whether a column's name says that its numbers are codes or counts."""
    return not _numbers().isdisjoint(tokens(column))


@cache
def _numbers() -> frozenset[str]:
    return frozenset(tokens(_content()["numbers"]))


@cache
def name_score(column: str, kind: str, field: str) -> float:
    """From 0 to 1, how well a column's name says that it is this field.

    >>> name_score("Product Name", "items", "title"), name_score("SEO Title", "items", "title")
    (1.0, 0.0)
    """
    words = field_words()[kind][field]
    parts = tokens(column.rpartition(".")[2])
    if not parts:
        return 0.0
    return max(_score(parts, words.names, NAME, words), _score(parts, words.kin, KIN, words))


def is_unlike(column: str, kind: str, field: str) -> bool:
    """Whether a column's name says that it is not this field."""
    unlike = field_words()[kind][field].unlike
    return any(part in unlike for part in tokens(column.rpartition(".")[2]))


def _score(parts: Tokens, phrases: frozenset[Tokens], weight: float, words: FieldWords) -> float:
    best = 0.0
    joined = "".join(parts)
    for phrase in phrases:
        place = _place(parts, phrase)
        if place is not None:
            beside = (*parts[:place], *parts[place + len(phrase) :])
            best = max(best, _beside(beside, words) * weight)
        elif "".join(phrase) == joined:
            best = max(best, weight)
        elif _ends(parts[-1], phrase) and not any(part in words.unlike for part in parts):
            best = max(best, WITHIN * weight)
    return best


def _beside(others: Sequence[str], words: FieldWords) -> float:
    if any(word in words.unlike for word in others):
        return 0.0
    return max(0.0, 1.0 - sum(PER_NEUTRAL if w in neutral() else PER_WORD for w in others))


def _place(parts: Tokens, phrase: Tokens) -> int | None:
    size = len(phrase)
    return next((p for p in range(len(parts) - size + 1) if parts[p : p + size] == phrase), None)


def _ends(word: str, phrase: Tokens) -> bool:
    """Whether one word is written as others put together, the name last: "Verkaufspreis"; of
    languages without spaces a name of two characters does."""
    name = "".join(phrase)
    least = MIN_ENDING if name.isascii() else 2
    return len(name) >= least and len(word) > len(name) and word.endswith(name)


def _of(table: dict[str, str]) -> FieldWords:
    return FieldWords(
        _phrases(table["names"]), _phrases(table["kin"]), frozenset(tokens(table["not"]))
    )


def _phrases(text: str) -> frozenset[Tokens]:
    return frozenset(found for part in text.split(";") if (found := tokens(part)))


def _content() -> dict[str, Any]:
    return tomllib.loads(files("indexer.ingest.mapping").joinpath("words.toml").read_text("utf-8"))
