"""Items that an English text names: words of likeness before a place or a title.

Owns those words. Places and titles are read elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from service.wishes.clause import Reference
from service.wishes.languages.en.places import places_at
from service.wishes.languages.en.titles import begins_name, title_end
from service.wishes.languages.phrases import Phrases, phrases_of, words_of
from service.wishes.languages.text import Kind, Source

_LIKENESS: Phrases[bool] = phrases_of(
    {
        True: """like, more like, much like, just like, kind of like, something like, similar to,
            more similar to, comparable to, as in, in the style of, in the vein of, closer to,
            along the lines of, something along the lines of, reminiscent of, than""",
        False: """not like, not more like, nothing like, unlike, less like, not similar to,
            nothing similar to""",
    }
)
"""Before a place or a title, and whether what is like it is wanted."""
_TO_PLACES: Phrases[bool] = phrases_of(
    {
        True: "more of, i like, i liked, i love, i loved, i really liked, i enjoyed",
        False: """no, not, without, except, except for, skip, remove, drop, hide, exclude, dislike,
            i dislike, dont like, i dont like, didnt like, i didnt like, hate, i hate, hated, i hated,
            dont show me, dont want, i dont want, neither, nor, anything but, other than,
            instead of""",
    }
)
"""The same before a place only: what else follows them are words."""
_SUBJECTS = words_of(
    """i we you they who would id wed dont doesnt didnt not do people kids feel feels look looks
    sound sounds"""
)
"""After them "like" is a verb: "I like comedies"."""
_ALSO = words_of("or nor ,")


def references_at(
    source: Source, at: int, ends: Callable[[int], bool]
) -> tuple[Sequence[Reference], int] | None:
    """The references that begin at a token, and the token after them. `ends` tells where another
    part of the text begins, so that no title goes on there."""
    return _by_place(source, at) or _by_title(source, at, ends)


def _by_place(source: Source, at: int) -> tuple[Sequence[Reference], int] | None:
    """Such as "more like 3", "not 2 and 4", "number 3", and "3" where that is all."""
    tables = [_LIKENESS.at(source, at), _TO_PLACES.at(source, at)]
    if source.key(at) == "no" and source.key(at + 1) == ".":
        tables = []  # "no. 3"
    for like, start in filter(None, tables):
        if references := _places(source, at, start, like, named=False):
            return references
    is_all = at == 0 and source.kind(1) in (None, Kind.MARK) and len(source.tokens) <= 2
    if is_all and source.key(at) == "one":  # in any other place it is no number
        return [Reference(source.excerpt(at, at + 1), True, place=1)], at + 1
    return _places(source, at, at, True, named=not is_all)


def _places(
    source: Source, at: int, start: int, like: bool, *, named: bool
) -> tuple[Sequence[Reference], int] | None:
    places, end = places_at(source, start, named=named)
    references = [
        Reference(source.excerpt(at if first == start else first, last), like, place=place)
        for place, first, last in places
    ]
    return (references, end) if references else None


def _by_title(
    source: Source, at: int, ends: Callable[[int], bool]
) -> tuple[Sequence[Reference], int] | None:
    """Such as "like Alien or Predator", "similar to 'Heat'", "like star wars"."""
    found = _LIKENESS.at(source, at)
    if found is None or (source.key(at) == "like" and source.key(at - 1) in _SUBJECTS):
        return None
    like, start = found
    if source.key(at) == "than" and not begins_name(source, start):
        return None
    references: list[Reference] = []
    first = end = at
    while (last := title_end(source, start, ends, in_list=bool(references))) > start:
        title = source.excerpt(start, last).strip("\"'《》‘’“”«»").strip()
        if not any(letter.isalnum() for letter in title):
            break
        references.append(Reference(source.excerpt(first, last), like, title=title))
        end = last
        start = end + 1 + (source.key(end) == "," and source.key(end + 1) == "and")
        in_list = len(references) > 1 and source.key(end) == "and"
        if not (source.key(end) in _ALSO or in_list) or not begins_name(source, start):
            break
        first = start
    return (references, end) if references else None
