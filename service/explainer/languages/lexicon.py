"""Lexicon: what the verifier knows of a language, as regular expressions.

In an expression `T` stands for something that is quoted or named, `N` for a number. Data types
only; the expressions are in the folder of each language.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.explainer.evidence import EvidenceKind


@dataclass(frozen=True, slots=True)
class GuardedWords:
    """Words that only certain evidence supports."""

    words: str
    """Regular expression."""
    kinds: frozenset[EvidenceKind] = frozenset()
    """A fact of any of these kinds supports them. Empty: no evidence ever does."""
    about_cited: bool = False
    """Whether the fact must be about an item quoted in the same sentence, if one is."""
    named: str = ""
    """The name that the fact must have, or (RANGE) the value. Empty: any."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts, by the words around it."""

    words: str
    """Regular expression, in which `N` is the number."""
    field: str
    """`count`, `window_days`, `percent`, `event_value`, `total`, `lift`, `earlier_count` or
    `earlier_total`."""
    kinds: frozenset[EvidenceKind]
    """Kinds of the facts that have such a number."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the verifier knows of one language."""

    script: str
    """`latin` or `cjk`: the letters its sentences are made of."""
    causes: str
    """Words that state a cause; only HISTORY supports one."""
    clause_ends: str
    """Where a clause ends within a sentence."""
    sharing: str
    """Words that say that two items have something in common."""
    guarded: tuple[GuardedWords, ...]
    units: tuple[Unit, ...]
    rating_of: str
    """A title `T` with the rating `N` it was given."""
    you: str
    """What stands before `VERB` when the user did it."""
    verb_of: str
    """`VERB` with the title `T` that was its object."""
    crowd: str
    """Words that make people the subject of a verb, where none of `user` stand nearer to it."""
    user: str
    """Words that make the user the subject."""
    user_did: str
    """`VERB` said of the user with an object that is nothing the evidence names."""
    needs_fact: tuple[str, ...]
    """Words that must be followed by something the evidence names."""
    unguarded: frozenset[EvidenceKind] = frozenset()
    """Kinds that need no guarded words: other checks hold what is said of them."""
    user_verbs: str = ""
    """One group: a word that says what the user did; it must be an event's or one of the allowed."""
    user_verbs_allowed: frozenset[str] = frozenset()
    glue: str = ""
    """Words (cjk: characters) that say nothing by themselves, beyond those of the patterns. Any
    other word might say anything, so none may occur."""
    openers: str = ""
    """Lower-case words that may open a sentence. Any other capitalised word is a name (latin script
    only)."""
    max_sentence: int = 240
    """Characters, everything quoted or named counted as three."""
