"""Understood: the parts of a wish in a few words each, for saying them back.

What rules out, bounds or leads is told by what the catalogue calls it; what only leans by the
person's own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.dialogue.languages.sentences import Bounds, Sentences
from service.explainer.text import clean
from service.wishes.clause import Quantity
from service.wishes.lexicon.numbers import TITLE_YEAR
from service.wishes.lexicon.tokens import tokens
from service.wishes.limits import NAMES, YEARS
from service.wishes.reading import PartKind, WishPart

FILTERS = (PartKind.RULED_OUT, PartKind.LIMIT, PartKind.UNLIKE_ITEM)
"""What of a wish can leave nothing."""
LEANINGS = (PartKind.PREFERRED, PartKind.LESS, PartKind.AVOIDED, PartKind.LIKE_ITEM)
MOST_VALUES = 3
"""So many values are named; of more, the words that they were found by."""


def leans(part: WishPart) -> bool:
    """Whether a part moves the list only: nothing is left out by it, and nothing leads."""
    if part.kind is PartKind.WANTED:
        return not part.field
    return part.kind in LEANINGS


@dataclass(frozen=True, slots=True)
class Chips:
    """The parts of a wish in one language."""

    sentences: Sentences
    titles: Mapping[str, str]
    """Of items by id."""

    def firm(self, parts: Sequence[WishPart]) -> list[str]:
        """What leads, then what leaves items out."""
        leading = [part for part in parts if part.kind is PartKind.WANTED and not leans(part)]
        return _once([*map(self._firm, leading), *self.filters(parts)])

    def filters(self, parts: Sequence[WishPart]) -> list[str]:
        """What leaves items out."""
        return _once(self._firm(part) for kind in FILTERS for part in parts if part.kind is kind)

    def leaning(self, parts: Sequence[WishPart]) -> list[str]:
        """What moves the list only."""
        return _once(self._leaning(part) for part in parts if leans(part))

    def quoted(self, text: str) -> str:
        """Words of somebody else's."""
        opening, closing = self.sentences.quotes
        return f"{opening}{clean(text)}{closing}"

    def _firm(self, part: WishPart) -> str:
        sentences = self.sentences
        match part.kind:
            case PartKind.RULED_OUT:
                return sentences.without.format(value=self._values(part))
            case PartKind.LIMIT:
                return self._limit(part)
            case PartKind.UNLIKE_ITEM:
                return sentences.unlike.format(title=self._title(part))
        return self._values(part)

    def _leaning(self, part: WishPart) -> str:
        if part.kind is PartKind.LIKE_ITEM:
            return self.sentences.like.format(title=self._title(part))
        return clean(part.text)

    def _title(self, part: WishPart) -> str:
        return self.quoted(self.titles.get(part.item_id) or part.text)

    def _values(self, part: WishPart) -> str:
        if not 0 < len(part.values) <= MOST_VALUES:
            return clean(part.words or part.text)
        return self.sentences.either.join(clean(value) for value in part.values)

    def _limit(self, part: WishPart) -> str:
        if part.field == "available":
            return self.sentences.available
        pattern = _pattern(part, self._bounds(part))
        if pattern is None:
            return clean(part.text)
        said = _date if part.field == "created_at" else _number
        name = self.sentences.names.get(part.field) or _plain(part.field)
        return pattern.format(name=name, low=said(part.low), high=said(part.high))

    def _bounds(self, part: WishPart) -> Bounds:
        if part.field == "created_at":
            return self.sentences.date
        return self.sentences.year if _is_year(part) else self.sentences.number


def _pattern(part: WishPart, bounds: Bounds) -> str | None:
    if part.low is not None and part.high is not None:
        return bounds.between
    if part.high is not None:
        return bounds.below if part.is_strict else bounds.up_to
    if part.low is not None:
        return bounds.above if part.is_strict else bounds.from_
    return None


def _is_year(part: WishPart) -> bool:
    if part.field == TITLE_YEAR:
        return True
    named = NAMES[Quantity.YEAR] & set(tokens(_plain(part.field)))
    numbers = [bound for bound in (part.low, part.high) if bound is not None]
    return bool(named) and all(YEARS[0] <= bound <= YEARS[1] for bound in numbers)


def _plain(field: str) -> str:
    """What an attribute is called."""
    return clean(field.removeprefix("attributes.").replace("_", " "))


def _number(bound: float | None) -> str:
    return "" if bound is None else f"{bound:.15g}"


def _date(bound: float | None) -> str:
    return "" if bound is None else datetime.fromtimestamp(bound, UTC).date().isoformat()


def _once(chips: Iterable[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(chips))
