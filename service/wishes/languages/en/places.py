"""Items that an English text names by their place in the list before: "3", "the second one".

The length of that list is not known here: the last is place -1, the one before it -2.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.wishes.languages.en.numbers import number_at
from service.wishes.languages.en.words import ASKED_FOR, FUNCTION
from service.wishes.languages.phrases import words_of
from service.wishes.languages.text import Kind, Source

MAX_PLACE = 100
_NUMBERED = words_of("number numbers no nr nos item items option options result results # №")
_ORDINALS = {
    word: place
    for place, word in enumerate(
        (
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ),
        start=1,
    )
}
_ENDINGS = words_of("st nd rd th")
_BETWEEN = words_of("and or nor & ,")
"""Not "not": "more like 2, not 3" turns."""


def places_at(
    source: Source, at: int, *, named: bool
) -> tuple[Sequence[tuple[int, int, int]], int]:
    """(place, first token, token after) of each place of a list, and the token after the list.

    `named`: the first is to have a word or a sign that says that it is a place.
    """
    found: list[tuple[int, int, int]] = []
    end = at
    while place := _place_at(source, at, named=named and not found):
        places, end = place
        found.extend((one, at, end) for one in places)
        at = end
        while source.key(at) in _BETWEEN and at - end < 2:
            at += 1
    return found, end


def _place_at(source: Source, at: int, *, named: bool) -> tuple[Sequence[int], int] | None:
    if found := _ordinal_at(source, at):
        return found
    start = at + (source.key(at) == "the")
    is_named = source.key(start) in _NUMBERED
    if is_named:
        start += 1
        start += source.key(start) == "."
    number = number_at(source, start) if is_named or not named else None
    if number is None or (source.key(start) == "one" and not is_named):
        return None
    place, end = number
    is_place = place.is_integer() and 1 <= place <= MAX_PLACE and _ends_place(source, end)
    return ([int(place)], end) if is_place else None


def _ordinal_at(source: Source, at: int) -> tuple[Sequence[int], int] | None:
    """Such as "the third one", "the 3rd", "the last two", "the second to last"."""
    if source.key(at) != "the":
        return None
    place, end = _ordinal(source, at + 1)
    if source.key(end) == "to" and source.key(end + 1) == "last" and place > 1:
        place, end = -place, end + 2
    several = number_at(source, end) if place in (1, -1) and source.key(end) != "one" else None
    if several and several[0] <= MAX_PLACE:
        places, end = [place * (1 + after) for after in range(int(several[0]))], several[1]
    else:
        places = [place] if place else []
    end += source.key(end) in ASKED_FOR
    return (places, end) if places and _ends_place(source, end) else None


def _ordinal(source: Source, at: int) -> tuple[int, int]:
    """Place of one ordinal number, 0 for none, and the token after it."""
    key = source.key(at)
    number = number_at(source, at) if source.kind(at) is Kind.NUMBER else None
    if number and source.joined(at + 1) and source.key(at + 1) in _ENDINGS:
        return (int(number[0]) if number[0] <= MAX_PLACE else 0), at + 2
    return (-1 if key == "last" else _ORDINALS.get(key, 0)), at + 1


def _ends_place(source: Source, end: int) -> bool:
    """Whether nothing is counted: not "12 monkeys", "2 hours", "the third man"."""
    is_function = source.key(end) in FUNCTION and not source.joined(end)
    return source.kind(end) in (None, Kind.MARK) or is_function
