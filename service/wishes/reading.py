"""A wish, read: what of it leads the list, what does not come back, what was not understood.

Plain values, as callers get them. Knows no languages, no catalogue and no scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What a part of a wish does to the list."""

    WANTED = "wanted"
    """Items with it lead the list."""
    PREFERRED = "preferred"
    """Moves the list towards it."""
    LESS = "less"
    """Moves the list away from it."""
    RULED_OUT = "ruled_out"
    """Items that have it do not come back: a field of the catalogue tells."""
    AVOIDED = "avoided"
    """Pushed far down: only words tell, so that it is a leaning and no filter."""
    LIMIT = "limit"
    """A bound that became a filter."""
    LIKE_ITEM = "like_item"
    """More like one item."""
    UNLIKE_ITEM = "unlike_item"
    """That item does not come back, and what is like it is pushed down."""
    NOT_UNDERSTOOD = "not_understood"
    """No effect."""


@dataclass(frozen=True, slots=True)
class WishPart:
    """One thing that a wish says."""

    kind: PartKind
    text: str
    """The words of the wish that it was read from: "nothing gory"."""
    words: str = ""
    """What it is about: "gory"."""
    field: str = ""
    """Field of the catalogue that tells, as in a filter: `categories`, `attributes.<name>`, `price`,
    `created_at`, `domain`, `available`. Empty where free words are compared with the items' own."""
    values: Sequence[str] = ()
    """Values of that field which the words name; an item with any of them has it."""
    filter: str = ""
    """The same as a filter, for RULED_OUT and LIMIT."""
    item_id: str = ""
    """Of LIKE_ITEM and UNLIKE_ITEM."""
    low: float | None = None
    """Of LIMIT: the smallest number that is let through; None where there is no such bound."""
    high: float | None = None
    is_strict: bool = False
    """Whether the bounds themselves are out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole wish."""

    text: str
    """The words that hold: of a refined answer, all that were said and not taken back."""
    parts: Sequence[WishPart] = ()
    reader: str = ""
    """Who read it: `grammar`, or the language model's writer name."""

    def of(self, *kinds: PartKind) -> list[WishPart]:
        """The parts of these kinds, in the order in which they were said."""
        return [part for part in self.parts if part.kind in kinds]
