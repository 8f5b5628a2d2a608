"""Evidence: the typed, weighted facts that moved a score.

The explainer may say what is here and nothing else. This module also holds the one table of how
each kind of fact is told. It does not know models, stores or languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

DESCRIPTION, DETAILS = "description", "details"
"""Names of TEXT_SIMILARITY evidence."""
PEOPLE = "people"
"""What facts about others count."""
HIGHER, LOWER, SEEN = "higher", "lower", "seen"
"""Names of CONTRAST evidence; the first two are also values of RANGE evidence."""


class EvidenceKind(StrEnum):
    """What sort of fact it is."""

    HISTORY = "history"
    """Without this item in the user's history, the scorer that served gives a lower score."""
    CATEGORY = "category"
    """The item and the user's history share a category."""
    ATTRIBUTE = "attribute"
    """The item and the user's history share an attribute value."""
    TEXT_SIMILARITY = "text_similarity"
    """The item's text is close to that of a history item."""
    IMAGE_SIMILARITY = "image_similarity"
    """The item's picture is close to that of a history item."""
    AUDIO_SIMILARITY = "audio_similarity"
    """The item sounds like a history item."""
    MEDIA_SIMILARITY = "media_similarity"
    """The item is close to a history item in another modality; `name` says which, e.g. `video`."""
    CO_ENGAGEMENT = "co_engagement"
    """People who chose the history item also chose this one (at least 5 of them, who disliked
    neither)."""
    POPULARITY = "popularity"
    """Many people chose the item."""
    TREND = "trend"
    """People choose the item more often lately than they used to (at least 5 of them)."""
    NEWNESS = "newness"
    """The item is new in the catalogue."""
    TASTE = "taste"
    """The item has what the taste that the user described asks for, as a WISH."""
    WISH = "wish"
    """The item has what the wish of the request asks for: a value of the catalogue, or, where
    `value` is empty, words that are close to its own."""
    EXPLORATION = "exploration"
    """The item has a place that is kept for exploration, as the request asked."""
    RULE = "rule"
    """A filter or domain of the request allowed only such items."""
    PLACEMENT = "placement"
    """A rule of whoever runs the service put the item here; without it, it would not be."""
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
    """The user chooses this category or attribute value clearly more often than the population."""
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
    """Half of what the user chose lies in this range of a number, higher or lower than what the
    population chooses."""
    DOMAIN = "domain"
    """So much of what the user chose is of this domain."""
    ASPECT = "aspect"
    """A language model describes the item and the user's history by the same word; `name` says what
    the word is about, such as `mood`. Every text says that it is a model's."""
    EXAMPLE = "example"
    """An item that the PREFERENCE, AVERSION or RISE of the same name, value and day was counted
    from."""

    @property
    def role(self) -> Role:
        """What facts of this kind do in a text."""
        return TELLING[self].role


class Role(StrEnum):
    """What a fact does in a text. The plan of a text goes by it."""

    CAUSE = "cause"
    """May be given as a cause. Several items of the history may share one sentence."""
    SUPPORT = "support"
    """Supports the item, in a clause of its own."""
    SHARED = "shared"
    """Something in common with a history item; two about one item share a sentence."""
    SIMILAR = "similar"
    """Closeness to a history item; two about one item share a sentence."""
    CONTEXT = "context"
    """A circumstance of the request; it never comes before a fact about the item."""
    COMPLETE = "complete"
    """Says all there is to say; no sentence is added to make it a paragraph."""
    LABEL = "label"
    """A sentence that is added to every text. No writer may write it or leave it out."""
    TASTE = "taste"
    """Says something about a user's taste as a whole, about one value. Told in a profile only."""
    EXAMPLE = "example"
    """An item that is named beside a fact about a taste."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How facts of one kind are told."""

    role: Role
    counts: str = ""
    """What `Evidence.count` counts: a key of `Language.counted`. Empty where that table has no
    words for it."""
    quotes_name: bool = False
    """Whether `Evidence.name` is somebody's own words, so that it is quoted."""


TELLING: Mapping[EvidenceKind, Telling] = {
    EvidenceKind.HISTORY: Telling(Role.CAUSE),
    EvidenceKind.CATEGORY: Telling(Role.SHARED, counts="items"),
    EvidenceKind.ATTRIBUTE: Telling(Role.SHARED, counts="items"),
    EvidenceKind.ASPECT: Telling(Role.SHARED, counts="items"),
    EvidenceKind.TEXT_SIMILARITY: Telling(Role.SIMILAR),
    EvidenceKind.IMAGE_SIMILARITY: Telling(Role.SIMILAR),
    EvidenceKind.AUDIO_SIMILARITY: Telling(Role.SIMILAR),
    EvidenceKind.MEDIA_SIMILARITY: Telling(Role.SIMILAR),
    EvidenceKind.CO_ENGAGEMENT: Telling(Role.SUPPORT, counts=PEOPLE),
    EvidenceKind.POPULARITY: Telling(Role.SUPPORT, counts=PEOPLE),
    EvidenceKind.TREND: Telling(Role.SUPPORT, counts=PEOPLE),
    EvidenceKind.NEWNESS: Telling(Role.SUPPORT),
    EvidenceKind.TASTE: Telling(Role.SUPPORT, quotes_name=True),
    EvidenceKind.WISH: Telling(Role.SUPPORT, quotes_name=True),
    EvidenceKind.EXPLORATION: Telling(Role.CONTEXT),
    EvidenceKind.RULE: Telling(Role.CONTEXT, quotes_name=True),
    EvidenceKind.COLD_START: Telling(Role.CONTEXT, counts="entries"),
    EvidenceKind.SPONSORSHIP: Telling(Role.LABEL, quotes_name=True),
    EvidenceKind.PLACEMENT: Telling(Role.LABEL),
    EvidenceKind.CONTRAST: Telling(Role.COMPLETE),
    EvidenceKind.CHANGE: Telling(Role.COMPLETE),
    EvidenceKind.PREFERENCE: Telling(Role.TASTE),
    EvidenceKind.AVERSION: Telling(Role.TASTE),
    EvidenceKind.RISE: Telling(Role.TASTE),
    EvidenceKind.FALL: Telling(Role.TASTE),
    EvidenceKind.RANGE: Telling(Role.TASTE),
    EvidenceKind.DOMAIN: Telling(Role.TASTE),
    EvidenceKind.EXAMPLE: Telling(Role.EXAMPLE),
}
"""How each kind is told. A new kind needs a line here."""


def kinds_of(*roles: Role) -> frozenset[EvidenceKind]:
    """All kinds with one of these roles."""
    return frozenset(kind for kind, telling in TELLING.items() if telling.role in roles)


SHARED = kinds_of(Role.SHARED)
SIMILAR = kinds_of(Role.SIMILAR)
OF_TASTE = kinds_of(Role.TASTE)
OF_WORDS = frozenset({EvidenceKind.TASTE, EvidenceKind.WISH})
"""Of what somebody's words ask for: of a value, or where `value` is empty of closeness."""
OF_PEOPLE = frozenset(kind for kind, telling in TELLING.items() if telling.counts == PEOPLE)

SIMILARITY_OF_MODALITY: Mapping[str, EvidenceKind] = {
    "text": EvidenceKind.TEXT_SIMILARITY,
    "image": EvidenceKind.IMAGE_SIMILARITY,
    "audio": EvidenceKind.AUDIO_SIMILARITY,
}
"""Modalities with a kind of their own. All others are MEDIA_SIMILARITY, by name."""


def similarity_kind(modality: str) -> EvidenceKind:
    """The kind of a fact about closeness in a modality.

    >>> similarity_kind("audio").value, similarity_kind("video").value
    ('audio_similarity', 'media_similarity')
    """
    return SIMILARITY_OF_MODALITY.get(modality, EvidenceKind.MEDIA_SIMILARITY)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact. Fields that do not apply to the kind are empty."""

    kind: EvidenceKind
    weight: float
    """0 to 1: this fact's share of what moved the score. 0 for supporting facts that were looked
    up, not measured."""
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
    """By kind:

    - ATTRIBUTE and facts about taste: the attribute's name; empty for a category.
    - ASPECT: the aspect's name.
    - RULE: what the request asked for; TASTE, WISH: the words of it that the item answers to.
    - COLD_START: what is unknown, `no_history` or `short_history`, or `not_used` when the request
      forbade its use.
    - TEXT_SIMILARITY: which text is close, `description` where both items have one, else
      `details`: title, categories and attributes.
    - MEDIA_SIMILARITY: the modality.
    - CO_ENGAGEMENT, POPULARITY, TREND: the event type by which the people chose; empty where it was
      not one and the same.
    - SPONSORSHIP: who pays.
    - CONTRAST: how the item scores against the other, `higher` or `lower`, or `seen` if the user
      has met the other.
    """
    value: str = ""
    """Attribute value (one element of a list), category, or word of a model (ASPECT); domain
    (DOMAIN); where a RANGE lies against that of the population: `higher` or `lower`; or the value
    that answers to somebody's words (TASTE, WISH), empty where words are close."""
    count: int = 0
    """How many: people who chose, without those who disliked (CO_ENGAGEMENT, POPULARITY, TREND),
    history items that share it (CATEGORY, ATTRIBUTE, ASPECT), events known (COLD_START), days (NEWNESS),
    items of the value or range that the user chose, or turned down (AVERSION)."""
    similarity: float = 0.0
    """Cosine similarity of the *_SIMILARITY kinds."""
    window_days: int = 0
    """POPULARITY: `count` people within this many days; 0 means over all time."""
    percentile: float = 0.0
    """POPULARITY and TREND: share of the catalogue that fewer people chose, 0 to 1."""
    score_drop: float = 0.0
    """Served score minus the score without this fact: HISTORY, and other kinds where it was
    measured. In an answer about two items the difference of their scores instead of one score;
    CONTRAST holds that difference itself."""
    total: int = 0
    """What `count` is out of: all items that the user chose (PREFERENCE, DOMAIN), those with the
    number (RANGE), those from the change to the next one (RISE, FALL), or all of the value that
    they chose or turned down (AVERSION)."""
    lift: float = 0.0
    """PREFERENCE: how many times the share it has in what the population chooses."""
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
    def item_key(self) -> tuple[str, str]:
        """Identity of the item that the fact is about: id and title, both empty for no item."""
        return self.item_id, self.title

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
