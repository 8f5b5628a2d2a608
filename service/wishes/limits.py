"""Limits: which number of the catalogue a bound is about, and the filter that it becomes.

Knows the words of units and the names of fields, no topics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.data.arrays import IntArray
from service.wishes.clause import Limit, Quantity
from service.wishes.lexicon.lexicon import Lexicon
from service.wishes.lexicon.numbers import TITLE_YEAR, within
from service.wishes.lexicon.tokens import tokens
from service.wishes.mentions import Forms
from service.wishes.reading import PartKind, WishPart

NAMES: dict[Quantity, frozenset[str]] = {
    Quantity.PRICE: frozenset({"price", "cost", "价格"}),
    Quantity.YEAR: frozenset({"year", "date", "released", "release", "published", "年份", "年"}),
    Quantity.MINUTES: frozenset(
        {"runtime", "duration", "minutes", "mins", "length", "时长", "片长"}
    ),
}
"""Words in the name of an attribute that is such a number."""
YEARS = (1000, 2200)
"""An attribute between these is a year."""
NEWEST_SHARE = 0.25
"""What "the latest" lets through, of the items whose age is known."""
LEAST_SPREAD_S = 5 * 365.25 * 86_400
"""Between the quarters of all dates, where they tell when things were made."""
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class NoSuchNumber(Exception):
    """The catalogue has no number that the limit could be about."""

    what: str


def part_of(limit: Limit, lexicon: Lexicon, shown: IntArray, forms: Forms) -> WishPart:
    """The limit as a part of a reading. `shown`: the items of the answer before, which a comparative
    such as "newer" compares with; without any, it is the catalogue. NoSuchNumber."""
    if limit.quantity is Quantity.AVAILABILITY:
        return WishPart(
            PartKind.LIMIT,
            limit.text,
            field="available",
            values=("true",),
            filter="available = true",
        )
    field = _field_of(limit, lexicon, forms)
    low, high, is_strict = limit.low, limit.high, limit.strict
    if limit.direction:
        low, high, is_strict = _beyond(limit, lexicon.numbers(field), shown)
    elif field == "created_at" and limit.quantity is Quantity.YEAR:
        low, high, is_strict = _as_times(low, high, is_strict)
    return WishPart(
        PartKind.LIMIT,
        limit.text,
        field=field,
        filter=_filter(field, low, high, is_strict),
        low=low,
        high=high,
        is_strict=is_strict,
    )


def _beyond(
    limit: Limit, numbers: np.ndarray, shown: IntArray
) -> tuple[float | None, float | None, bool]:
    """More, or less, than is usual in what was shown."""
    of_shown = numbers[shown] if len(shown) else numbers[:0]
    known = of_shown[np.isfinite(of_shown)]
    if len(known):
        bound = float(np.median(known))
    else:
        everything = numbers[np.isfinite(numbers)]
        if not len(everything):  # what had it has left the catalogue
            raise NoSuchNumber(limit.quantity.value)
        share = 1 - NEWEST_SHARE if limit.direction > 0 else NEWEST_SHARE
        bound = float(np.quantile(everything, share, method="nearest"))
        return (bound, None, False) if limit.direction > 0 else (None, bound, False)
    return (bound, None, True) if limit.direction > 0 else (None, bound, True)


def _field_of(limit: Limit, lexicon: Lexicon, forms: Forms) -> str:
    counts = lexicon.number_fields()
    if limit.quantity is Quantity.NEWNESS:
        if counts.get("created_at", 0) >= max(_MOSTLY * lexicon.n_items, 1):
            return "created_at"
        return _year_field(limit, lexicon, counts)
    if limit.quantity is Quantity.YEAR:
        return _year_field(limit, lexicon, counts)
    if limit.quantity is Quantity.PRICE:
        names = NAMES[Quantity.PRICE]
    elif limit.quantity is Quantity.MINUTES:
        names = NAMES[Quantity.MINUTES]
    elif limit.quantity is Quantity.NAMED:
        names = _names(limit.noun, forms)
    else:
        return _unnamed(counts)
    if limit.quantity is Quantity.PRICE and "price" in counts:
        return "price"
    field = _called(names, counts)
    if field is None:
        raise NoSuchNumber(limit.noun or limit.quantity.value)
    return field


def named_by_word_before(limit: Limit, lexicon: Lexicon, forms: Forms) -> Limit | None:
    """A bound without a noun, named by the word in front of it, where a number of the catalogue is
    called so: "area over 500"; else None."""
    if limit.quantity is not Quantity.UNNAMED or not limit.before:
        return None
    if _called(_names(limit.before, forms), lexicon.number_fields()) is None:
        return None
    text = f"{limit.before} {limit.text}"
    return replace(limit, text=text, quantity=Quantity.NAMED, noun=limit.before)


def _names(noun: str, forms: Forms) -> frozenset[str]:
    word = " ".join(tokens(noun))
    return frozenset({word, *forms(word)})


def _called(names: frozenset[str], counts: Mapping[str, int]) -> str | None:
    """The field that has one of these words in its name, the one that most items have."""
    found = [field for field in counts if not names.isdisjoint(_words_of(field))]
    return max(found, key=lambda field: counts[field], default=None)


def _unnamed(counts: Mapping[str, int]) -> str:
    """ "under 50": the price, or the only number there is."""
    fields = [field for field in counts if field not in ("created_at", TITLE_YEAR)]
    if "price" in fields:
        return "price"
    if len(fields) == 1:
        return fields[0]
    raise NoSuchNumber("price")


def _year_field(limit: Limit, lexicon: Lexicon, counts: Mapping[str, int]) -> str:
    for field in counts:
        if NAMES[Quantity.YEAR] & set(_words_of(field)):
            numbers = lexicon.numbers(field)
            known = numbers[np.isfinite(numbers)]
            if len(known) and np.mean((known >= YEARS[0]) & (known <= YEARS[1])) > _MOSTLY:
                return field
    if TITLE_YEAR in counts:
        return TITLE_YEAR
    if "created_at" in counts and _has_any(lexicon, limit):
        return "created_at"
    raise NoSuchNumber("year")


def _has_any(lexicon: Lexicon, limit: Limit) -> bool:
    """Whether anything is of those years, or, where a word such as "old" bounds, things are of many
    years; where all came to a shop lately, its dates do not tell when things were made."""
    times = lexicon.numbers("created_at")
    if limit.direction:
        first, last = np.nanquantile(times, [NEWEST_SHARE, 1 - NEWEST_SHARE])
        return bool(last - first >= LEAST_SPREAD_S)
    return bool(within(times, *_as_times(limit.low, limit.high, limit.strict)).any())


def _as_times(
    low: float | None, high: float | None, is_strict: bool
) -> tuple[float | None, float | None, bool]:
    """The unix seconds of bounds that are years. "Until 1980" goes on to the end of it."""
    first, after = (1, 0) if is_strict else (0, 1)
    return (
        None if low is None else _start_of(low + first),
        None if high is None else _start_of(high + after) - (0 if is_strict else 1),
        is_strict and low is None,
    )


def _start_of(year: float) -> float:
    """In unix seconds, of one among YEARS."""
    return float(
        (np.datetime64(f"{int(np.clip(year, *YEARS))}", "s") - np.datetime64(0, "s")).astype(
            np.int64
        )
    )


def _words_of(field: str) -> Sequence[str]:
    return tokens(field.removeprefix("attributes.").replace("_", " "))


def _filter(field: str, low: float | None, high: float | None, is_strict: bool) -> str:
    """In the language of RecommendRequest.filter; empty where it cannot say so."""
    if field == TITLE_YEAR:
        return ""
    name = filter_name(field)
    parts = []
    if low is not None:
        parts.append(f"{name} {'>' if is_strict else '>='} {low:.15g}")
    if high is not None:
        parts.append(f"{name} {'<' if is_strict else '<='} {high:.15g}")
    return " AND ".join(parts)


def filter_name(field: str) -> str:
    """The field as a filter writes it: quoted where its name has other letters than a word."""
    prefix, dot, name = field.partition(".")
    if not dot or all(letter.isalnum() or letter in "_-" for letter in name):
        return field
    quote = "'" if '"' in name else '"'
    return f"{prefix}.{quote}{name}{quote}"
