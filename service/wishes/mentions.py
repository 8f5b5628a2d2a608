"""Mentions: where the words of a wish name values of the catalogue.

Longest names first, from left to right. Knows no stance and no scores.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from service.wishes.lexicon.lexicon import Lexicon
from service.wishes.lexicon.tokens import is_ideograph, tokens
from service.wishes.lexicon.values import MAX_TOKENS, Value

Forms = Callable[[str], Sequence[str]]
"""Other forms of a word, as a grammar has them."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens start to stop of some words, and every value that they name."""

    start: int
    stop: int
    values: Sequence[Value]


def mentions_in(
    words: Sequence[str], lexicon: Lexicon, forms: Forms, function: Collection[str] = ()
) -> list[Mention]:
    """What these tokens name, without overlaps, from left to right. A `function` word among others
    names nothing."""
    found = []
    start = 0
    while start < len(words):
        mention = _longest_at(words, start, lexicon, forms, function)
        if mention is None:
            start += 1
        else:
            found.append(mention)
            start = mention.stop
    return found


def _longest_at(
    words: Sequence[str], start: int, lexicon: Lexicon, forms: Forms, function: Collection[str]
) -> Mention | None:
    longest = MAX_TOKENS if _begins_longer(words[start], lexicon, forms) else 1
    for stop in range(min(len(words), start + longest), start, -1):
        name = tuple(words[start:stop])
        if len(name) < len(words) and _is_by_chance(name, function):
            continue
        for candidate in _as_a_catalogue_may_have(name, forms):
            if values := lexicon.named(candidate):
                return Mention(start, stop, values)
    return None


def _begins_longer(word: str, lexicon: Lexicon, forms: Forms) -> bool:
    """Whether a name of several tokens begins with this one, or with the likeliest of its forms."""
    form = next(iter(forms(word)), word)
    return any(map(lexicon.begins_longer, (word, *tokens(form)[:1])))


def _is_by_chance(name: Sequence[str], function: Collection[str]) -> bool:
    """Names that are found among other words by chance: a letter, one ideograph of many, "in"."""
    word = name[0]
    return len(name) == 1 and (len(word) < 2 or is_ideograph(word) or word in function)


def _as_a_catalogue_may_have(name: tuple[str, ...], forms: Forms) -> Iterator[tuple[str, ...]]:
    """The name as it is, then with other forms of its last word, then of each word."""
    yield name
    for form in forms(name[-1]):
        yield (*name[:-1], *tokens(form))
    if len(name) == 1:
        return
    first = [next(iter(forms(word)), word) for word in name]
    for place, form in enumerate(first[:-1]):
        yield (*name[:place], *tokens(form), *name[place + 1 :])
    yield tuple(token for form in first for token in tokens(form))
