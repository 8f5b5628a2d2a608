"""What a language has to bring so that a language model can reply in it: the words that it may use.

Knows no model; `service.dialogue.wording` tells it these, and holds it to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a statement says of its facts."""

    ASKED = "asked"
    """The person asked for them, and the list goes by them."""
    LEANING = "leaning"
    """They move the list only."""
    UNKNOWN = "not_understood"
    """Words that were not understood."""
    REMOVAL = "removal"
    """Items: without all of them in the person's history, the item would not be on the list."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How statements of one role may be said, beside their facts. Whatever could turn a fact into
    its opposite is in none of the words, or in a phrase that says no more than it should."""

    example: str
    """Slot `facts`."""
    words: str
    """That may stand anywhere, in lower case; in Chinese, characters."""
    needed: Sequence[Sequence[str]] = ()
    """One phrase of each must occur."""
    allowed: Sequence[str] = ()
    """Phrases that may occur, whole."""


@dataclass(frozen=True, slots=True)
class Manners:
    """The manners of one language."""

    language: str
    """What it is called, to a model."""
    is_spaced: bool
    """Whether words have spaces between them."""
    of: Mapping[Role, Manner]
