"""English numbers in digits and in words, and decades. Knows no units."""

from __future__ import annotations

from service.wishes.languages.amounts import first_year_of, number_of
from service.wishes.languages.text import Kind, Source

_SMALL = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_POWERS = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000}
_DECADES = {word[:-1] + "ies": number for word, number in _TENS.items()}
_CENTURIES = {"nineteen": 1900, "twenty": 2000}
_PARTS = {"early": (0, 3), "mid": (4, 6), "late": (6, 9)}
"""First and last year of a part of a decade."""
_MAX_WORDS = 8

Number = tuple[float, int]
"""A number, and the token after it."""


def number_at(source: Source, at: int) -> Number | None:
    """The number that begins at a token."""
    if source.kind(at) is Kind.NUMBER:
        number = number_of(source.key(at))
        if number is None:
            return None
        if source.joined(at + 1) and source.key(at + 1) == "k":
            return number * 1000, at + 2
        power = _POWERS.get(source.key(at + 1))
        return (number * power, at + 2) if power else (number, at + 1)
    return _spelled(source, at)


def _spelled(source: Source, at: int) -> Number | None:
    """In words: "two hundred and fifty", "twenty-five", "nineteen eighty-four"."""
    start = at
    if source.key(at) == "a" and source.key(at + 1) in _POWERS:
        at += 1
    total = group = 0
    end = start
    while at - start < _MAX_WORDS and source.kind(at) is Kind.WORD:
        if source.key(at) == "and" and group >= 100 and _value(source.key(at + 1)):
            at += 1
        key = source.key(at)
        value = _value(key)
        if key in _POWERS:
            group = max(group, 1) * _POWERS[key]
            if group >= 1000:
                total, group = total + group, 0
        elif value is None or not _may_follow(group, value):
            break
        elif group in (19, 20) and value >= 10:  # years are said in two halves
            group = 100 * group + value
        else:
            group += value
        at += 1
        end = at
    return (float(total + group), end) if end > start else None


def _value(key: str) -> int | None:
    """Of one word below a hundred: "six", "twenty", "twenty-five"."""
    tens, dash, ones = key.partition("-")
    if dash:
        return (
            _TENS[tens] + _SMALL[ones] if tens in _TENS and 0 < _SMALL.get(ones, 0) < 10 else None
        )
    return _SMALL.get(key, _TENS.get(key))


def _may_follow(group: int, value: int) -> bool:
    """Whether a word goes on with the number before: "twenty" "five", "hundred" "ten", and not
    "two" "three"."""
    if group in (19, 20) and value >= 10:
        return True
    return group == 0 or group % 100 == 0 or (group % 100 >= 20 and not group % 10 and value < 10)


def decade_at(source: Source, at: int) -> tuple[tuple[int, int], int] | None:
    """First and last year of the decade, or part of one, that begins at a token, and the token
    after it: "70s", "early nineties", "mid-90s", "nineteen-eighties"."""
    part, dash, rest = source.key(at).partition("-")
    first: int | None
    if part in _PARTS and dash:
        first, end = _decade(rest), at + 1
    elif part in _PARTS:
        first, end = _first_year(source, at + 1 + (source.key(at + 1) == "-"))
    else:
        first, end = _first_year(source, at)
    if first is None:
        return None
    since, until = _PARTS.get(part, (0, 9))
    start = first_year_of(first)
    return (start + since, start + until), end


def _first_year(source: Source, at: int) -> tuple[int | None, int]:
    """First year of the decade at a token, which may take two words, and the token after it."""
    century = _CENTURIES.get(source.key(at))
    tens = _DECADES.get(source.key(at + 1))
    if century is not None and tens is not None:
        return century + tens, at + 2
    return _decade(source.key(at)), at + 1


def _decade(key: str) -> int | None:
    """First year by one word, with two digits where it has two: "70s", "1970s", "seventies"."""
    digits = key.removesuffix("s")
    if digits != key and digits.isdecimal() and len(digits) in (2, 4) and digits.endswith("0"):
        return int(digits)
    century, dash, tens = key.partition("-")
    if dash and century in _CENTURIES and tens in _DECADES:
        return _CENTURIES[century] + _DECADES[tens]
    return _DECADES.get(key)
