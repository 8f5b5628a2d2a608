"""A kind of evidence has one place per concern, and a test that names the place that is forgotten.

These are the places of a new kind: `service/explainer/evidence.py`, `proto/palate/v1/explain.proto`,
the module that finds such facts, `languages/<code>/` of each language, `docs/explanations.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from palate.v1 import explain_pb2
from service.explainer.evidence import (
    HIGHER,
    LOWER,
    OF_TASTE,
    OF_WORDS,
    SEEN,
    SIMILARITY_OF_MODALITY,
    TELLING,
    Evidence,
    EvidenceKind,
    Role,
    kinds_of,
    similarity_kind,
)
from service.explainer.languages.codes import language_codes
from service.explainer.languages.loading import load_language

ROOT = Path(__file__).parents[3]
DOCUMENTATION = "docs/explanations.md"
FINDERS = ("service/explainer/attribution", "service/explainer/taste", "service/reasons")
"""Where facts are found."""
NAMED = {
    EvidenceKind.COLD_START: ("no_history", "short_history", "not_used"),
    EvidenceKind.CONTRAST: (HIGHER, LOWER, SEEN),
}
"""Kinds with patterns for each name."""

kinds = pytest.mark.parametrize("kind", EvidenceKind)
languages = pytest.mark.parametrize("code", language_codes())


@kinds
def test_it_is_stated_how_a_kind_is_told(kind: EvidenceKind) -> None:
    assert kind in TELLING, f"evidence.TELLING has no line for {kind}"


@kinds
def test_a_kind_has_a_value_in_the_proto(kind: EvidenceKind) -> None:
    names = explain_pb2.EvidenceKind.keys()
    name = f"EVIDENCE_KIND_{kind.name}"
    assert name in names, f"explain.proto has no {name}"


@kinds
def test_something_finds_facts_of_a_kind(kind: EvidenceKind) -> None:
    if kind in SIMILARITY_OF_MODALITY.values() or kind is EvidenceKind.MEDIA_SIMILARITY:
        return  # `similarity_kind` gives them
    files = [file for folder in FINDERS for file in (ROOT / folder).rglob("*.py")]
    said = rf"EvidenceKind\.{kind.name}\b"
    assert any(re.search(said, file.read_text(encoding="utf-8")) for file in files), (
        f"nothing in {', '.join(FINDERS)} finds facts of kind {kind}"
    )


@kinds
@languages
def test_a_kind_has_patterns_in_every_language(kind: EvidenceKind, code: str) -> None:
    language = load_language(code)
    tables: Mapping[str, Mapping[str, object]] = {
        "leads": language.leads,
        "tails": language.tails,
        "taste.patterns": language.taste.patterns,
        "taste.binds": language.taste.binds,
    }
    missing = [
        f"{table} of language {code} has nothing for {key!r}"
        for table in tables_of(kind)
        for key in keys_of(kind)
        if not tables[table].get(key)
    ]
    assert missing == []


@kinds
@languages
def test_a_kind_has_guarded_words_in_every_language_or_needs_none(
    kind: EvidenceKind, code: str
) -> None:
    lexicon = load_language(code).lexicon
    own = [guarded for guarded in lexicon.guarded if not guarded.kinds >= OF_TASTE]
    is_guarded = any(kind in guarded.kinds for guarded in own)
    assert is_guarded != (kind in lexicon.unguarded), (
        f"the lexicon of language {code} must have guarded words for {kind}, or name it in"
        " `unguarded`, and not both"
    )


@kinds
def test_a_kind_has_a_line_in_the_documentation(kind: EvidenceKind) -> None:
    page = (ROOT / DOCUMENTATION).read_text(encoding="utf-8")
    line = re.compile(rf"^\|[^|]*`{kind.value}`", re.MULTILINE)
    assert line.search(page), f"no table of {DOCUMENTATION} has a line for `{kind.value}`"


@languages
def test_a_language_has_patterns_for_nothing_else(code: str) -> None:
    language = load_language(code)
    for name, table in {"leads": language.leads, "tails": language.tails}.items():
        assert set(table) == set(_keys_in(name)), f"{name} of language {code}"
    of_taste = {*_keys_in("taste.patterns"), "aversion.rating", "taste"}
    assert set(language.taste.patterns) == of_taste
    assert set(language.taste.binds) == set(_keys_in("taste.binds"))


def test_roles_divide_the_kinds() -> None:
    assert sum(len(kinds_of(role)) for role in Role) == len(EvidenceKind)
    assert all(kinds_of(role) for role in Role)
    assert EvidenceKind.HISTORY.role is Role.CAUSE
    assert kinds_of(Role.CAUSE) == {EvidenceKind.HISTORY}  # nothing else was measured as a cause


@pytest.mark.parametrize(
    ("modality", "kind"),
    [
        ("text", EvidenceKind.TEXT_SIMILARITY),
        ("image", EvidenceKind.IMAGE_SIMILARITY),
        ("audio", EvidenceKind.AUDIO_SIMILARITY),
        ("video", EvidenceKind.MEDIA_SIMILARITY),
        ("anything", EvidenceKind.MEDIA_SIMILARITY),
    ],
)
def test_a_modality_without_a_kind_of_its_own_is_media_similarity(
    modality: str, kind: EvidenceKind
) -> None:
    assert similarity_kind(modality) is kind


def test_a_fact_about_a_taste_and_its_examples_have_a_theme_in_common() -> None:
    rise = Evidence(EvidenceKind.RISE, 0.0, name="director", value="A", since="2017-03-14")
    example = Evidence(
        EvidenceKind.EXAMPLE, 0.0, "i", "Item", name="director", value="A", since="2017-03-14"
    )
    assert rise.theme == example.theme
    assert (rise.item_key, example.item_key) == (("", ""), ("i", "Item"))


def tables_of(kind: EvidenceKind) -> Sequence[str]:
    """The tables of a language that need patterns for a kind, by its role."""
    match kind.role:
        case Role.COMPLETE | Role.LABEL:
            return ("leads",)
        case Role.TASTE:
            return ("taste.patterns", "taste.binds")
        case Role.EXAMPLE:
            return ()
        case _:
            return ("leads", "tails")


def keys_of(kind: EvidenceKind) -> Sequence[str]:
    """The keys of a kind in these tables."""
    if kind in (EvidenceKind.ATTRIBUTE, EvidenceKind.ASPECT):  # told in the words of a category
        return (EvidenceKind.CATEGORY.value,)
    if kind in OF_WORDS:  # of a value, and of words that are close
        return (kind.value, f"{kind.value}.near")
    return [f"{kind.value}.{name}" for name in NAMED[kind]] if kind in NAMED else [kind.value]


def _keys_in(table: str) -> Iterator[str]:
    for kind in EvidenceKind:
        if table in tables_of(kind):
            yield from keys_of(kind)
