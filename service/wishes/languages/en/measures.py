"""What is measured in an English text: an amount with its unit, a year, a decade, a duration.

Owns units. Knows no bounds: "under" and "at least" are of `limits`.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.wishes.clause import Quantity
from service.wishes.languages.amounts import is_year
from service.wishes.languages.en.forms import is_plural
from service.wishes.languages.en.numbers import Number, decade_at, number_at
from service.wishes.languages.phrases import words_of
from service.wishes.languages.text import Kind, Source

_CURRENCY_SIGNS = {"$", "€", "£", "¥"}
_CURRENCIES = words_of(
    "$ € £ ¥ euro euros eur dollar dollars usd buck bucks pound pounds gbp quid yuan rmb cny yen"
    " jpy chf francs"
)
_MINUTES = {
    **dict.fromkeys(["min", "mins", "minute", "minutes"], 1),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], 60),
}
_RATED = {"page", "pages", "star", "stars"}
"""Units of a number that says how much even with no bound beside it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Low and high are the same of one number."""

    low: float
    high: float
    quantity: Quantity
    end: int
    """The token after it."""
    noun: str = ""

    @property
    def may_be_year(self) -> bool:
        """A year, a decade, or a number without a unit that looks like a year."""
        plain_year = self.quantity is Quantity.UNNAMED and is_year(self.low) and is_year(self.high)
        return self.quantity is Quantity.YEAR or plain_year

    def to(self, other: Measure) -> Measure:
        """From this one to another, which may have the unit of both."""
        named = other if other.quantity is not Quantity.UNNAMED else self
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Measure(low, high, named.quantity, other.end, named.noun)


def measure_at(source: Source, at: int) -> Measure | None:
    """What is measured at a token: with its unit, or a number alone."""
    if decade := _decade_at(source, at):
        return decade
    found = number_at(source, at)
    if measure := _price_at(source, at, found) or _duration_at(source, at, found):
        return measure
    if found is None:
        return None
    number, end = found
    noun = _noun_at(source, end)
    quantity = Quantity.NAMED if noun else Quantity.UNNAMED
    return Measure(number, number, quantity, end + bool(noun), noun)


def says_how_much(measure: Measure) -> bool:
    """Whether it bounds without any word beside it: "90 minutes", "4 stars", and not "7 samurai"."""
    if measure.quantity is Quantity.NAMED:
        return measure.noun.lower() in _RATED
    return measure.quantity is not Quantity.UNNAMED


def _decade_at(source: Source, at: int) -> Measure | None:
    found = decade_at(source, at)
    if found is None:
        return None
    (low, high), end = found
    return Measure(low, high, Quantity.YEAR, end)


def _price_at(source: Source, at: int, found: Number | None) -> Measure | None:
    """A price, at whose first token this number is found."""
    if source.key(at) == "us" and source.key(at + 1) == "$":
        at += 1
    if source.key(at) in _CURRENCY_SIGNS and (signed := number_at(source, at + 1)):
        return Measure(signed[0], signed[0], Quantity.PRICE, signed[1])
    if found and source.key(found[1]) in _CURRENCIES:
        return Measure(found[0], found[0], Quantity.PRICE, found[1] + 1)
    return None


def _duration_at(source: Source, at: int, found: Number | None) -> Measure | None:
    """A duration, at whose first token this number is found: also "two hours 15", "2h30", "an hour and
    a half", "half an hour", "90-minute"."""
    if source.key(at) == "half" and source.key(at + 1) == "an" and source.key(at + 2) == "hour":
        return Measure(30, 30, Quantity.MINUTES, at + 3)
    is_article = source.key(at) in ("an", "a") and source.key(at + 1) in ("hour", "minute")
    if is_article:
        found = (1.0, at + 1)
    if found is None:
        return None
    number, end = found
    if [source.key(end + offset) for offset in range(3)] == ["and", "a", "half"]:
        number, end = number + 0.5, end + 3
    end += source.key(end) == "-" and source.key(end + 1) in _MINUTES
    unit = _MINUTES.get(source.key(end))
    if unit is None:
        return None
    return _with_rest(source, number * unit, unit, end + 1)


def _with_rest(source: Source, minutes: float, unit: int, end: int) -> Measure:
    """A duration with what is said after its hours."""
    if unit > 1:
        after = [source.key(end + offset) for offset in range(3)]
        rest = number_at(source, end + (after[0] == "and"))
        if after == ["and", "a", "half"]:
            minutes, end = minutes + unit / 2, end + 3
        elif rest and (_MINUTES.get(source.key(rest[1])) == 1 or _is_m(source, rest[1])):
            minutes, end = minutes + rest[0], rest[1] + 1
        elif rest and source.joined(end) and source.kind(end) is Kind.NUMBER:
            minutes, end = minutes + rest[0], rest[1]
    return Measure(minutes, minutes, Quantity.MINUTES, end)


def _is_m(source: Source, at: int) -> bool:
    """Minutes only beside hours: "1h 30m"."""
    return source.key(at) == "m" and source.joined(at)


def _noun_at(source: Source, at: int) -> str:
    """What a number counts, in the plural: "300 pages"."""
    key = source.key(at)
    is_noun = source.kind(at) is Kind.WORD and (key in _RATED or is_plural(key))
    return source.excerpt(at, at + 1) if is_noun else ""
