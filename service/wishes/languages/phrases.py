"""Tables of phrases, and the longest one that stands at a place of a text.

Knows what a phrase stands for only as a value of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from service.wishes.languages.text import Kind, Source

Meaning = TypeVar("Meaning")


class Phrases(Generic[Meaning]):
    """Phrases by their first word. Words of a phrase are keys of tokens, parted by spaces."""

    def __init__(self, meanings: Mapping[str, Meaning]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Meaning]]] = {}
        longest_first = sorted(meanings.items(), key=lambda pair: -pair[0].count(" "))
        for phrase, meaning in longest_first:
            first, *rest = phrase.split()
            self._by_first.setdefault(first, []).append((tuple(rest), meaning))

    def at(self, source: Source, at: int) -> tuple[Meaning, int] | None:
        """What the longest phrase at a token stands for, and the token after it."""
        phrases = self._by_first.get(source.key(at))
        if phrases is None or source.kind(at) is Kind.QUOTED:
            return None
        for rest, meaning in phrases:
            end = at + 1 + len(rest)
            if source.keys[at + 1 : end] == rest:
                return meaning, end
        return None


def words_of(words: str) -> frozenset[str]:
    """A set of words, parted by spaces."""
    return frozenset(words.split())


def phrases_of(meanings: Mapping[Meaning, str]) -> Phrases[Meaning]:
    """A table written the other way round: what they stand for, and its phrases parted by commas."""
    return Phrases(
        {
            " ".join(phrase.split()): meaning
            for meaning, phrases in meanings.items()
            for phrase in phrases.split(",")
        }
    )
