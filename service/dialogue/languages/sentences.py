"""What a language has to bring so that templates can reply in it.

Slots stand in braces: `place` the rank of an item, `title`, `text` what the service said, `n` a
number, and `said` the line that tells what was understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.dialogue.reply import About


@dataclass(frozen=True, slots=True)
class Bounds:
    """How to say a limit. Slots `name`, `low` and `high`."""

    below: str
    up_to: str
    above: str
    from_: str
    between: str


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language."""

    number: Bounds
    year: Bounds
    date: Bounds
    names: Mapping[str, str]
    """Field of the catalogue -> what it is called; others go by their own name."""
    available: str
    quotes: tuple[str, str]
    without: str
    """A value that is ruled out. Slot `value`."""
    like: str
    """Slot `title`, in quotes."""
    unlike: str
    either: str
    """Between values of which an item has any."""
    chips: str
    """Between parts of a wish."""
    parts: str
    """Between what was understood, what only leans, and what was not understood."""
    end: str
    leaning: str
    """Slot `chips`: the parts that move the list and leave nothing out."""
    unknown: str
    """Slot `chips`: the parts that were not understood, in quotes."""
    no_wish: str
    price: str
    """Slot `n`, beside an item."""
    replies: Mapping[About, str]
    expired: str
    """Before a reply, where the answer before is no longer kept."""
    blocked_by: str
    """Slot `chips`: parts without any one of which something would fit."""
    blocked_together: str
    """Slot `chips`: these parts leave nothing together."""
    nothing_left: str
    """Where it is not the wish that leaves nothing."""
    take_off: str
    """How an item is taken off the list. Slot `place`."""
    nothing_to_change: str
    """Where taking away few items of the history does not take it off."""
