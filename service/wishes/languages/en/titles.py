"""Where a title may begin and end in an English text. Knows no titles: the catalogue tells."""

from __future__ import annotations

from collections.abc import Callable, Collection

from service.wishes.languages.en.words import FUNCTION
from service.wishes.languages.phrases import words_of
from service.wishes.languages.text import Kind, Source

MAX_TITLE_WORDS = 12
_INSIDE = words_of("of the and a an in on for to at by from with & - / vs")
"""Small words between the capitals of one title."""
_NO_TITLE = words_of("a an this that these those it them some something anything")
"""A title that is written without capitals does not begin with these: "like a western"."""


def title_end(source: Source, start: int, ends: Callable[[int], bool], *, in_list: bool) -> int:
    """The token after the title that begins at a token; that token itself where none does. `ends`
    tells where another part of the text begins. In a list of titles "and" parts them."""
    if source.kind(start) is Kind.QUOTED:
        return start + 1
    name = start + (source.key(start) == "the")
    if begins_name(source, name):
        return _name_end(source, name, _INSIDE - {"and"} if in_list else _INSIDE)
    if source.key(start) in _NO_TITLE:
        return start
    return _free_end(source, start, ends)


def begins_name(source: Source, at: int) -> bool:
    """Whether quotes or a capital show that here a title begins."""
    if source.kind(at) is Kind.NUMBER:
        return source.is_capital(at + 1)
    return source.kind(at) is Kind.QUOTED or source.is_capital(at)


def _name_end(source: Source, start: int, inside: Collection[str]) -> int:
    """After words with a capital, and small ones between two of them."""
    end = start + 1
    for at in range(end, min(start + MAX_TITLE_WORDS, len(source.tokens))):
        goes_on = source.key(at) == ":" and source.is_capital(at + 1)
        if source.is_capital(at) or source.kind(at) is Kind.NUMBER:
            end = at + 1
        elif source.key(at) not in inside and not goes_on:
            break
    return end


def _free_end(source: Source, start: int, ends: Callable[[int], bool]) -> int:
    """Where another part begins, without function words before it."""
    end = start
    for at in range(start, min(start + MAX_TITLE_WORDS, len(source.tokens))):
        if source.kind(at) in (Kind.MARK, Kind.QUOTED) or (at > start and ends(at)):
            break
        end = at + 1
    while end > start and source.key(end - 1) in FUNCTION:
        end -= 1
    return end
