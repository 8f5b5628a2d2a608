"""Facts: what the recommender hands over so that a result can be explained, as plain values.

This module owns the input of `attribution`. It does not know how scores are computed or how facts
are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

AttributeValue = str | float | bool | tuple[str, ...]


class Part(StrEnum):
    """What can be left out of the scorer's input besides a history item.

    A modality that is not listed here is a part as well, under its own name.
    """

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    BEHAVIOUR = "behaviour"
    POPULARITY = "popularity"
    NEWNESS = "newness"
    TASTE = "taste"
    EXPLORATION = "exploration"
    WISH = "wish"
    """What a wish adds to a score, beside the ranker."""


BESIDE_HISTORY = frozenset({Part.POPULARITY, Part.NEWNESS, Part.TASTE, Part.EXPLORATION, Part.WISH})
"""Parts that are not about the history. All others (modalities, behaviour) cut the movement of the
history across."""


SPONSORED = "sponsored"
"""Name of the item attribute that says that somebody pays for the item being shown: true, or who it
is. It is told, and never counts as something that two items have in common."""


@dataclass(frozen=True, slots=True)
class Background:
    """How similar two random items of the catalogue are: mean and standard deviation of the cosine.

    A cosine of .4 means much in one embedding space and nothing in the next. So similarity counts
    by its distance from the background, never by itself.
    """

    mean: float = 0.0
    std: float = 0.0
    """0 means unknown: then nothing counts as similar."""

    def z(self, cosine: float | None) -> float:
        """Standard deviations above the background; 0 where either is unknown."""
        if cosine is None or self.std <= 0 or not np.isfinite(cosine):
            return 0.0
        return (cosine - self.mean) / self.std


@dataclass(frozen=True, slots=True)
class HistoryFact:
    """One history item, and what was looked up about it and the candidate."""

    item_id: str
    title: str = ""
    domain: str = ""
    event_type: str = ""
    value: float | None = None
    """Value of the event, e.g. the rating."""
    liked: bool = True
    """False for a dislike, a skip or a low rating: such an item is never given as a reason. Low is
    best taken as below the user's own average: "because you gave it a 3" convinces nobody."""
    categories: Sequence[str] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    described: bool = False
    """Whether it has a description; else its text is its title, categories and attributes."""
    cosines: Mapping[str, float] = field(default_factory=dict)
    """Modality -> cosine of the item's and the candidate's vectors. A modality is left out where
    one of them has no vector."""
    co_engaged: int = 0
    """People who chose both this item and the candidate, and disliked neither."""
    co_engaged_deed: str = ""
    """The event type by which they chose; empty where it was not one and the same."""
    aspects: Mapping[str, AttributeValue] = field(default_factory=dict)
    """What a language model says of it: aspect -> values."""


class Citable(NamedTuple):
    """A history item that may be given as a reason."""

    fact: HistoryFact
    drop: float
    """How much lower the candidate's score is without it; 0 where it is not lower."""


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """The recommended item."""

    item_id: str
    categories: Sequence[str] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    described: bool = False
    popularity_count: int = 0
    """People who chose it in the window of `CatalogueFacts.popularity_window_days`, without those
    who disliked it."""
    popularity_percentile: float = 0.0
    """Share of the catalogue that fewer people chose in that window, 0 to 1."""
    popularity_deed: str = ""
    """The event type by which they chose it; empty where it was not one and the same."""
    days_since_created: float | None = None
    wished: Sequence[tuple[str, str]] = ()
    """What it has of what was asked for: words of the wish, and the value that it has, empty where
    its words are close."""
    of_taste: Sequence[tuple[str, str]] = ()
    """The same of the taste that the user described."""
    recent_count: int = 0
    """People who chose it lately, without those who disliked it."""
    recent_percentile: float = 0.0
    """Share of the catalogue that fewer people chose lately, 0 to 1."""
    recent_lift: float = 0.0
    """How many times as often it was chosen lately as over all time; 1 means no change."""
    recent_deed: str = ""
    sponsor: str | None = None
    """Who pays for its being shown; empty where somebody does but it is not known who, None where
    nobody does."""
    aspects: Mapping[str, AttributeValue] = field(default_factory=dict)
    """What a language model says of it: aspect -> values."""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The request and the user behind it."""

    n_events_known: int = 0
    profiled: bool = True
    """False when the request forbade the use of anything about the user."""
    rule: str = ""
    """The filter or domains of the request in words; empty means none."""
    exploration: bool = False
    """Whether the candidate has a place that is kept for exploration."""
    placed: bool = False
    """Whether a rule put the candidate on the list."""


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """What is usual in this catalogue, so that the usual is not given as a reason."""

    backgrounds: Mapping[str, Background] = field(default_factory=dict)
    """Modality -> how similar random items are in it, for every modality of the catalogue. Facts of
    equal strength come in the order of this mapping."""
    category_share: Mapping[str, float] = field(default_factory=dict)
    """Category -> share of the catalogue that has it, 0 to 1."""
    attribute_share: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(attribute name, one value) -> share of the catalogue that has it, 0 to 1; of attributes that are
    not mute."""
    mute_attributes: frozenset[str] = frozenset()
    """Attributes whose values say nothing where two items share one; see `columns`."""
    popularity_window_days: int = 0
    """0 means over all time."""
    aspect_share: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(aspect, one value) -> share of the catalogue that a language model says it of, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Counterfactual:
    """The served score, and what it would have been without one thing at a time.

    All scores come from the scorer that served.
    """

    full_score: float
    without_history: NDArray[np.floating[Any]] = field(default_factory=lambda: np.zeros(0))
    """(n,) score without history item i, in the order of the history facts."""
    without_part: Mapping[str, float] = field(default_factory=dict)
    """`Part` or modality -> score without it. What was not measured is left out."""

    def missed(self) -> list[bool]:
        """Whether the score is lower without each history item."""
        return [bool(score < self.full_score) for score in self.without_history]

    def minus(self, other: Counterfactual) -> Counterfactual:
        """The same of the difference of two scores, where both were measured."""
        parts = {
            part: score - other.without_part[part]
            for part, score in self.without_part.items()
            if part in other.without_part
        }
        return Counterfactual(
            self.full_score - other.full_score, self.without_history - other.without_history, parts
        )
