"""Weights: how much a wish moves a score, for a stranger and for somebody known well.

Those that are set here hold where no model is trained; a training may find others
(`service.wishes.learning`). Knows no items and no wishes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Self

FEW_EVENTS = 5
"""After so many events half of a person's list is their own."""


@dataclass(frozen=True, slots=True)
class WishWeights:
    """In deviations of the scores of a query's candidates."""

    topic: float = 1.5
    """An item with the value that sets the nearest items apart."""
    meaning: float = 0.08
    """Per deviation of nearness by the text encoder, where the nearest have a topic in common."""
    words: float = 0.08
    """Per deviation of BM25, likewise."""
    meaning_alone: float = 0.25
    """The same as `meaning` where the nearest have no topic in common, so that the words are about
    something else than what the catalogue's values tell."""
    words_alone: float = 0.25
    """The same as `words`, likewise."""
    seen: float = 0.08
    """Per deviation of nearness of pictures, sounds and the like, where they share a space with words
    and the nearest have a topic in common."""
    seen_alone: float = 0.25
    """The same where they have none."""
    whole: float = 1.0
    """An item that has all the words, of two at least; what has them in part gets little of it. The
    more specific a wish is, the fewer items that are."""
    value: float = 1.5
    """An item with a named value that is preferred, or of which less is wanted."""
    mention: float = 0.6
    """An item with a wanted value of a field that not every item has, where the nearest to all that is
    wanted have a topic in common: several such values describe it."""
    mention_alone: float = 2.0
    """The same where they have none, and where no other words are wanted: who names one thing means
    it."""
    like: float = 0.7
    """Per deviation of likeness to an item that is named."""
    avoided: float = 6.0
    """What only words rule out is pushed down by so much."""


STRANGER = WishWeights()
"""The words are all there is."""
KNOWN = WishWeights(
    topic=1.0,
    meaning=0.01,
    words=0.0,
    meaning_alone=0.1,
    words_alone=0.1,
    seen=0.01,
    seen_alone=0.1,
    mention=0.0,
)
"""The better somebody is known, the more their own order among what has the topic is worth."""


@dataclass(frozen=True, slots=True)
class Following:
    """How much a wish is followed, by how well the person is known."""

    stranger: WishWeights = field(default=STRANGER)
    """Of whom no event is known."""
    known: WishWeights = field(default=KNOWN)
    """Of whom any number is."""

    def of(self, n_events: int) -> WishWeights:
        """For somebody of whom so many events are known.

        >>> Following(WishWeights(topic=1.0), WishWeights(topic=2.0)).of(FEW_EVENTS).topic
        1.5
        """
        share = share_of_strangers(n_events)
        return WishWeights(
            **{
                one.name: share * getattr(self.stranger, one.name)
                + (1 - share) * getattr(self.known, one.name)
                for one in fields(WishWeights)
            }
        )

    def to_json(self) -> dict[str, dict[str, float]]:
        """By name, for a checkpoint."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Mapping[str, float]]) -> Self:
        """As it was saved; what this version has beside it is as it is set, and what it does not have
        is left out."""
        usual = asdict(cls())
        names = {one.name for one in fields(WishWeights)}
        kept = {
            who: {name: value for name, value in saved.get(who, {}).items() if name in names}
            for who in usual
        }
        return cls(**{who: WishWeights(**{**usual[who], **kept[who]}) for who in usual})


def share_of_strangers(n_events: int) -> float:
    """How much of a stranger somebody is, 0..1.

    >>> share_of_strangers(0), share_of_strangers(FEW_EVENTS)
    (1.0, 0.5)
    """
    return FEW_EVENTS / (FEW_EVENTS + n_events)
