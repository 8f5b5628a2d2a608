"""Replies: what is to be said and shown, as facts. Knows no words of any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from service.api.messages import Explanation, Recommendation, ScoredItem
from service.dialogue.command import Verb
from service.wishes.reading import WishPart


class About(StrEnum):
    """What a reply is about."""

    LIST = "list"
    MORE = "more"
    """The same list, further down."""
    NOTHING_FITS = "nothing_fits"
    NO_MORE = "no_more"
    WHY = "why"
    CHANGE = "change"
    UNDONE = "undone"
    """The list before, as it was."""
    EMPTIED = "emptied"
    """The first wish was taken back."""
    NOTHING_TO_UNDO = "nothing_to_undo"
    STARTED_OVER = "started_over"
    EXPIRED = "expired"
    """The answer that was asked about is no longer kept; nothing is shown in its place."""
    NO_LIST = "no_list"
    """Asked about a list before there was one."""
    EMPTY = "empty"
    """Asked about a list that holds nothing."""
    WHICH = "which"
    """No item of the list was named."""
    GONE = "gone"
    """The item has left the catalogue."""
    TOO_LONG = "too_long"
    BUSY = "busy"
    HELP = "help"
    GREETING = "greeting"
    BYE = "bye"


LISTS = frozenset({About.LIST, About.MORE, About.NOTHING_FITS, About.UNDONE})
"""Replies that show what an answer holds."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """Parts of a wish that leave nothing."""

    parts: Sequence[WishPart] = ()
    together: bool = False
    """Whether all of them would have to go; else any one."""


NOT_BLOCKED = Blocking()


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be said to one utterance."""

    about: About
    language: str
    """Code of the language to say it in."""
    verb: Verb | None = None
    """What was asked; None for a greeting."""
    answer: Recommendation | None = None
    """The answer that the conversation is at."""
    results: Sequence[ScoredItem] = ()
    """Those to be shown now."""
    refines: str = ""
    """The recommendation id that the answer went on from."""
    unknown: Sequence[WishPart] = ()
    """What of the utterance was not understood."""
    blocking: Blocking = NOT_BLOCKED
    """Of NOTHING_FITS."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Of the items that the wish names, by id."""
    place: int = 0
    """Rank of the item that it is about, or the first of MORE."""
    title: str = ""
    n: int = 0
    """Of WHICH: the results there are; of TOO_LONG: the characters that are taken."""
    explanation: Explanation | None = None
    expired: bool = False
    """The answer before is no longer kept, and the words were taken alone."""
    notes: Sequence[str] = ()
    """What was missing, where it has not been said yet."""

    @property
    def parts(self) -> Sequence[WishPart]:
        """The wish that holds."""
        reading = None if self.answer is None else self.answer.wish
        return () if reading is None else reading.parts
