"""Event: something a user did with an item, and what kinds of events mean.

`Event.from_mapping` is the only validation there is, for files and for the wire; `EventPolicy` says
what is liked, seen and learned from. Knows nothing of where events are kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from indexer.catalog import fields
from indexer.catalog.rating_habits import Neutral, RatingHabits
from indexer.errors import InvalidInput
from palate.limits import MAX_POSITION, MAX_TYPE_CHARS

__all__ = [
    "DEFAULT_KINDS",
    "Event",
    "EventKind",
    "EventPolicy",
    "Outcome",
]

EVENT_FIELDS = (
    "user_id",
    "item_id",
    "event_type",
    "value",
    "timestamp",
    "event_id",
    "domain",
    "recommendation_id",
    "position",
)
"""`domain` may stand in a file for the reader's convenience; the item's own domain is what counts."""
RATING = "rating"
"""The event type whose value says whether the item was liked."""

_WORD = re.compile(r"[\w.:]+")


@dataclass(frozen=True, slots=True)
class Event:
    """Something a user did with an item."""

    user_id: str
    item_id: str
    event_type: str
    """A word in lower case with underscores: view, add_to_cart, ..."""
    value: float | None
    """E.g. the rating."""
    timestamp: float
    """Unix seconds."""
    event_id: str | None = None
    """Names the event, so that sending it again changes nothing; None means the content does."""
    recommendation_id: str = ""
    """The answer that led to it; empty where none is known to have."""
    position: int | None = None
    """Where in that answer the person saw the item, 1 is first; None where that is not known."""

    @classmethod
    def from_mapping(cls, row: Mapping[str, object], *, now: float | None = None) -> Event:
        """An event from a row of a file or a request; `InvalidInput` names the field that is not
        acceptable."""
        fields.reject_unknown(row, EVENT_FIELDS)
        get = row.get
        timestamp = fields.timestamp(get("timestamp"), "timestamp", now=now)
        if timestamp is None:
            raise InvalidInput(
                "timestamp", get("timestamp"), "it is required (unix seconds or RFC 3339)"
            )
        if timestamp < 0:
            raise InvalidInput("timestamp", get("timestamp"), "it lies before 1970")
        return cls(
            user_id=fields.identifier(row, "user_id"),
            item_id=fields.identifier(row, "item_id"),
            event_type=_word(fields.text(get("event_type"), "event_type", MAX_TYPE_CHARS)),
            value=fields.number(get("value"), "value"),
            timestamp=timestamp,
            event_id=None
            if fields.is_absent(get("event_id"))
            else fields.identifier(row, "event_id"),
            recommendation_id=""
            if fields.is_absent(get("recommendation_id"))
            else fields.identifier(row, "recommendation_id"),
            position=_position(get("position")),
        )

    def identity(self) -> str:
        """The event_id, or 24 hex digits of the content where there is none."""
        if self.event_id is not None:
            return self.event_id
        value = None if self.value is None else float(self.value)
        content: tuple[object, ...] = (
            self.user_id,
            self.item_id,
            self.event_type,
            value,
            float(self.timestamp),
        )
        if self.recommendation_id or self.position is not None:
            content += (self.recommendation_id, self.position)  # others are as they always were
        return hashlib.blake2b(repr(content).encode(), digest_size=12).hexdigest()


class Outcome(StrEnum):
    """What an event says about an answer that led to it."""

    SHOWN = "shown"
    """The person had the item before their eyes."""
    CLICK = "click"
    """The person turned to the item."""
    CONVERSION = "conversion"
    """The person did what the answer was for. It is a click as well."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EventKind:
    """What an event says about the user and the item."""

    weight: float
    """Sign: liked or disliked; size: how strongly, and how much it counts among events of other
    types in training."""
    seen: bool
    """The item does not come back."""
    trains: bool
    """It is part of the behaviour that models learn from."""
    outcome: Outcome = Outcome.NONE
    """What it counts as in figures of online quality."""
    is_dwell: bool = False
    """Its value is how long the person stayed with the item, in seconds."""


DEFAULT_KINDS: Mapping[str, EventKind] = {
    "shown": EventKind(0.0, seen=False, trains=False, outcome=Outcome.SHOWN),
    "view": EventKind(0.3, seen=False, trains=True, outcome=Outcome.CLICK),
    "click": EventKind(0.5, seen=False, trains=True, outcome=Outcome.CLICK),
    "dwell": EventKind(0.0, seen=False, trains=False, is_dwell=True),
    "like": EventKind(1.0, seen=True, trains=True, outcome=Outcome.CLICK),
    "dislike": EventKind(-1.0, seen=True, trains=False),
    "skip": EventKind(-0.3, seen=False, trains=False),
    "add_to_cart": EventKind(0.7, seen=False, trains=True, outcome=Outcome.CLICK),
    "purchase": EventKind(1.0, seen=True, trains=True, outcome=Outcome.CONVERSION),
    RATING: EventKind(1.0, seen=True, trains=True, outcome=Outcome.CLICK),
    "watch": EventKind(1.0, seen=True, trains=True, outcome=Outcome.CONVERSION),
    "review": EventKind(1.0, seen=True, trains=True, outcome=Outcome.CLICK),
}
_OTHER = EventKind(1.0, seen=True, trains=True, outcome=Outcome.CLICK)


@dataclass(frozen=True, slots=True)
class EventPolicy:
    """What each type of event means; types that are not named count as a plain positive event.

    What a rating means depends on who gave it: on the habits of the log and of the person, or on
    `rating_negative_below` where that is set.
    """

    kinds: Mapping[str, EventKind] = field(default_factory=lambda: dict(DEFAULT_KINDS), hash=False)
    rating_negative_below: float | None = None
    """A rating with a smaller value is a dislike, any other a liking. None: `RatingHabits` says."""

    def of_type(self, event_type: str) -> EventKind:
        """What events of this type count as, whatever their values."""
        return self.kinds.get(event_type, _OTHER)

    @property
    def silent(self) -> frozenset[str]:
        """The types that say nothing of a person's taste, such as that something was shown."""
        return frozenset(
            name
            for name, kind in self.kinds.items()
            if not kind.weight and not kind.seen and not kind.trains
        )

    def neutral(self, habits: RatingHabits, n: int, total: float) -> Neutral:
        """Where liking ends and begins for a person with so many ratings and this sum of them."""
        bar = self.rating_negative_below
        return habits.neutral_of(n, total) if bar is None else Neutral(bar, bar)

    def kind(self, event_type: str, value: float | None, neutral: Neutral) -> EventKind:
        """What an event of this type and value counts as; a rating may be liked, disliked or
        neither (weight 0)."""
        kind = self.of_type(event_type)
        if event_type != RATING or value is None:
            return kind
        verdict = neutral.verdict(value)
        return kind if verdict > 0 else replace(kind, weight=verdict * abs(kind.weight))

    def kinds_of(self, habits: RatingHabits, events: Sequence[Event]) -> list[EventKind]:
        """What each event counts as, of all events of one person."""
        ratings = [e.value for e in events if e.event_type == RATING and e.value is not None]
        neutral = self.neutral(habits, len(ratings), sum(ratings))
        return [self.kind(event.event_type, event.value, neutral) for event in events]


def _position(value: object) -> int | None:
    number = fields.number(value, "position")
    if number is None:
        return None
    if not number.is_integer() or not 1 <= number <= MAX_POSITION:
        why = f"it must be a whole number from 1, which is the first, to {MAX_POSITION:,}"
        raise InvalidInput("position", value, why)
    return int(number)


@lru_cache(maxsize=1024)
def _word(spelling: str) -> str:
    """`Add-To Cart` is `add_to_cart`: the same word in another spelling must not become another
    type of event."""
    word = re.sub(r"[\s-]+", "_", spelling.strip()).lower()
    if not _WORD.fullmatch(word):
        raise InvalidInput(
            "event_type",
            spelling,
            "it is required and must be a word, like view, purchase or rating",
        )
    return word
