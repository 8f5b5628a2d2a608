"""Evidence: the typed, weighted facts that moved a score. The explainer may say what is here and
nothing else.

This module knows nothing of models, stores or languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

DESCRIPTION, DETAILS = "description", "details"
"""Names of TEXT_SIMILARITY evidence."""
HIGHER, LOWER, SEEN = "higher", "lower", "seen"
"""Names of CONTRAST evidence; the first two are also values of RANGE evidence."""


class EvidenceKind(StrEnum):
    """What sort of fact it is."""

    HISTORY = "history"
    """Leaving this item out of the user's history lowers the item's score, through the scorer that
    served it."""
    CATEGORY = "category"
    """The item and the user's history share a category."""
    ATTRIBUTE = "attribute"
    """The item and the user's history share an attribute value."""
    TEXT_SIMILARITY = "text_similarity"
    """The item's words are close to those of a history item."""
    IMAGE_SIMILARITY = "image_similarity"
    """The item's picture is close to that of a history item."""
    AUDIO_SIMILARITY = "audio_similarity"
    """The item sounds like a history item."""
    CO_ENGAGEMENT = "co_engagement"
    """People who chose the history item also chose this one (at least 5 of them)."""
    POPULARITY = "popularity"
    """Many people chose the item."""
    TREND = "trend"
    """People choose the item more often lately than they used to (at least 5 of them)."""
    NEWNESS = "newness"
    """The item is new in the catalogue."""
    TASTE = "taste"
    """The item's words are close to the taste the user described."""
    EXPLORATION = "exploration"
    """The item was given room because exploration was asked for."""
    RULE = "rule"
    """A filter or domain of the request allowed only such items."""
    COLD_START = "cold_start"
    """Little or nothing is known about the user yet."""
    SPONSORSHIP = "sponsorship"
    """Somebody pays for the item being shown. It has no part in the score."""
    CONTRAST = "contrast"
    """The item, and another one that might have been in its place."""
    CHANGE = "change"
    """Without this history item, and all others of this kind beside it, the item would not be on
    the list."""
    PREFERENCE = "preference"
    """The user chooses this category or attribute value clearly more often than people do at large."""
    AVERSION = "aversion"
    """The user turned down this category or attribute value clearly more often than other things
    they met."""
    RISE = "rise"
    """From a day on, the user chose this category or attribute value clearly more often than
    before."""
    FALL = "fall"
    """From a day on, the user chose this category or attribute value clearly less often than
    before."""
    RANGE = "range"
    """Half of what the user chose lies in this range of a number, higher or lower than what people
    choose at large."""
    DOMAIN = "domain"
    """So much of what the user chose is of this domain."""
    EXAMPLE = "example"
    """An item that the PREFERENCE, AVERSION or RISE of the same name, value and day was counted
    from."""


OF_TASTE = frozenset(
    {
        EvidenceKind.PREFERENCE,
        EvidenceKind.AVERSION,
        EvidenceKind.RISE,
        EvidenceKind.FALL,
        EvidenceKind.RANGE,
        EvidenceKind.DOMAIN,
    }
)
"""Kinds that say something of a user's taste as a whole, about one value each."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact. Fields that do not apply to the kind are empty."""

    kind: EvidenceKind
    weight: float
    """0..1: this fact's share of what moved the score; 0 for supporting facts that were looked up,
    not measured."""
    item_id: str = ""
    """The history item the fact is about; for CONTRAST the other item."""
    title: str = ""
    """Its title."""
    domain: str = ""
    """Its domain; empty when it is that of the recommended item."""
    event_type: str = ""
    """What the user did with it: watch, rating, purchase, ..."""
    event_value: float | None = None
    """The value of that event, e.g. the rating."""
    name: str = ""
    """Attribute name (ATTRIBUTE and facts about taste; empty for a category), what the request
    asked for (RULE, TASTE), what is unknown (COLD_START: `no_history`, `short_history`, or
    `not_used` when the request forbade its use), which words are close (TEXT_SIMILARITY:
    `description` where both items have one, else `details`: title, categories and attributes), who
    pays (SPONSORSHIP), or how the item scores against the other (CONTRAST: `higher`, `lower`, or
    `seen` if the user has met the other)."""
    value: str = ""
    """Attribute value (one element of a list) or category, domain (DOMAIN), or where a RANGE lies
    against that of people at large: `higher` or `lower`."""
    count: int = 0
    """How many: people (CO_ENGAGEMENT, POPULARITY, TREND), history items that share it (CATEGORY,
    ATTRIBUTE), events known (COLD_START), days (NEWNESS), items of the value or range that the user
    chose, or turned down (AVERSION)."""
    similarity: float = 0.0
    """Cosine similarity of TEXT_SIMILARITY, IMAGE_SIMILARITY, AUDIO_SIMILARITY and TASTE."""
    window_days: int = 0
    """POPULARITY: `count` people within this many days; 0 means over all time."""
    percentile: float = 0.0
    """POPULARITY and TREND: share of the catalogue that fewer people chose, 0..1."""
    score_drop: float = 0.0
    """Served score minus the score without this fact: HISTORY, and other kinds where it was
    measured. In an answer about two items the difference of their scores instead of one score;
    CONTRAST holds that difference itself."""
    total: int = 0
    """What `count` is out of: all items that the user chose (PREFERENCE, DOMAIN), those with the
    number (RANGE), those from the change to the next one (RISE, FALL), or all of the value that
    they chose or turned down (AVERSION)."""
    lift: float = 0.0
    """PREFERENCE: how many times the share it has in what people choose at large."""
    since: str = ""
    """RISE, FALL and their EXAMPLE: the day of the change, UTC, as 2017-03-14."""
    earlier_count: int = 0
    """RISE, FALL: how many of the `earlier_total` items chosen before the change, back to the last
    one."""
    earlier_total: int = 0
    low: float = 0.0
    """RANGE: the first quartile."""
    high: float = 0.0
    """RANGE: the third quartile."""

    @property
    def theme(self) -> tuple[str, str, str]:
        """What a fact about taste and its examples have in common."""
        return self.name, self.value, self.since


@dataclass(frozen=True, slots=True)
class Subject:
    """The recommended item, as far as words may be said about it."""

    item_id: str
    title: str
    domain: str = ""
    categories: Sequence[str] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute values as text; lists are joined by a comma."""
