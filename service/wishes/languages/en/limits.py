"""Bounds in an English text: "under 50", "from the seventies", "at least 4 stars", "cheaper".

Owns words that bound. Knows no wishes around them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from service.wishes.clause import Limit, Quantity
from service.wishes.languages.bounds import Side, interval_of
from service.wishes.languages.en.measures import Measure, measure_at, says_how_much
from service.wishes.languages.en.words import ASKED_FOR
from service.wishes.languages.phrases import Phrases, phrases_of
from service.wishes.languages.text import Kind, Source


@dataclass(frozen=True, slots=True)
class Bound:
    """What words before a number say of it."""

    side: Side
    quantity: Quantity = Quantity.UNNAMED


_BOUNDS: Phrases[Bound] = phrases_of(
    {
        Bound(
            Side.BELOW
        ): """under, below, beneath, less than, fewer than, lower than, smaller than,
            not as much as, <""",
        Bound(Side.BELOW, Quantity.PRICE): "cheaper than",
        Bound(Side.BELOW, Quantity.MINUTES): "shorter than",
        Bound(Side.BELOW, Quantity.YEAR): "before, prior to, earlier than, older than, pre, pre -",
        Bound(Side.AT_MOST): """at most, at the most, up to, max, maximum, maximum of, a maximum of,
            max of, no more than, not more than, not over, not above, no higher than,
            not exceeding, within, no greater than, <=, ≤""",
        Bound(Side.AT_MOST, Quantity.PRICE): """budget, budget of, a budget of, budget is,
            my budget is, not dearer than, no dearer than""",
        Bound(Side.AT_MOST, Quantity.MINUTES): "no longer than, not longer than",
        Bound(Side.AT_MOST, Quantity.YEAR): """until, till, no later than, not later than,
            not newer than, no newer than, not after""",
        Bound(Side.ABOVE): """over, above, more than, greater than, bigger than, larger than,
            higher than, exceeding, upwards of, >""",
        Bound(Side.ABOVE, Quantity.PRICE): "dearer than, more expensive than, pricier than",
        Bound(Side.ABOVE, Quantity.MINUTES): "longer than",
        Bound(Side.ABOVE, Quantity.YEAR): """after, newer than, later than, more recent than, post,
            post -""",
        Bound(Side.AT_LEAST): """at least, minimum, min, minimum of, a minimum of, no less than,
            not less than, no fewer than, not under, not below, starting at, starting from, >=, ≥""",
        Bound(Side.AT_LEAST, Quantity.PRICE): "not cheaper than, no cheaper than",
        Bound(Side.AT_LEAST, Quantity.MINUTES): "not shorter than, no shorter than",
        Bound(Side.AT_LEAST, Quantity.YEAR): """since, not before, no earlier than,
            not earlier than, not older than, no older than, nothing older than,
            nothing before""",
        Bound(Side.WITHIN, Quantity.YEAR): """in, of, during, made in, released in,
            published in, filmed in, out in""",
        Bound(Side.AROUND): """around, about, roughly, approximately, approx, circa, ca, close to,
            more or less, nearly, almost, from around""",
        Bound(Side.AROUND, Quantity.PRICE): "budget around, budget of around, budget about",
        Bound(Side.BETWEEN): "between, anywhere between, somewhere between",
        Bound(Side.FROM): "from, anywhere from",
    }
)
_AFTER: Phrases[Bound] = phrases_of(
    {
        Bound(Side.AT_MOST): """or less, or under, or below, or fewer, or cheaper, or shorter,
            or lower, max, maximum, tops, at most, at the most, and under, and below, and less""",
        Bound(Side.AT_LEAST): """or more, or over, or above, or higher, or better, or up, or longer,
            and up, and above, and over, and more, and upwards, upwards, minimum, at least, +""",
        Bound(Side.AT_MOST, Quantity.YEAR): "or older, or earlier, or before, and earlier",
        Bound(Side.AT_LEAST, Quantity.YEAR): """or newer, or later, and later, and newer, or after,
            on, onwards, onward, and onwards""",
    }
)
_LEADS: Phrases[tuple[Quantity, str]] = phrases_of(
    {
        (Quantity.PRICE, ""): """cost, costs, costing, price, prices, priced, priced at, for,
            it costs, that costs, which costs, that cost, which cost, should cost, selling for""",
        (Quantity.MINUTES, ""): "runtime, running time, runtime of, running time of",
        (Quantity.NAMED, "rating"): "rated, rating, rating of, score, score of",
    }
)
"""Words before those that bound, what the number is then about, and its noun."""
_DIRECTIONS: Phrases[tuple[Quantity, int]] = phrases_of(
    {
        (
            Quantity.NEWNESS,
            1,
        ): """newer, newest, newest first, latest, latest first, the latest,
            most recent, more recent,
            recent, recently released, brand new, this year, this years, just released""",
        (Quantity.NEWNESS, -1): "oldest",
        (
            Quantity.PRICE,
            -1,
        ): """cheaper, cheapest, cheapest first, cheap, less expensive, inexpensive, affordable,
            more affordable, not too expensive, not expensive, nothing expensive, not so expensive,
            not that expensive, nothing too expensive, too expensive, less pricey, lower priced,
            less costly, low cost""",
        (Quantity.PRICE, 1): "dearer, pricier, more expensive, costlier, most expensive",
        (Quantity.MINUTES, -1): "shortest, shortest first",
        (Quantity.MINUTES, 1): "longest",
        (Quantity.AVAILABILITY, 1): """in stock, available, available now, currently available,
            still available, on stock, that is in stock""",
    }
)
_LONE_DIRECTIONS: Phrases[tuple[Quantity, int]] = phrases_of(
    {
        (Quantity.NEWNESS, 1): "new",
        (Quantity.NEWNESS, -1): "older",
        (Quantity.MINUTES, -1): "shorter",
        (Quantity.MINUTES, 1): "longer",
    }
)
"""Words that bound the list only where they stand alone or before what is asked for: "something
older", "new films", and not "an older brother", "New York"."""
_JOINERS = {"-", "to", "and", "till", "until", "through"}
_OPEN_JOINERS = {"-", "to"}
_DECADE_JOINERS = {"and", "or", "to", "-", "through", "&", "/"}
_OF_A_PERSON = {"my", "your", "his", "her", "their", "our"}
_ARTICLES = {"the", "a", "year", "years"}
_STAND_BESIDE = ASKED_FOR | {
    "and",
    "or",
    "but",
    "please",
    "pls",
    "plz",
    "thx",
    "with",
    "from",
    "for",
}
"""What may come after a lone direction."""


def limit_at(source: Source, at: int) -> tuple[Limit, int] | None:
    """The limit that begins at a token, and the token after it."""
    return _bounded(source, at) or _directed(source, at) or _measured(source, at)


def _bounded(source: Source, at: int) -> tuple[Limit, int] | None:
    """Words that bound, and a number."""
    (quantity, noun), start = _LEADS.at(source, at) or ((Quantity.UNNAMED, ""), at)
    found = _BOUNDS.at(source, start)
    if found is None:
        return None
    bound, first = found
    while source.key(first) in _ARTICLES and not _starts_measure(source, first):
        first += 1
    if bound.side in (Side.BETWEEN, Side.FROM):
        low = measure_at(source, first)
        measure = low and _range_from(source, low, _JOINERS)
        if measure is None and bound.side is Side.FROM:
            measure, bound = _one_or_decades(source, first), Bound(Side.FROM)
    else:
        measure = _one_or_decades(source, first)
    if measure is None or not _goes_with(source, start, measure):
        return None
    if measure.quantity is Quantity.UNNAMED and quantity is not Quantity.UNNAMED:
        measure = replace(measure, quantity=quantity, noun=noun)
    return _limit(source, at, bound, measure)


def _goes_with(source: Source, bound: int, measure: Measure) -> bool:
    """Whether words that have another meaning bound: "about 50 euros", and not "about the sixties",
    "about 12 monkeys", "at least one dragon"."""
    if source.key(bound) == "about":
        return says_how_much(measure) and measure.quantity is not Quantity.YEAR
    is_pronoun = source.key(measure.end - 1) == "one"
    return not (is_pronoun and measure.quantity is Quantity.UNNAMED)


def _measured(source: Source, at: int) -> tuple[Limit, int] | None:
    """A number that bounds by its unit or by what comes after it."""
    if source.key(at - 1) in _OF_A_PERSON:
        return None
    measure = _one_or_decades(source, at)
    if measure is None:
        return None
    is_range = measure.low < measure.high and measure.may_be_year
    if not (is_range or says_how_much(measure) or _AFTER.at(source, measure.end)):
        return None
    sides = {Quantity.PRICE: Side.AT_MOST, Quantity.MINUTES: Side.AROUND}
    side = Side.WITHIN if measure.low < measure.high else sides.get(measure.quantity, Side.WITHIN)
    return _limit(source, at, Bound(side), measure)


def _directed(source: Source, at: int) -> tuple[Limit, int] | None:
    """A comparative or superlative without a number."""
    found = _DIRECTIONS.at(source, at)
    if found is None and (lone := _LONE_DIRECTIONS.at(source, at)):
        is_alone = source.kind(lone[1]) in (None, Kind.MARK) or source.key(lone[1]) in _STAND_BESIDE
        found = lone if is_alone else None
    if found is None:
        return None
    (quantity, direction), end = found
    return Limit(source.excerpt(at, end), quantity, direction=direction), end


def _starts_measure(source: Source, at: int) -> bool:
    return measure_at(source, at) is not None


def _one_or_decades(source: Source, at: int) -> Measure | None:
    """A measure, a range of two that need no word before them ("20-30"), or decades beside each
    other ("60s and 70s"), which are one interval."""
    first = measure_at(source, at)
    if first is None:
        return None
    return (
        _range_from(source, first, _OPEN_JOINERS)
        or _range_from(source, first, _DECADE_JOINERS, only_decades=True)
        or first
    )


def _range_from(
    source: Source, first: Measure, joiners: Collection[str], *, only_decades: bool = False
) -> Measure | None:
    if source.key(first.end) not in joiners:
        return None
    start = first.end + 1
    while source.key(start) in _ARTICLES:
        start += 1
    second = measure_at(source, start)
    if second is None or (only_decades and {first.quantity, second.quantity} != {Quantity.YEAR}):
        return None
    return first.to(second)


def _limit(source: Source, at: int, bound: Bound, measure: Measure) -> tuple[Limit, int] | None:
    """The limit of a bound and its measure, with what comes after the number."""
    end = measure.end
    after = _AFTER.at(source, end)
    if after and (source.key(after[1]) == "than" or _starts_measure(source, after[1])):
        after = None  # another bound begins: "or shorter than", "and over 10"
    if after and (after[0].quantity is not Quantity.YEAR or measure.may_be_year):
        bound, end = after
    if bound.side is Side.FROM:
        side = Side.WITHIN if measure.may_be_year or measure.low < measure.high else Side.AT_LEAST
        bound = Bound(side, Quantity.YEAR if measure.may_be_year else Quantity.UNNAMED)
    quantity = _quantity(bound, measure)
    if quantity is None:
        return None
    interval = interval_of(bound.side, measure.low, measure.high, quantity is Quantity.YEAR)
    text = source.excerpt(at, end)
    return Limit(text, quantity, interval.low, interval.high, interval.strict, measure.noun), end


def _quantity(bound: Bound, measure: Measure) -> Quantity | None:
    """What the number is about; None where the words before it do not go with it."""
    if bound.quantity is Quantity.YEAR:
        return Quantity.YEAR if measure.may_be_year else None
    if measure.quantity is not Quantity.UNNAMED:
        return measure.quantity
    of_years = (Side.BETWEEN, Side.WITHIN, Side.AROUND)
    return Quantity.YEAR if bound.side in of_years and measure.may_be_year else bound.quantity
