"""Taste checks: all that a sentence says of a person's taste must be one fact about each value it
names.

Taste is said of a value ("31 of your 120 choices are listed under Sci-Fi"). So each number, month
and example is held against the facts about that very value, and the value may stand only where the
language says what is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from service.explainer.evidence import OF_TASTE, Evidence, EvidenceKind, Role
from service.explainer.languages.language import Language
from service.explainer.languages.lexicon import GuardedWords
from service.explainer.languages.loading import load_language
from service.explainer.template.slots import printable_name
from service.explainer.text import clean
from service.explainer.verify.checks import Sentence, fields_of, numeral, supports, units_of
from service.explainer.verify.expressions import NUMBER, find_all, search
from service.explainer.verify.masking import TOKEN, Mention


def check_taste(sentence: Sentence) -> Iterator[str]:
    """Nothing where the evidence is not about a taste: then the other checks do."""
    if not any(_is_about_taste(evidence) for evidence in sentence.evidence):
        return
    said = _said(sentence)
    says_taste = any(guarded.kinds <= OF_TASTE for guarded in said.guarded)
    if (says_taste or said.numbers or said.months) and not said.values:
        yield "says something of a taste without a value that the evidence names"
    for value, kinds in said.values:
        facts = (fact for fact in value.shared if fact.kind in kinds)
        if not any(_supports_all(fact, said, sentence.language) for fact in facts):
            yield f"says of {clean(value.text)!r} what no single fact says"


@dataclass(slots=True)
class _Said:
    """What a sentence says of a taste."""

    values: list[tuple[Mention, set[EvidenceKind]]] = field(default_factory=list)
    """Each value as often as it is named, and the kinds of facts that are said of it there."""
    examples: list[Mention] = field(default_factory=list)
    """What is quoted beside them."""
    months: list[Mention] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Of the attributes whose values they are said to be."""
    guarded: list[GuardedWords] = field(default_factory=list)
    """Words that need facts about a taste."""
    numbers: list[tuple[str, float]] = field(default_factory=list)
    """The field that each number stands for, and the number."""


def _said(sentence: Sentence) -> _Said:
    said = _Said(guarded=_guarded(sentence), numbers=_numbers(sentence))
    bindings = _bindings(sentence)
    for token in re.findall(TOKEN, sentence.text):
        (mention,) = sentence.masked.of(token)
        kinds = {kind for kind, binding in bindings.items() if token in binding.values}
        is_name = any(token in binding.names for binding in bindings.values())
        if is_name:  # also where a value is called the same
            said.names.append(mention.text.casefold())
        elif mention.cited and not kinds:  # also where a title reads like a value
            said.examples.append(mention)
        elif mention.dated and not kinds:
            said.months.append(mention)
        elif any(_is_about_taste(evidence) for evidence in mention.shared):
            said.values.append((mention, kinds))
    return said


def _is_about_taste(evidence: Evidence) -> bool:
    return evidence.kind.role in (Role.TASTE, Role.EXAMPLE)


def _guarded(sentence: Sentence) -> list[GuardedWords]:
    return [
        guarded
        for guarded in sentence.language.lexicon.guarded
        if guarded.kinds & OF_TASTE and search(guarded.words, sentence.text, sentence.language)
    ]


def _numbers(sentence: Sentence) -> list[tuple[str, float]]:
    units = units_of(sentence)
    numbers = []
    for match in re.finditer(NUMBER, sentence.text):
        unit = units.get(match.start())
        if unit is not None and unit.kinds <= OF_TASTE:
            numbers.append((unit.field, numeral(match.group())))
    return numbers


@dataclass(frozen=True, slots=True)
class _Binding:
    """The tokens that stand in words which say a fact."""

    values: str
    names: str
    """Where such words name the attribute."""


def _bindings(sentence: Sentence) -> Mapping[EvidenceKind, _Binding]:
    """By the kind of the fact."""
    bindings = {}
    for kind, words in _expressions(sentence.language.code).items():
        matches = list(find_all(words, sentence.text, sentence.language))
        names = "".join(part for match in matches for part in match.groups(default=""))
        tokens = [token for match in matches for token in re.findall(TOKEN, match.group())]
        values = "".join(token for token in tokens if token not in names)
        bindings[kind] = _Binding(values, names)
    return bindings


def _supports_all(fact: Evidence, said: _Said, language: Language) -> bool:
    """Whether one fact supports everything that is said."""
    fields = fields_of(fact)
    name = printable_name(fact.name, language)
    return (
        all(one == name for one in said.names)
        and all(supports(fact, guarded) for guarded in said.guarded)
        and all(fields[counted] == number for counted, number in said.numbers)
        and all(fact in month.dated for month in said.months)
        and all(_has_example(fact, title) for title in said.examples)
    )


def _has_example(fact: Evidence, title: Mention) -> bool:
    return any(
        cited.kind is EvidenceKind.EXAMPLE and cited.theme == fact.theme for cited in title.cited
    )


@cache
def _expressions(code: str) -> Mapping[EvidenceKind, str]:
    """The expressions `TasteWords.binds` of a language, with the ways to say that an item has a
    value put in. A group is the name of the attribute."""
    language = load_language(code)
    words = [*language.attributes.values(), language.attribute_unnamed]
    ways = {
        "SG": _alternatives(one.sg for one in words),
        "PL": _alternatives(one.pl for one in words),
    }
    return {
        kind: re.sub("SG|PL", lambda match: ways[match.group()], expression)
        for kind, expression in language.taste.binds.items()
    }


def _alternatives(patterns: Iterator[str]) -> str:
    """Any of the patterns as one expression."""
    return f"(?:{'|'.join(dict.fromkeys(map(_as_expression, patterns)))})"


def _as_expression(pattern: str) -> str:
    """ "{both}have {value} as their {noun}" as an expression."""
    said = pattern.format(also="", both="", value="\x00", noun="\x01").lower()
    return re.escape(said).replace("\x00", " ?T ?").replace("\x01", "( ?T ?)")
