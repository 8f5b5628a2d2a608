"""Profile: a person's taste as a few sentences, one for each fact, with its examples in it.

It owns how many facts of each kind are told. It knows no language and measures nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from service.explainer.evidence import OF_TASTE, Evidence, EvidenceKind
from service.explainer.languages.language import Language
from service.explainer.template.choosing import Chooser
from service.explainer.template.phrasing import Draft, finish, pattern_key, usable
from service.explainer.template.taste_slots import TasteSlots

MAX_SENTENCES = 6
MAX_OF_KIND: Mapping[EvidenceKind, int] = {
    EvidenceKind.PREFERENCE: 3,
    EvidenceKind.RISE: 2,
    EvidenceKind.FALL: 2,
    EvidenceKind.AVERSION: 2,
    EvidenceKind.RANGE: 1,
    EvidenceKind.DOMAIN: 1,
    EvidenceKind.TASTE: 1,
    EvidenceKind.COLD_START: 1,
}
"""Sentences about each kind; other kinds are not about a taste."""


def compose_profile(evidence: Sequence[Evidence], language: Language, chooser: Chooser) -> Draft:
    """The sentences, in the order of the facts."""
    slots = TasteSlots(language, chooser.index(3))
    patterns: list[str] = []
    sentences: list[str] = []
    for place, (fact, examples) in enumerate(_told(evidence)):
        values = slots.of_taste(fact, examples) if fact.kind in OF_TASTE else slots.of([fact], "")
        fitting = usable(_patterns(fact, language), values)
        fitting = [pattern for pattern in fitting if "{titles}" in pattern] or fitting
        fitting = [pattern for pattern in fitting if pattern not in patterns] or fitting
        if fitting:
            patterns.append(chooser.phrase(fitting, values, place))
            sentences.append(patterns[-1].format(**values))
    if not sentences:
        patterns = sentences = [chooser.lead(language.taste.nothing, {})]
    return Draft(finish(sentences, language), patterns[0])


def with_examples(evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, list[Evidence]]]:
    """Each fact that a sentence can be about, with the examples that come with it."""
    for fact in evidence:
        if fact.kind in MAX_OF_KIND:
            yield (
                fact,
                [e for e in evidence if e.kind is EvidenceKind.EXAMPLE and e.theme == fact.theme],
            )


def _told(evidence: Sequence[Evidence]) -> list[tuple[Evidence, list[Evidence]]]:
    """The first of every kind, and two preferences, before there is a second of any."""
    pairs = list(with_examples(evidence))
    seen: Counter[EvidenceKind] = Counter()
    ranks: list[tuple[int, int]] = []
    for place, (fact, _) in enumerate(pairs):
        if seen[fact.kind] < MAX_OF_KIND[fact.kind]:
            ranks.append((seen[fact.kind] - (fact.kind is EvidenceKind.PREFERENCE), place))
        seen[fact.kind] += 1
    return [pairs[place] for place in sorted(place for _, place in sorted(ranks)[:MAX_SENTENCES])]


def _patterns(fact: Evidence, language: Language) -> Sequence[str]:
    table = language.leads if fact.kind is EvidenceKind.COLD_START else language.taste.patterns
    if fact.kind is EvidenceKind.AVERSION and language.event(fact.event_type) == "rating":
        return table["aversion.rating"]
    return table[pattern_key(fact)]
