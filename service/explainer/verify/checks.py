"""Checks: what one sentence says, held against the evidence.

Every check takes a sentence and yields what is wrong with it: causes, claims, what the user did,
numbers, attributes, what is shared. It owns no words (see `language.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from service.explainer.evidence import Evidence, EvidenceKind
from service.explainer.languages.language import Claim, Language, Unit, load_language
from service.explainer.languages.taste_words import lift
from service.explainer.template.slots import cited_title, percent
from service.explainer.text import clean
from service.explainer.verify.expressions import NUMBER, compiled, find_all, search
from service.explainer.verify.masking import TOKEN, Masked, titles


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text, and the evidence it may draw on."""

    raw: str
    """With tokens in place of facts."""
    text: str
    """The same in lower case."""
    masked: Masked
    cited: frozenset[tuple[str, str]]
    """History items it quotes; empty when it may be about something else altogether."""
    evidence: Sequence[Evidence]
    scope: Sequence[Evidence]
    """Evidence about the quoted items, and about none in particular."""
    language: Language

    def about(self, evidence: Evidence) -> bool:
        """Whether the evidence is about an item the sentence quotes, or about none in particular."""
        is_about_item = bool(cited_title(evidence.item_id, evidence.title))
        return (
            not self.cited or not is_about_item or (evidence.item_id, evidence.title) in self.cited
        )


def _clauses(sentence: Sentence) -> list[str]:
    return compiled(sentence.language.lexicon.clause_ends, False).split(sentence.text)


def check_causes(sentence: Sentence) -> Iterator[str]:
    """A cause is an item whose absence was measured, and the sentence says which."""
    caused = {(e.item_id, e.title) for e in sentence.evidence if e.kind is EvidenceKind.HISTORY}
    names_one = bool(caused & titles(sentence.masked.of(sentence.text)))
    for clause in _clauses(sentence):
        found = search(sentence.language.lexicon.causes, clause, sentence.language)
        quoted = [f for f in sentence.masked.of(clause) if f.is_title_only]
        if found and not (names_one and all(caused & titles([f]) for f in quoted)):
            yield f"states a cause ({_readable(found)!r}) that no counterfactual carries"


def check_claims(sentence: Sentence) -> Iterator[str]:
    """Words that only certain evidence carries."""
    for claim in sentence.language.lexicon.claims:
        found = search(claim.words, sentence.text, sentence.language)
        if found and not _carried(claim, sentence):
            yield f"says {_readable(found)!r}, which the evidence does not carry"


def _carried(claim: Claim, sentence: Sentence) -> bool:
    scope = sentence.scope if claim.about_cited else sentence.evidence
    return any(carries(claim, e) for e in scope)


def carries(claim: Claim, e: Evidence) -> bool:
    """Whether a fact is one that such words may rest on."""
    return e.kind in claim.kinds and claim.named in ("", e.name, e.value)


def check_deeds(sentence: Sentence) -> Iterator[str]:
    """What the user is said to have done, and to which item."""
    language, lexicon = sentence.language, sentence.language.lexicon
    verbs = _verbs(language.code)
    for verb, events in verbs.items():
        found = search(verb, sentence.text, language)
        if not found:
            continue
        if "" in events:  # "chose" is true of anything the user did, and of other people
            by_user = lexicon.you + lexicon.verb_of.replace("VERB", f"(?:{verb})")
            objects = [
                f
                for m in find_all(by_user, sentence.text, language)
                for f in sentence.masked.of(m.group())
            ]
            if any(not f.cited and not f.is_named_otherwise for f in objects):
                yield f"says {found!r} of an item the user had nothing to do with"
            continue
        if not any(language.event(e.event_type) in events for e in sentence.scope):
            yield f"says {found!r}, which is not what the user did"
        for match in find_all(
            lexicon.verb_of.replace("VERB", f"(?:{verb})"), sentence.text, language
        ):
            for fact in sentence.masked.of(match.group()):
                done = {language.event(e.event_type) for e in fact.cited}
                if not fact.is_named_otherwise and not events & done:
                    yield f"says {found!r} of an item to which the user did something else"
        if search(lexicon.user_did.replace("VERB", verb), sentence.text, language):
            yield f"says {found!r} of something the evidence does not name"
    for match in (
        find_all(lexicon.user_verbs, sentence.text, language) if lexicon.user_verbs else ()
    ):
        places = (match.start(), match.start(1))
        is_verb = any(
            compiled(verb, True).match(sentence.text, place) for verb in verbs for place in places
        )
        if not is_verb and match.group(1) not in lexicon.user_verbs_allowed:
            yield f"says something about the user: {match.group()!r}"


@cache
def _verbs(code: str) -> dict[str, frozenset[str]]:
    """Expression of a verb -> event types of which it is true."""
    language = load_language(code)
    events: dict[str, set[str]] = {}
    for event, verbs in [*language.verbs.items(), ("rating", language.rated)]:
        for verb in verbs:
            events.setdefault(verb.claim, set()).add(event)
    return {claim: frozenset(types) for claim, types in events.items()}


def check_numbers(sentence: Sentence) -> Iterator[str]:
    """Every number counts something known, and counts it right."""
    lexicon = sentence.language.lexicon
    spans = units_of(sentence)
    rated: set[int] = set()
    for match in find_all(
        lexicon.rating_of.replace("N", f"({NUMBER})"), sentence.text, sentence.language
    ):
        rated.add(match.start(1))
        fact = sentence.masked.of(match.group())[-1]
        given = {_rounded(e.event_value) for e in fact.cited}
        if not fact.is_named_otherwise and numeral(match.group(1)) not in given:
            yield f"the number {match.group(1)} is not what the user gave to that item"
    for number in re.finditer(NUMBER, sentence.text):
        counted = spans.get(number.start())
        if counted is None and number.start() not in rated:
            yield f"the number {number.group()} counts nothing that is known"
        elif numeral(number.group()) not in _supported_numbers(sentence, counted):
            yield f"the number {number.group()} is not in the evidence, not of that"
    yield from _windows(sentence, spans)


def units_of(sentence: Sentence) -> dict[int, Unit]:
    """Where a number stands, and what it counts by the words around it."""
    spans: dict[int, Unit] = {}
    for unit in sentence.language.lexicon.units:
        for match in find_all(unit.words.replace("N", NUMBER), sentence.text, sentence.language):
            for number in re.finditer(NUMBER, match.group()):
                spans.setdefault(match.start() + number.start(), unit)
    return spans


def _windows(sentence: Sentence, spans: Mapping[int, Unit]) -> Iterator[str]:
    """People and days in one clause belong to one fact: popularity, in that window."""
    start = 0
    for clause in _clauses(sentence):
        start = sentence.text.index(clause, start)
        numbers = {m.start(): numeral(m.group()) for m in re.finditer(NUMBER, sentence.text)}
        inside = [
            (spans[at], n)
            for at, n in numbers.items()
            if at in spans and start <= at < start + len(clause)
        ]
        days = {n for unit, n in inside if unit.field == "window_days"}
        people = {
            n
            for unit, n in inside
            if unit.field == "count" and EvidenceKind.POPULARITY in unit.kinds
        }
        others = {n for unit, n in inside if unit.field == "count"} - people
        together = {
            (float(e.window_days), float(e.count)) for e in sentence.evidence if e.window_days
        }
        if days and (others or any((d, n) not in together for d in days for n in people)):
            yield "counts people in a window in which they were not counted"
        start += len(clause)


def _supported_numbers(sentence: Sentence, unit: Unit | None) -> set[float | None]:
    """Numbers the sentence may state, of this unit or, where the words give none away, of any."""
    numbers: set[float | None] = set()
    for e in sentence.evidence:
        fields = fields_of(e)
        if not _may_count(e, sentence):
            fields["count"] = None
        if not sentence.about(e):
            fields["event_value"] = None
        if unit is None:
            numbers.update(fields.values())
        elif e.kind in unit.kinds:
            numbers.add(fields[unit.field])
    return numbers - {None}


def fields_of(e: Evidence) -> dict[str, float | None]:
    """The numbers of a fact by the field of `Unit` that counts them; None where there is none."""
    changes = e.kind in (EvidenceKind.RISE, EvidenceKind.FALL)  # from 0, or to 0
    return {
        "count": float(e.count) if e.count or changes else None,
        "window_days": float(e.window_days) if e.window_days else None,
        "percent": float(percent(e.percentile)) if e.percentile else None,
        "event_value": _rounded(e.event_value),
        "total": float(e.total) if e.total else None,
        "lift": float(lift(e.lift)) if e.lift else None,
        "earlier_count": float(e.earlier_count) if changes else None,
        "earlier_total": float(e.earlier_total) if changes else None,
    }


def _may_count(evidence: Evidence, sentence: Sentence) -> bool:
    return evidence.kind is not EvidenceKind.CO_ENGAGEMENT or sentence.about(evidence)


def check_attributes(sentence: Sentence) -> Iterator[str]:
    """Words that speak of an attribute need one of its values, and a value said to be one must be."""
    values = [f for f in sentence.masked.of(sentence.text) if f.attributes]
    for key, words in sentence.language.attributes.items():
        if words.binds:
            for match in find_all(words.binds, sentence.text, sentence.language):
                fact = sentence.masked.of(match.group())[0]
                if key not in fact.attributes:
                    yield f"says {clean(fact.text)!r} is the {key}, which it is not"
        found = search(words.claim, sentence.text, sentence.language) if words.claim else ""
        if found and not any(key in f.attributes for f in values):
            yield f"speaks of the {key} ({found!r}) without one that the evidence names"
    for pattern in sentence.language.lexicon.needs_fact:
        if found := search(rf"(?:{pattern})(?! ?T)", sentence.text, sentence.language):
            yield f"{_readable(found)!r} is not followed by anything the evidence names"


def check_sharing(sentence: Sentence) -> Iterator[str]:
    """A value said to be shared must be shared, and with every item of the clause."""
    found = search(sentence.language.lexicon.sharing, sentence.text, sentence.language)
    for fact in sentence.masked.of(sentence.text) if found else ():
        if fact.is_value_only and not any(sentence.about(e) for e in fact.shared):
            yield f"says {clean(fact.text)!r} is shared, which the evidence does not"
    for clause in _clauses(sentence):
        facts = sentence.masked.of(clause)
        for value in (f for f in facts if f.is_value_only):
            sharers = {(e.item_id, e.title) for e in value.shared}
            if not all(sharers & titles([f]) for f in facts if f.is_title_only):
                yield f"says {clean(value.text)!r} of an item of which it is not known"


def _readable(text: str) -> str:
    return re.sub(TOKEN, "…", text)


def numeral(number: str) -> float:
    """The number that stands in a text."""
    return float(number.replace(",", ""))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
