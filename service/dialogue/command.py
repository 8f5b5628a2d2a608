"""What somebody may want with an utterance. Plain values; knows no languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What an utterance asks of a conversation."""

    WISH = "wish"
    """Anything that is no other verb: words for a list."""
    WHY = "why"
    CHANGE = "change"
    """What it would take for an item not to be on the list."""
    UNDO = "undo"
    START_OVER = "start_over"
    SHOW = "show"
    """The list once more."""
    MORE = "more"
    """What comes next on the list."""
    HELP = "help"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Command:
    """A verb, and which item of the list it is about."""

    verb: Verb
    place: int | None = None
    """Of WHY and CHANGE: the rank, from 1, or from the end, -1 the last; None where it is not said."""
    title: str = ""
    """Words that are no rank, and may be the title of a result."""
