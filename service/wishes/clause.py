"""What grammar alone makes of a wish: clauses with a stance, limits, and references to items.

One `Grammar` per language, found under `service.wishes.languages`. A grammar knows function words,
negation and numbers of its language; it knows no catalogue, no topics and no genres.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Stance(StrEnum):
    """How a person stands to what a clause names."""

    WANT = "want"
    """"old detective films"."""
    PREFER = "prefer"
    """"rather something funny", "more romance", "funnier"."""
    LESS = "less"
    """"less violent", "not too long"."""
    WITHOUT = "without"
    """"no animation", "nothing gory", "without zombies", "not black"."""


class Quantity(StrEnum):
    """What a limit is about, as far as its own words tell."""

    UNNAMED = "unnamed"
    """"under 50": what it bounds is decided by the catalogue."""
    PRICE = "price"
    """A currency, "cheap" with a number, "costs"."""
    YEAR = "year"
    """"from the seventies", "before 1980", "1990s", "newer than 2005"."""
    MINUTES = "minutes"
    """Durations; hours are converted."""
    NAMED = "named"
    """Some other unit or noun: "under 300 pages", "at least 4 stars"; `Limit.noun` has it."""
    NEWNESS = "newness"
    """"new", "newest", "latest": what came to the catalogue lately, or by year."""
    AVAILABILITY = "availability"
    """"in stock", "available"."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a number. Of a comparative without a number ("cheaper", "newer", "shorter",
    "older"), `low` and `high` are None and `direction` tells."""

    text: str
    quantity: Quantity
    low: float | None = None
    """Inclusive unless `strict`."""
    high: float | None = None
    strict: bool = False
    """Whether the bounds themselves are out: "under 50", "before 1980"."""
    noun: str = ""
    """The unit or noun, as it was written in the singular or plural."""
    direction: int = 0
    """+1: more of it than so far ("newer", "longer", "dearer", and "in stock"), -1: less; 0 where there
    are numbers."""
    before: str = ""
    """The word in front of a bound without one: "area" in "an area over 500". It may be what the number
    is about, or not."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words, and how the person stands to them."""

    text: str
    """As they were written, with what shows the stance: "no animation"."""
    stance: Stance
    words: str
    """What it is about: "animation". Comparatives and plurals stay as they are written, people of
    an age become what they are called."""
    age: Limit | None = None
    """The limit that the first of the words is, where the others say what is wanted: "old westerns", and
    not "old men". Its text is that word."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An item that is named by its place in the answer before ("more like 3", "not 2"), or by a
    title ("like Alien")."""

    text: str
    like: bool
    """False: not this one."""
    place: int = 0
    """Its rank, from 1, or from the end: -1 is the last, -2 the one before it. 0 where `title` names
    it."""
    title: str = ""
    """Words in which a title is to be looked for; where the catalogue has none of that title they
    are free words."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One utterance."""

    clauses: Sequence[Clause] = ()
    limits: Sequence[Limit] = ()
    references: Sequence[Reference] = ()


class Grammar(Protocol):
    """What one language has to bring. Pure, and safe to be called from several threads."""

    code: str
    """"en", "zh"."""
    sorts: Collection[str]
    """Nouns for whatever a catalogue has, such as "films" and "items", in lower case: they say nothing
    beside others."""
    praise: Collection[str]
    """Tokens such as "good" and "great": beside what is named they say nothing that could be looked
    for."""

    function: Collection[str]
    """Words such as "the" and "in": alone in the midst of others they name no value."""

    def reads(self, text: str) -> bool:
        """Whether the text is in this language, by its script and function words."""
        ...

    def parse(self, text: str) -> Parsed:
        """Every word of the text that carries meaning is in exactly one part; function words
        ("show me", "some", "films"? no: nouns stay) are in none. Never raises."""
        ...

    def forms(self, word: str) -> Sequence[str]:
        """Other forms of a word under which a catalogue may have it, likeliest first: singular and
        plural, the base of a comparative ("funnier" -> "funny"), without a hyphen. Without the word
        itself."""
        ...
