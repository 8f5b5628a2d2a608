"""Checks: what one sentence says, held against the evidence.

Every check takes a sentence and yields what is wrong with it: causes, guarded words,
numbers, attributes, shared values, modalities. This module owns no words (see
`languages/lexicon.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.explainer.evidence import Evidence, EvidenceKind
from service.explainer.languages.language import OF_A_MODEL, AttributeWords, Language
from service.explainer.languages.lexicon import GuardedWords, Unit
from service.explainer.languages.taste_words import lift
from service.explainer.template.slots import cited_title, percent
from service.explainer.text import clean
from service.explainer.verify.expressions import NUMBER, compiled, find_all, search
from service.explainer.verify.masking import TOKEN, Masked, Mention, items_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text, and the evidence it may draw on."""

    raw: str
    """With tokens in place of what it may name."""
    text: str
    """The same in lower case."""
    masked: Masked
    mentions: Sequence[Mention]
    """What it names, in order."""
    cited: frozenset[tuple[str, str]]
    """History items it quotes; empty when it may be about something else altogether."""
    evidence: Sequence[Evidence]
    scope: Sequence[Evidence]
    """Evidence about the quoted items, and about none in particular."""
    language: Language
    words: frozenset[str]
    """Those that it may have beside what it names."""
    openers: frozenset[str]
    """Of these, those that it may begin with."""

    def about(self, evidence: Evidence) -> bool:
        """Whether the evidence is about an item the sentence quotes, or about none in particular."""
        if not self.cited or evidence.item_key in self.cited:
            return True
        return not cited_title(evidence.item_id, evidence.title)


def clauses(sentence: Sentence) -> Iterator[tuple[int, str]]:
    """Its clauses, and where each begins."""
    start = 0
    for clause in compiled(sentence.language.lexicon.clause_ends, False).split(sentence.text):
        start = sentence.text.index(clause, start)
        yield start, clause
        start += len(clause)


def check_causes(sentence: Sentence) -> Iterator[str]:
    """A cause is an item whose absence was measured, and the sentence says which."""
    causes = {e.item_key for e in sentence.evidence if e.kind is EvidenceKind.HISTORY}
    names_a_cause = bool(causes & items_of(sentence.mentions))
    for _, clause in clauses(sentence):
        found = search(sentence.language.lexicon.causes, clause, sentence.language)
        if not found:
            continue
        quoted = [mention for mention in sentence.masked.of(clause) if mention.is_title_only]
        if not names_a_cause or not all(causes & items_of([mention]) for mention in quoted):
            yield f"states a cause ({_readable(found)!r}) that no counterfactual supports"


def check_guarded_words(sentence: Sentence) -> Iterator[str]:
    """Words that only certain evidence supports."""
    for guarded in sentence.language.lexicon.guarded:
        found = search(guarded.words, sentence.text, sentence.language)
        if not found:
            continue
        scope = sentence.scope if guarded.about_cited else sentence.evidence
        if not any(supports(evidence, guarded) for evidence in scope):
            yield f"says {_readable(found)!r}, which the evidence does not support"


def supports(evidence: Evidence, guarded: GuardedWords) -> bool:
    """Whether a fact is one that such words may rest on."""
    has_name = guarded.named in ("", evidence.name, evidence.value)
    return evidence.kind in guarded.kinds and has_name


def check_media(sentence: Sentence) -> Iterator[str]:
    """A modality may be named only where an item that the sentence quotes is close in it."""
    for mention in sentence.mentions:
        if mention.is_medium_only and not any(sentence.about(e) for e in mention.close_in):
            yield f"speaks of the {clean(mention.text)} of an item that is not close in it"


def check_numbers(sentence: Sentence) -> Iterator[str]:
    """Every number counts something known, and counts it right."""
    rated: set[int] = set()
    """Where the numbers stand that are ratings of a title."""
    with_rating = sentence.language.lexicon.rating_of.replace("N", f"({NUMBER})")
    for match in find_all(with_rating, sentence.text, sentence.language):
        rated.add(match.start(1))
        mention = sentence.masked.of(match.group())[-1]
        given = {_rounded(e.event_value) for e in mention.cited}
        if not mention.is_named_otherwise and numeral(match.group(1)) not in given:
            yield f"the number {match.group(1)} is not what the user gave to that item"
    units = units_of(sentence)
    for number in re.finditer(NUMBER, sentence.text):
        unit = units.get(number.start())
        if unit is None and number.start() not in rated:
            yield f"the number {number.group()} counts nothing that is known"
        elif numeral(number.group()) not in _supported_numbers(sentence, unit):
            yield f"the number {number.group()} is not in the evidence, not of that"
    yield from _check_windows(sentence, units)


def units_of(sentence: Sentence) -> dict[int, Unit]:
    """Where a number stands, and what it counts by the words around it."""
    units: dict[int, Unit] = {}
    for unit in sentence.language.lexicon.units:
        words = unit.words.replace("N", NUMBER)
        for match in find_all(words, sentence.text, sentence.language):
            for number in re.finditer(NUMBER, match.group()):
                units.setdefault(match.start() + number.start(), unit)
    return units


def _check_windows(sentence: Sentence, units: Mapping[int, Unit]) -> Iterator[str]:
    """People and days in one clause belong to one fact: popularity, in that window."""
    together = {(float(e.window_days), float(e.count)) for e in sentence.evidence if e.window_days}
    numbers = [
        (match.start(), units[match.start()], numeral(match.group()))
        for match in re.finditer(NUMBER, sentence.text)
        if match.start() in units
    ]
    for start, clause in clauses(sentence):
        end = start + len(clause)
        inside = [(unit, number) for at, unit, number in numbers if start <= at < end]
        days = {number for unit, number in inside if unit.field == "window_days"}
        counted = {number for unit, number in inside if unit.field == "count"}
        people = {
            number
            for unit, number in inside
            if unit.field == "count" and EvidenceKind.POPULARITY in unit.kinds
        }
        others = counted - people
        if days and (others or any((d, n) not in together for d in days for n in people)):
            yield "counts people in a window in which they were not counted"


def _supported_numbers(sentence: Sentence, unit: Unit | None) -> set[float | None]:
    """Numbers the sentence may state, of this unit or, where the words do not tell it, of any."""
    numbers: set[float | None] = set()
    for evidence in sentence.evidence:
        fields = fields_of(evidence)
        is_about = sentence.about(evidence)
        if evidence.kind is EvidenceKind.CO_ENGAGEMENT and not is_about:
            fields["count"] = None
        if not is_about:
            fields["event_value"] = None
        if unit is None:
            numbers.update(fields.values())
        elif evidence.kind in unit.kinds:
            numbers.add(fields[unit.field])
    return numbers - {None}


def fields_of(evidence: Evidence) -> dict[str, float | None]:
    """The numbers of a fact by the field of `Unit` that counts them; None where there is none."""
    e = evidence
    is_change = e.kind in (EvidenceKind.RISE, EvidenceKind.FALL)  # may be from 0, or to 0
    return {
        "count": float(e.count) if e.count or is_change else None,
        "window_days": float(e.window_days) if e.window_days else None,
        "percent": float(percent(e.percentile)) if e.percentile else None,
        "event_value": _rounded(e.event_value),
        "total": float(e.total) if e.total else None,
        "lift": float(lift(e.lift)) if e.lift else None,
        "earlier_count": float(e.earlier_count) if is_change else None,
        "earlier_total": float(e.earlier_total) if is_change else None,
    }


def check_attributes(sentence: Sentence) -> Iterator[str]:
    """Words that speak of an attribute need one of its values, and a value said to be one must be."""
    named = {key for mention in sentence.mentions for key in mention.attributes}
    for key, words in sentence.language.attributes.items():
        yield from _check_binding(sentence, key, words)
        found = ""
        if words.said_by:
            found = search(words.said_by, sentence.text, sentence.language)
        if found and key not in named:
            yield f"speaks of the {key} ({found!r}) without one that the evidence names"
    for pattern in sentence.language.lexicon.needs_fact:
        without_fact = rf"(?:{pattern})(?! ?T)"
        if found := search(without_fact, sentence.text, sentence.language):
            yield f"{_readable(found)!r} is not followed by anything the evidence names"


def _check_binding(sentence: Sentence, key: str, words: AttributeWords) -> Iterator[str]:
    if not words.binds:
        return
    for match in find_all(words.binds, sentence.text, sentence.language):
        mention = sentence.masked.of(match.group())[0]
        if key not in mention.attributes:
            yield f"says {clean(mention.text)!r} is the {key}, which it is not"


def check_attribution(sentence: Sentence) -> Iterator[str]:
    """What only a model says must be said to be a model's, where it is said."""
    language = sentence.language
    words = language.attributes[OF_A_MODEL].binds
    between = f"{re.escape(language.list_separator)}|{re.escape(language.list_last)}"
    attributed = [
        mention
        for match in find_all(rf"{words}(?: ?(?:{between}) ?T)*", sentence.text, language)
        for mention in sentence.masked.of(match.group())
    ]
    for mention in sentence.mentions:
        is_of_a_model = mention.is_value_only and mention.attributes == {OF_A_MODEL}
        if is_of_a_model and not any(mention is one for one in attributed):
            yield f"says {clean(mention.text)!r} without saying that it is a model's word"


def check_sharing(sentence: Sentence) -> Iterator[str]:
    """A value said to be shared must be shared, and with every item of the clause."""
    says_shared = search(sentence.language.lexicon.sharing, sentence.text, sentence.language)
    for mention in sentence.mentions if says_shared else ():
        if mention.is_value_only and not any(sentence.about(e) for e in mention.shared):
            yield f"says {clean(mention.text)!r} is shared, which the evidence does not"
    for _, clause in clauses(sentence):
        mentions = sentence.masked.of(clause)
        titles = [mention for mention in mentions if mention.is_title_only]
        for value in (mention for mention in mentions if mention.is_value_only):
            sharers = {e.item_key for e in value.shared}
            if not all(sharers & items_of([title]) for title in titles):
                yield f"says {clean(value.text)!r} of an item of which it is not known"


def numeral(number: str) -> float:
    """The number that stands in a text.

    >>> numeral("1,204.5")
    1204.5
    """
    return float(number.replace(",", ""))


def _readable(text: str) -> str:
    return re.sub(TOKEN, "…", text)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
