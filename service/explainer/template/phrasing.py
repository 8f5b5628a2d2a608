"""Phrasing: which patterns say a fact, and sentences made from them that begin and end as sentences
do.

It knows no language, and of evidence the kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from service.explainer.evidence import Evidence, EvidenceKind
from service.explainer.languages.language import Language


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that was put together."""

    text: str
    pattern: str
    """The lead pattern it was made from."""


def pattern_key(evidence: Evidence) -> str:
    """The name of the patterns for a fact."""
    if evidence.kind is EvidenceKind.COLD_START:
        known = "short_history" if evidence.count > 0 else "no_history"
        return f"cold_start.{evidence.name if evidence.name in ('no_history', 'short_history', 'not_used') else known}"
    if evidence.kind is EvidenceKind.CONTRAST:
        return f"contrast.{evidence.name}"
    return "category" if evidence.kind is EvidenceKind.ATTRIBUTE else evidence.kind.value


def usable(patterns: Sequence[str], facts: Mapping[str, str]) -> list[str]:
    """Patterns whose every slot has something to say."""
    return [p for p in patterns if all(facts.get(slot) for slot in _slot_names(p))]


_NAMES: dict[str, tuple[str, ...]] = {}


def _slot_names(pattern: str) -> tuple[str, ...]:
    if pattern not in _NAMES:
        _NAMES[pattern] = tuple(name for _, name, _, _ in Formatter().parse(pattern) if name)
    return _NAMES[pattern]


def finish(sentences: Sequence[str], language: Language) -> str:
    """Sentences as one text: each with a capital and a full stop."""
    whole = []
    for sentence in sentences:
        sentence = sentence.strip()
        sentence = sentence[:1].upper() + sentence[1:]
        whole.append(sentence if sentence.endswith(language.stop) else sentence + language.stop)
    text = language.between_sentences.join(whole)
    return tidy(text) if language.spaced_latin else text


def tidy(text: str) -> str:
    """No double spaces, none beside Chinese punctuation."""
    return re.sub(r" *([，。；：、！？]) *", r"\1", re.sub(r" {2,}", " ", text)).strip()
