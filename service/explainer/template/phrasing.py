"""Phrasing: which patterns say a fact, and sentences made of them, from capital to full stop.

It does not know which language it is, and of evidence it knows the kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter

from service.explainer.evidence import OF_WORDS, Evidence, EvidenceKind
from service.explainer.languages.language import Language

_WHAT_IS_UNKNOWN = ("no_history", "short_history", "not_used")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was put together."""

    text: str
    pattern: str
    """The lead pattern it was made from."""


def pattern_key(evidence: Evidence) -> str:
    """The key of a fact's patterns in the tables of a language."""
    kind = evidence.kind
    if kind is EvidenceKind.COLD_START:
        guess = "short_history" if evidence.count > 0 else "no_history"
        name = evidence.name if evidence.name in _WHAT_IS_UNKNOWN else guess
        return f"{kind.value}.{name}"
    if kind in OF_WORDS:
        return kind.value if evidence.value else f"{kind.value}.near"
    if kind is EvidenceKind.CONTRAST:
        return f"{kind.value}.{evidence.name}"
    if kind in (EvidenceKind.ATTRIBUTE, EvidenceKind.ASPECT):
        return EvidenceKind.CATEGORY.value
    return kind.value


def usable(patterns: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    """The patterns whose every slot has something to say."""
    return [p for p in patterns if all(facts.get(slot) for slot in slot_names(p))]


@cache
def slot_names(pattern: str) -> tuple[str, ...]:
    """The slots of a pattern, in order.

    >>> slot_names("like {title}, {this} {sg}")
    ('title', 'this', 'sg')
    """
    return tuple(name for _, name, _, _ in Formatter().parse(pattern) if name)


def finish(sentences: Sequence[str], language: Language) -> str:
    """Sentences as one text: each with a capital and a full stop."""
    whole = [_finished(sentence.strip(), language.stop) for sentence in sentences]
    text = language.between_sentences.join(whole)
    return tidy(text) if language.spaced_latin else text


def _finished(sentence: str, stop: str) -> str:
    sentence = sentence[:1].upper() + sentence[1:]
    return sentence if sentence.endswith(stop) else sentence + stop


def tidy(text: str) -> str:
    """The text without double spaces, and without spaces beside Chinese punctuation."""
    single = re.sub(r" {2,}", " ", text)
    return re.sub(r" *([，。；：、！？]) *", r"\1", single).strip()
