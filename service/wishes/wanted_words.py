"""Wanted words: those of a wish that are compared with the items' own, as one text.

What names a value of a field that every item has is looked up; all other words that are wanted say one
thing together. Knows no items.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.wishes.lexicon.topics import Topics
from service.wishes.lexicon.values import is_person
from service.wishes.reading import PartKind, WishPart


def is_told(part: WishPart, topics: Topics) -> bool:
    """Whether an item without the value is not what is wanted: its field tells of every item, or the
    value is the name of somebody."""
    if not part.field:
        return False
    return part.field in topics.fields or part.field == "domain" or _are_people(part.values)


def wanted_words(parts: Iterable[WishPart], topics: Topics) -> str:
    """Each word once; empty where all that is wanted is told."""
    free = dict.fromkeys(
        part.words for part in parts if part.kind is PartKind.WANTED and not is_told(part, topics)
    )
    return ", ".join(
        words for words in free if not any(words != other and words in other for other in free)
    )


def _are_people(values: Sequence[str]) -> bool:
    return all(map(is_person, values))
