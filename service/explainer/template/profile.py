"""Profile: a person's taste as a few sentences, one for each fact, with its examples in it.

This module owns how many facts of each kind are told. It does not know languages and measures
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from service.explainer.evidence import OF_TASTE, Evidence, EvidenceKind
from service.explainer.languages.language import RATING, Language
from service.explainer.template.phrasing import Draft, finish, pattern_key, usable
from service.explainer.template.selection import PhrasingSelector
from service.explainer.template.taste_slots import TasteSlots

MAX_SENTENCES = 6
TOLD = OF_TASTE | {EvidenceKind.TASTE, EvidenceKind.COLD_START}
"""Kinds that a sentence of a profile can be about."""
MAX_OF_KIND: Mapping[EvidenceKind, int] = {
    EvidenceKind.PREFERENCE: 3,
    EvidenceKind.RISE: 2,
    EvidenceKind.FALL: 2,
    EvidenceKind.AVERSION: 2,
    EvidenceKind.FREQUENT: 3,
}
"""Most sentences about a kind, where it is more than one."""


def compose_profile(
    evidence: Sequence[Evidence], language: Language, selector: PhrasingSelector
) -> Draft:
    """The sentences, in the order of the facts."""
    slots = TasteSlots(language, selector.index(3))
    patterns: list[str] = []
    sentences: list[str] = []
    for place, (fact, examples) in enumerate(_told(evidence)):
        is_of_taste = fact.kind in OF_TASTE
        values = slots.of_taste(fact, examples) if is_of_taste else slots.of([fact], "")
        fitting = _fitting(usable(_patterns(fact, language), values), patterns)
        if fitting:
            pattern = selector.phrase(fitting, values, place)
            patterns.append(pattern)
            sentences.append(pattern.format(**values))
    if not sentences:
        patterns = sentences = [selector.lead(language.taste.nothing, {})]
    return Draft(finish(sentences, language), patterns[0])


def with_examples(evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, list[Evidence]]]:
    """Each fact that a sentence can be about, with its examples."""
    for fact in evidence:
        if fact.kind in TOLD:
            yield fact, [one for one in evidence if _is_example(one, fact)]


def _is_example(one: Evidence, fact: Evidence) -> bool:
    return one.kind is EvidenceKind.EXAMPLE and one.theme == fact.theme


def _told(evidence: Sequence[Evidence]) -> list[tuple[Evidence, list[Evidence]]]:
    """The facts that are told. The first of every kind, and two preferences, come before there is a
    second of any."""
    pairs = list(with_examples(evidence))
    seen: Counter[EvidenceKind] = Counter()
    ranks: list[tuple[int, int]] = []
    for place, (fact, _) in enumerate(pairs):
        if seen[fact.kind] < MAX_OF_KIND.get(fact.kind, 1):
            is_preference = fact.kind is EvidenceKind.PREFERENCE
            ranks.append((seen[fact.kind] - is_preference, place))
        seen[fact.kind] += 1
    chosen = sorted(place for _, place in sorted(ranks)[:MAX_SENTENCES])
    return [pairs[place] for place in chosen]


def _fitting(patterns: Sequence[str], used: Sequence[str]) -> Sequence[str]:
    """The patterns that name examples, if any does; of these the ones not used yet, if any is
    left."""
    naming = [pattern for pattern in patterns if "{titles}" in pattern] or patterns
    return [pattern for pattern in naming if pattern not in used] or naming


def _patterns(fact: Evidence, language: Language) -> Sequence[str]:
    key = fact.kind.value
    if fact.kind is EvidenceKind.COLD_START:
        return language.leads[pattern_key(fact)]
    if fact.kind is EvidenceKind.AVERSION and language.event(fact.event_type) == RATING:
        key = f"{key}.{RATING}"
    return language.taste.patterns[key]
