"""Taste checks: what a sentence says of a person's taste, all of it, must be one fact about each
value it names.

Taste is said of a value ("31 of your 120 choices are listed under Sci-Fi"), so that each number,
month and example is held against the facts about that very value, and the value may stand only
where the language says what is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from service.explainer.evidence import OF_TASTE, Evidence, EvidenceKind
from service.explainer.languages.language import Claim, Language, load_language
from service.explainer.template.slots import printable_name
from service.explainer.text import clean
from service.explainer.verify.checks import Sentence, carries, fields_of, numeral, units_of
from service.explainer.verify.expressions import NUMBER, find_all, search
from service.explainer.verify.masking import TOKEN, Fact

_HERE = OF_TASTE | {EvidenceKind.EXAMPLE}


def check_taste(sentence: Sentence) -> Iterator[str]:
    """Nothing where the evidence is not about a taste: then the other checks do."""
    if not any(e.kind in _HERE for e in sentence.evidence):
        return
    said = _said(sentence)
    is_said = said.numbers or said.months or any(claim.kinds <= OF_TASTE for claim in said.claims)
    if is_said and not said.values:
        yield "says something of a taste without a value that the evidence names"
    for value, kinds in said.values:
        if not any(
            e.kind in kinds and _carries_all(e, said, sentence.language) for e in value.shared
        ):
            yield f"says of {clean(value.text)!r} what no single fact says"


@dataclass(frozen=True, slots=True)
class _Said:
    """What a sentence says of a taste."""

    values: list[tuple[Fact, set[EvidenceKind]]]
    """Each value as often as it is named, and the kinds of facts that are said of it there."""
    examples: list[Fact]
    """What is quoted beside them."""
    months: list[Fact]
    names: list[str]
    """Of the attributes whose values they are said to be."""
    claims: list[Claim]
    """Words that need facts about a taste."""
    numbers: list[tuple[str, float]]
    """The field that each number stands for, and the number."""


def _said(sentence: Sentence) -> _Said:
    bound = _bound(sentence)
    values, examples, months, names = [], [], [], []
    for token in re.findall(TOKEN, sentence.text):
        (fact,) = sentence.masked.of(token)
        kinds = {kind for kind, said in bound.items() if token in said.values}
        if any(
            token in said.names for said in bound.values()
        ):  # also where a value is called the same
            names.append(fact.text.casefold())
        elif fact.cited and not kinds:  # also where a title reads like a value
            examples.append(fact)
        elif fact.dated and not kinds:
            months.append(fact)
        elif any(e.kind in _HERE for e in fact.shared):
            values.append((fact, kinds))
    return _Said(values, examples, months, names, _claims(sentence), _numbers(sentence))


def _claims(sentence: Sentence) -> list[Claim]:
    claims = sentence.language.lexicon.claims
    return [
        c
        for c in claims
        if c.kinds & OF_TASTE and search(c.words, sentence.text, sentence.language)
    ]


def _numbers(sentence: Sentence) -> list[tuple[str, float]]:
    spans = units_of(sentence)
    found = ((m.start(), numeral(m.group())) for m in re.finditer(NUMBER, sentence.text))
    return [
        (spans[at].field, number)
        for at, number in found
        if at in spans and spans[at].kinds <= OF_TASTE
    ]


@dataclass(frozen=True, slots=True)
class _Bound:
    """The tokens that stand in words which say a fact."""

    values: str
    names: str
    """Where such words name the attribute."""


def _bound(sentence: Sentence) -> Mapping[EvidenceKind, _Bound]:
    """By the kind of the fact."""
    bound = {}
    for kind, words in _binds(sentence.language.code).items():
        matches = list(find_all(words, sentence.text, sentence.language))
        names = "".join(part for match in matches for part in match.groups(default=""))
        values = [
            t for match in matches for t in re.findall(TOKEN, match.group()) if t not in names
        ]
        bound[kind] = _Bound("".join(values), names)
    return bound


def _carries_all(e: Evidence, said: _Said, language: Language) -> bool:
    fields = fields_of(e)
    return (
        all(name == printable_name(e.name, language) for name in said.names)
        and all(carries(claim, e) for claim in said.claims)
        and all(fields[field] == number for field, number in said.numbers)
        and all(e in month.dated for month in said.months)
        and all(any(_is_example(cited, e) for cited in title.cited) for title in said.examples)
    )


def _is_example(example: Evidence, e: Evidence) -> bool:
    return example.kind is EvidenceKind.EXAMPLE and example.theme == e.theme


@cache
def _binds(code: str) -> Mapping[EvidenceKind, str]:
    """The expressions of a language with the ways to say that an item has a value put in; a group
    is the name of the attribute."""
    language = load_language(code)
    words = [*language.attributes.values(), language.attribute_unnamed]
    ways = {
        slot: "|".join(dict.fromkeys(_way(getattr(one, slot.lower())) for one in words))
        for slot in ("SG", "PL")
    }
    return {
        kind: re.sub("SG|PL", lambda match: f"(?:{ways[match.group()]})", expression)
        for kind, expression in language.taste.binds.items()
    }


def _way(pattern: str) -> str:
    """ "{both}have {value} as their {noun}" as an expression."""
    said = pattern.format(also="", both="", value="\x00", noun="\x01").lower()
    return re.escape(said).replace("\x00", " ?T ?").replace("\x01", "( ?T ?)")
